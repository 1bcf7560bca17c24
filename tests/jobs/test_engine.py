"""The engine on both databases: jobs exist with the transaction, run once an id, lanes run one at a time."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import column, func, select, table

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.jobs.engine import Engine, claim_executor

WAIT = 20.0


class Ledger:
    """Counts what ran and lets a test wait for it."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, int]] = []
        self.most_at_once = 0
        self._now = 0
        self._changed = threading.Condition()

    def handler(self, key: str, number: int) -> None:
        with self._changed:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        with self._changed:
            self._now -= 1
            self.ran.append((key, number))
            self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.ran) >= count, timeout=WAIT)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def engine(settings: Settings, database: Database, ledger: Ledger) -> Iterator[Engine]:
    engine = Engine(settings.model_copy(update={"job_poll_seconds": 0.05}), database)
    engine.register("count", ledger.handler)
    engine.register("lane", ledger.handler, lanes=True)
    engine.prepare()
    yield engine
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


def test_jobs_of_one_lane_run_one_after_the_other(engine: Engine, database: Database, ledger: Ledger) -> None:
    with database.session() as session:
        for number in range(6):
            engine.enqueue(session, "lane", f"row-{number}", 1, lane="platform-1")
    engine.launch()
    assert ledger.wait_for(6)
    assert ledger.most_at_once == 1


def test_a_handler_that_raises_does_not_stop_the_others(engine: Engine, database: Database, ledger: Ledger) -> None:
    def broken(_key: str, _number: int) -> None:
        raise ZeroDivisionError

    engine.register("broken", broken)
    with database.session() as session:
        engine.enqueue(session, "broken", "x", 1)
        engine.enqueue(session, "count", "y", 1)
    engine.launch()
    assert ledger.wait_for(1)
    assert ledger.ran == [("y", 1)]


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


def test_finished_jobs_are_purged_after_a_week(settings: Settings, database: Database, ledger: Ledger) -> None:
    now = datetime.now(UTC)
    engine = Engine(settings.model_copy(update={"job_poll_seconds": 0.05}), database, lambda: now)
    engine.register("count", ledger.handler)
    engine.prepare()
    with database.session() as session:
        engine.enqueue(session, "count", "old", 1)
    engine.launch()
    assert ledger.wait_for(1)
    engine.stop()
    statuses = table("workflow_status", column("workflow_uuid"), schema=None if database.sqlite else "dbos")

    def count() -> int:
        with database.session() as session:
            query = select(func.count()).select_from(statuses).where(statuses.c.workflow_uuid == "count:old:1")
            return session.execute(query).scalar_one()

    engine.purge()
    assert count() == 1
    now += timedelta(days=8)
    engine.purge()
    assert count() == 0
    engine.stop()


def test_living_processes_never_share_an_executor_id_and_a_freed_one_is_used_again(settings: Settings) -> None:
    first, name_1 = claim_executor(settings.data_dir)
    second, name_2 = claim_executor(settings.data_dir)
    assert name_1 != name_2
    first.close()
    third, name_3 = claim_executor(settings.data_dir)
    assert name_3 == name_1
    second.close()
    third.close()
