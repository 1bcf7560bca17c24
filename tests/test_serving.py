"""`serve` and `worker` as processes: they start, refuse to start, and end in good order."""

import gc
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import requests

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import KeyRing, SchoolServer, SigningKey
from lti_tool.demo.school.faults import FaultKind, Service
from lti_tool.serving import settle_memory
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.ports import answers, free_port
from tests.processes import Command, running
from tests.sync.school import AtSchool

pytestmark = pytest.mark.long


class Installation:
    """Settings with a port, for processes and for this one."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment: Mapping[str, str] = {
            "ICC_BASE_URL": self.url,
            "ICC_DATA_DIR": str(folder / "var"),
            "ICC_DATABASE_URL": database_url,
            "ICC_SECRET_KEY": SECRET,
            "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
            "ICC_JOB_POLL_SECONDS": "0.1",
        }

    def compose(self) -> Parts:
        """Put the same application together here."""
        return compose(
            load_settings(**{name.removeprefix("ICC_").lower(): value for name, value in self.environment.items()})
        )

    def ready(self) -> bool:
        """Return whether it serves."""
        try:
            return self.get("/health/ready").status == 200
        except requests.RequestException:
            return False

    def get(self, path: str) -> Page:
        """Ask it for a page."""
        with Browser() as browser:
            return browser.get(f"{self.url}{path}")


@pytest.fixture
def installation(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Installation:
    """An installation over SQLite."""
    return Installation(tmp_path, new_sqlite_url())


@pytest.fixture
def at_school(installation: Installation) -> Iterator[AtSchool]:
    """A teacher at a school that listens, with accepted work whose score waits in the installation's outbox."""
    parts = installation.compose()
    parts.upgrade()
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as server:
        yield AtSchool(server, parts.database, FakeClock(parts.clock()), parts.engine, parts.key_ring, parts.outgoing)
    parts.close()


def test_the_garbage_collector_leaves_alone_what_was_loaded() -> None:
    gc.unfreeze()
    tracked, threshold = len(gc.get_objects()), gc.get_threshold()
    try:
        settle_memory()
        assert gc.get_freeze_count() > tracked / 2
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)


def test_it_serves_without_a_word_but_the_address_and_ends_well(installation: Installation) -> None:
    with running("serve", "--upgrade", environment=installation.environment) as server:
        server.wait_for(installation.ready)
        assert installation.get("/health/live").json() == {"status": "live"}
        server.terminate()
        code, out, err = server.end()
    assert code == 0
    assert out == f"ICC Bridge listens on http://127.0.0.1:{installation.port} for {installation.url}\n"
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines if line["level"] != "info"] == []


@pytest.mark.parametrize("stop", [lambda server: server.terminate(), Command.interrupt], ids=["SIGTERM", "Ctrl-C"])
def test_a_job_under_way_is_finished_before_the_end(
    installation: Installation, at_school: AtSchool, stop: Callable[[Command], None]
) -> None:
    at_school.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=60)
    at_school.desk.accept()
    with running("serve", environment=installation.environment) as server:
        server.wait_for(lambda: at_school.asked(Service.SCORES) == 1)
        stop(server)
        server.wait_for(lambda: not answers(installation.port))
        at_school.school.faults.clear()
        code, _out, _err = server.end()
    assert code == 0
    row = at_school.desk.row()
    assert (row.dirty, row.last_error, row.sent_version) == (False, None, row.version)
    assert at_school.posts() == 1


def test_a_score_arrives_after_the_process_was_killed_while_posting_it(
    installation: Installation, at_school: AtSchool
) -> None:
    at_school.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=60)
    at_school.desk.accept()
    with running("serve", environment=installation.environment) as server:
        server.wait_for(lambda: at_school.asked(Service.SCORES) == 1)
    assert not server.running()
    at_school.school.faults.clear()
    with running("serve", environment=installation.environment) as server:
        server.wait_for(lambda: not at_school.desk.row().dirty)
        server.terminate()
        assert server.end()[0] == 0
    assert at_school.shown()[0] == 100


def process_of_jobs(installation: Installation) -> int:
    """The one process that runs jobs over the installation's data folder: who holds an executor's file locked."""
    folder = Path(installation.environment["ICC_DATA_DIR"]) / "executors"
    files = {str(file.stat().st_ino) for file in folder.glob("*.lock")}
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    (holder,) = {int(lock[4]) for lock in locks if lock[1] == "FLOCK" and lock[5].rpartition(":")[2] in files}
    return holder


def test_of_two_worker_processes_one_runs_the_jobs_and_both_end_well(
    installation: Installation, at_school: AtSchool
) -> None:
    at_school.desk.accept()
    with running("serve", "--workers", "2", environment=installation.environment) as server:
        server.wait_for(lambda: at_school.posts() == 1)
        server.wait_for(installation.ready)
        assert process_of_jobs(installation)
        server.terminate()
        code, _out, err = server.end()
    assert code == 0
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines if line["level"] == "error"] == []
    assert [line["event"] for line in lines].count("jobs.launched") == 1


def test_when_the_process_with_the_jobs_is_killed_another_takes_them_over(
    installation: Installation, at_school: AtSchool
) -> None:
    at_school.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=60)
    at_school.desk.accept()
    with running("serve", "--workers", "2", environment=installation.environment) as server:
        server.wait_for(lambda: at_school.asked(Service.SCORES) == 1)
        first = process_of_jobs(installation)
        at_school.school.faults.clear()
        os.kill(first, signal.SIGKILL)
        server.wait_for(lambda: not at_school.desk.row().dirty)
        assert process_of_jobs(installation) != first
        assert installation.ready()
        server.terminate()
        assert server.end()[0] == 0
    assert at_school.shown()[0] == 100


def test_a_second_server_on_the_port_is_refused_with_one_line(installation: Installation) -> None:
    with running("serve", "--upgrade", environment=installation.environment) as server:
        server.wait_for(installation.ready)
        with running("serve", environment=installation.environment) as second:
            code, out, err = second.end()
        assert installation.ready()
    assert (code, out) == (1, "")
    assert err == (
        f"icc-bridge: port {installation.port} on 127.0.0.1 cannot be used (Address already in use); "
        "choose another with --port\n"
    )


@pytest.mark.postgresql
def test_a_worker_does_the_jobs_beside_the_web_and_ends_well(tmp_path: Path, new_postgresql_url: Callable[[], str]) -> None:
    installation = Installation(tmp_path, new_postgresql_url())
    parts = installation.compose()
    parts.upgrade()
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as school:
        at = AtSchool(school, parts.database, FakeClock(parts.clock()), parts.engine, parts.key_ring, parts.outgoing)
        at.desk.accept()
        with running("worker", environment=installation.environment) as worker:
            worker.wait_for(lambda: at.posts() == 1)
            worker.terminate()
            code, out, _err = worker.end()
        assert (code, out) == (0, "")
    parts.close()
