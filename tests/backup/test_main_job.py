"""The main job is played, backed up while people work on, and goes on in an installation that holds the backup only."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

from lti_tool.app import Parts, compose
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.clock import utc_now
from lti_tool.config import load_settings
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.demo.browser import Browser
from lti_tool.demo.school import SchoolServer
from lti_tool.demo.walk import Walk
from lti_tool.sync.counts import OutboxCounts
from lti_tool.sync.models import ScoreOutbox
from tests.cli.command import CommandLine
from tests.eventually import eventually
from tests.ports import free_port
from tests.processes import running
from tests.test_migrations import content

pytestmark = pytest.mark.long

PAUSE = 0.005
"""Seconds between two things that somebody writes: a machine would write more than a backup of people at work holds."""
OWN = ("alembic_version", "engine_beat", "tally_count")
"""What processes write of themselves, as long as they live."""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line, as an operator uses it."""
    return CommandLine(monkeypatch)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[None]:
    """Run the tool as it is served."""

    def ready() -> bool:
        try:
            return requests.get(f"{environment['ICC_BASE_URL']}/health/ready", timeout=5).ok
        except requests.RequestException:
            return False

    with running("serve", "--upgrade", environment=environment) as server:
        server.wait_for(ready)
        yield
        server.terminate()
        assert server.end()[0] == 0


@contextmanager
def people_at_work(parts: Parts) -> Iterator[None]:
    """Let somebody write all the time."""
    over = threading.Event()

    def write() -> None:
        while not over.wait(PAUSE):
            with parts.database.session() as session:
                session.add(Person(created_at=parts.clock()))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def posts(server: SchoolServer) -> list[int]:
    """How many posts each cell of the school's gradebook has taken."""
    return [grade.posts for grade in server.school.grades.values()]


def rows(url: str, *, but: str) -> dict[str, list[dict[str, object]]]:
    """All rows of the application and its jobs, but for what processes write of themselves, and one table."""
    database = Database(url)
    found = content(database)
    database.close()
    return {name: found[name] for name in found if name not in (but, *OWN)}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_the_main_job_left_goes_on_from_a_backup(
    tmp_path: Path, command: CommandLine, passphrase_file: Path, new_sqlite_url: Callable[[], str]
) -> None:
    environment = {
        "ICC_BASE_URL": f"http://localhost:{free_port()}",
        "ICC_DATA_DIR": str(tmp_path / "var"),
        "ICC_DATABASE_URL": new_sqlite_url(),
        "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
        "ICC_JOB_POLL_SECONDS": "0.1",
    }
    command.set(**environment)
    secret = ("--passphrase-file", str(passphrase_file))
    with SchoolServer(seeded=True, public_host="localhost", port=free_port()) as school:
        with serving(environment):
            parts = compose(load_settings())
            Walk(school.url, environment["ICC_BASE_URL"], parts, lambda _line: None, patience=120).run(None)
            (certificate,) = parts.certificates.list()
            with people_at_work(parts):
                made = command.json("backup", "create", str(tmp_path), *secret)
            parts.close()
        before, handed_in, posted = (
            rows(environment["ICC_DATABASE_URL"], but="person"),
            files(tmp_path / "var/files"),
            posts(school),
        )
        assert (made["missing"], made["altered"], made["files"]) == ([], [], len(handed_in))
        assert len(handed_in) >= 1
        assert len(posted) >= 5
        assert command.json("backup", "check", made["file"], *secret)["rows"] == made["rows"]

        environment |= {"ICC_DATA_DIR": str(tmp_path / "new"), "ICC_DATABASE_URL": f"sqlite:///{tmp_path}/new/icc.sqlite"}
        command.set(**environment)
        said = command.done("backup", "restore", made["file"], *secret)
        assert said.startswith(f"{made['file']} is put back: sqlite of ")
        assert rows(environment["ICC_DATABASE_URL"], but="person") == before
        assert files(tmp_path / "new/files") == handed_in

        # as if the backup had been made after the posts and before they were known to have arrived
        parts = compose(load_settings())
        with parts.database.session() as session:
            long_ago = utc_now() - timedelta(hours=1)
            session.execute(
                update(ScoreOutbox).values(dirty=True, sent_version=0, sent_given=None, next_attempt_at=long_ago)
            )
        with serving(environment):
            eventually(lambda: not any(waiting(parts)), within=120)
            base = f"{environment['ICC_BASE_URL']}/c/{certificate.id}"
            with Browser() as anybody:
                assert "geldig" in anybody.get(base).text.lower()
                did = anybody.get(f"{environment['ICC_BASE_URL']}/.well-known/did.json").json()
                status = anybody.get(f"{environment['ICC_BASE_URL']}/status/1").json()
                document = anybody.get(f"{base}.json").content
        parts.close()
    verdict = verify(document, Trust.from_documents([did], status_lists=[status]), now=utc_now())
    assert verdict.state is VerdictState.VALID
    assert posts(school) == posted


def waiting(parts: Parts) -> list[int]:
    """How many scores of each platform wait."""
    return [counts.waiting for counts in OutboxCounts(parts.database, parts.clock).read()]
