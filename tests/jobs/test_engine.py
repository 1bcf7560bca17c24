"""The engine on both databases: jobs exist with the transaction, run once an id, lanes run one at a time."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.jobs.engine import BATCH, LONGEST_JOB, Engine
from lti_tool.jobs.executors import claim_executor
from tests.dbos_tables import LONG_AGO, job_row, let_die

WAIT = 20.0


class Ledger:
    """Notes what starts and what is done, holds what it was told to hold, and lets a test wait."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.ran: list[tuple[str, int]] = []
        self.held: dict[str, threading.Event] = {}
        self._changed = threading.Condition()

    def hold(self, key: str) -> threading.Event:
        """Let the job of this key wait until the event is set."""
        return self.held.setdefault(key, threading.Event())

    def handler(self, key: str, number: int) -> None:
        with self._changed:
            self.started.append(key)
            self._changed.notify_all()
        if key in self.held:
            self.held[key].wait(WAIT)
        with self._changed:
            self.ran.append((key, number))
            self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.ran) >= count, timeout=WAIT)

    def wait_for_start(self, key: str) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: key in self.started, timeout=WAIT)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """Settings of an engine that looks for jobs often."""
    return settings.model_copy(update={"job_poll_seconds": 0.05})


@pytest.fixture
def engine(quick: Settings, database: Database, ledger: Ledger) -> Iterator[Engine]:
    engine = Engine(quick, database)
    engine.register("count", ledger.handler)
    engine.register("lane", ledger.handler, lanes=True)
    engine.prepare()
    yield engine
    for held in ledger.held.values():
        held.set()
    engine.stop()


def test_a_job_runs_when_its_transaction_commits_and_not_when_it_rolls_back(
    engine: Engine, database: Database, ledger: Ledger
) -> None:
    def fail() -> None:
        with database.session() as session:
            engine.enqueue(session, "count", "lost", 1)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.session() as session:
        engine.enqueue(session, "count", "kept", 1)
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("kept", 1)]


def test_the_same_key_and_number_runs_once(engine: Engine, database: Database, ledger: Ledger) -> None:
    engine.launch()
    for _ in range(3):
        with database.session() as session:
            engine.enqueue(session, "count", "a", 1)
    with database.session() as session:
        engine.enqueue(session, "count", "b", 1)
    assert ledger.wait_for(2)
    assert sorted(ledger.ran) == [("a", 1), ("b", 1)]


def test_a_lane_runs_one_job_at_a_time_and_waits_for_no_other_lane(
    engine: Engine, database: Database, ledger: Ledger
) -> None:
    slow = ledger.hold("a1")
    engine.launch()
    with database.session() as session:
        engine.enqueue(session, "lane", "a1", 1, lane="a")
    assert ledger.wait_for_start("a1")
    with database.session() as session:
        engine.enqueue(session, "lane", "a2", 1, lane="a")
        engine.enqueue(session, "lane", "b1", 1, lane="b")
    assert ledger.wait_for(1)
    with database.session() as session:
        engine.enqueue(session, "lane", "b2", 1, lane="b")
    assert ledger.wait_for(2)
    assert ledger.started == ["a1", "b1", "b2"]
    slow.set()
    assert ledger.wait_for(4)
    assert ledger.started[-1] == "a2"


def test_a_job_of_a_dead_process_gives_its_lane_up_in_the_end(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        engine.enqueue(session, "lane", "dead", 1, lane="a")
        engine.enqueue(session, "lane", "next", 1, lane="a")
    row = job_row(database, "lane:dead:1")
    assert row is not None
    assert (row.workflow_timeout_ms, row.workflow_deadline_epoch_ms) == (LONGEST_JOB.total_seconds() * 1000, None)
    let_die(database, "lane:dead:1", executor_id="gone-1", workflow_deadline_epoch_ms=LONG_AGO)
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("next", 1)]
    row = job_row(database, "lane:dead:1")
    assert row is not None
    assert row.status == "CANCELLED"


def test_a_cancelled_job_gives_its_lane_free_at_once(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        engine.enqueue(session, "lane", "dead", 1, lane="a")
        engine.enqueue(session, "lane", "next", 1, lane="a")
    let_die(database, "lane:dead:1", executor_id="gone-1")
    engine.cancel("lane", "dead", 1)
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("next", 1)]


def test_dropped_jobs_do_not_start_and_nothing_is_left_of_them(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        for key in ("one", "two", "three"):
            engine.enqueue(session, "lane", key, 1, lane="a")
        engine.enqueue(session, "lane", "later", 1, lane="a", delay=600)
    engine.drop("lane", [("one", 1), ("two", 2), ("three", 1), ("later", 1), ("unknown", 1)])
    assert engine.waiting("lane", [(key, 1) for key in ("one", "two", "three", "later")]) == {("two", 1)}
    assert job_row(database, "lane:one:1") is None
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("two", 1)]


def test_a_job_that_runs_is_not_dropped(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        engine.enqueue(session, "lane", "running", 1, lane="a")
    let_die(database, "lane:running:1", executor_id="gone-1")
    engine.drop("lane", [("running", 1)])
    assert job_row(database, "lane:running:1") is not None
    assert ledger.ran == []


def test_a_restarted_process_takes_up_what_it_was_running(
    engine: Engine, quick: Settings, database: Database, ledger: Ledger
) -> None:
    with database.session() as session:
        engine.enqueue(session, "lane", "mine", 1, lane="a")
    before = claim_executor(quick.data_dir)
    before.release()
    let_die(database, "lane:mine:1", executor_id=before.id)
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("mine", 1)]


def test_stopping_lets_a_running_job_finish(engine: Engine, database: Database, ledger: Ledger) -> None:
    held = ledger.hold("a")
    engine.launch()
    with database.session() as session:
        engine.enqueue(session, "count", "a", 1)
    assert ledger.wait_for_start("a")
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    held.set()
    stopping.join(WAIT)
    assert ledger.ran == [("a", 1)]


def test_a_job_that_raises_stops_no_other_and_its_words_are_kept_nowhere(
    engine: Engine, database: Database, ledger: Ledger
) -> None:
    def broken(_key: str, _number: int) -> None:
        raise ZeroDivisionError("the feedback of somebody")

    engine.register("broken", broken, lanes=True)
    engine.register("lane", ledger.handler, lanes=True)
    with database.session() as session:
        engine.enqueue(session, "broken", "x", 1, lane="a")
        engine.enqueue(session, "lane", "y", 1, lane="a")
    with capture_logs() as lines:
        engine.launch()
        assert ledger.wait_for(1)
    assert ledger.ran == [("y", 1)]
    assert [line["error"] for line in lines if line["event"] == "job.failed"] == ["ZeroDivisionError"]
    row = job_row(database, "broken:x:1")
    assert row is not None
    assert row.status == "ERROR"
    assert "feedback" not in f"{lines} {row.error}"


def test_periodic_work_runs_at_launch_and_survives_an_error(engine: Engine) -> None:
    done = threading.Event()
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise LookupError
        done.set()

    engine.every(0.01, "sweep", work)
    engine.launch()
    assert done.wait(WAIT)


def test_the_engine_tells_which_jobs_will_still_start(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        engine.enqueue(session, "count", "a", 1)
        engine.enqueue(session, "count", "b", 2, delay=3600)
    assert engine.waiting("count", [("a", 1), ("b", 2), ("b", 1), ("c", 1)]) == {("a", 1), ("b", 2)}
    engine.launch()
    assert ledger.wait_for(1)
    engine.cancel("count", "b", 2)
    assert engine.waiting("count", [("b", 2)]) == set()


def test_the_engine_can_be_asked_about_many_jobs_at_once(engine: Engine, database: Database) -> None:
    last = (f"row-{BATCH}", 1)
    with database.session() as session:
        engine.enqueue(session, "count", *last)
    assert engine.waiting("count", [(f"row-{number}", 1) for number in range(BATCH + 1)]) == {last}


def test_finished_jobs_are_purged_after_a_week(quick: Settings, database: Database, ledger: Ledger) -> None:
    now = datetime.now(UTC)
    engine = Engine(quick, database, lambda: now)
    engine.register("count", ledger.handler)
    engine.prepare()
    with database.session() as session:
        engine.enqueue(session, "count", "old", 1)
        engine.enqueue(session, "count", "waiting", 1, delay=30 * 24 * 3600)
    engine.launch()
    assert ledger.wait_for(1)
    engine.stop()
    engine.purge()
    assert job_row(database, "count:old:1") is not None
    now += timedelta(days=8)
    engine.purge()
    assert job_row(database, "count:old:1") is None
    assert job_row(database, "count:waiting:1") is not None
    engine.stop()


def test_a_launch_that_fails_lets_go_of_everything(quick: Settings, database: Database, ledger: Ledger) -> None:
    broken = Engine(quick, Database("sqlite:////proc/no/such/folder/x.sqlite"))
    with pytest.raises(Exception, match="unable to open database file"):
        broken.launch()
    executor = claim_executor(quick.data_dir)
    assert executor.id.endswith("-1")
    executor.release()
    engine = Engine(quick, database)
    engine.register("count", ledger.handler)
    engine.launch()
    with database.session() as session:
        engine.enqueue(session, "count", "a", 1)
    assert ledger.wait_for(1)
    engine.stop()
