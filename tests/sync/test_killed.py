"""kill -9 of the tool between accepting and posting, and a school that is down meanwhile: the score arrives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lti_tool.clock import utc_now
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.demo.school import FaultKind, SchoolServer, Service
from lti_tool.jobs.engine import Engine
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from lti_tool.vault import Vault
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.eventually import eventually
from tests.sync.desk import FEEDBACK
from tests.sync.school import AtSchool
from tests.sync.tool_process import ToolProcess


@pytest.fixture
def tool(settings: Settings, tmp_path: Path) -> Iterator[ToolProcess]:
    """The tool over the test's database, not started yet."""
    variables = {
        "ICC_DATABASE_URL": settings.database_url or "",
        "ICC_DATA_DIR": str(tmp_path / "tool"),
        "ICC_SECRET_KEY": SECRET,
        "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
        "ICC_JOB_POLL_SECONDS": "0.1",
    }
    process = ToolProcess(variables, tmp_path / "tool.log")
    yield process
    process.kill()


@pytest.fixture
def at(listening: SchoolServer, settings: Settings, database: Database, outgoing: Outgoing) -> Iterator[AtSchool]:
    """The school at the real time, and a test that accepts work as the tool's web pages do: it only enqueues."""
    listening.fresh(utc_now)
    now = FakeClock(utc_now())
    enqueuing = Engine(settings, database)
    enqueuing.prepare()
    at = AtSchool(listening, database, now, enqueuing, KeyRing(database, Vault(SECRET), now), outgoing)
    enqueuing.register(POST_SCORE, at.poster.post, lanes=True)
    yield at
    enqueuing.stop()
    listening.school.faults.clear()
    listening.start()


def arrived(at: AtSchool) -> ScoreOutbox | None:
    row = at.desk.row()
    return None if row.dirty else row


def test_a_tool_that_is_killed_before_it_posts_does_so_once_after_its_restart(at: AtSchool, tool: ToolProcess) -> None:
    tool.start()
    at.school.faults.add(Service.TOKEN, FaultKind.SLOW, seconds=600)
    at.desk.accept()
    eventually(lambda: at.asked(Service.TOKEN))
    tool.kill()
    assert (at.desk.row().dirty, at.asked(Service.SCORES)) == (True, 0)
    at.school.faults.clear()
    tool.start()
    row = eventually(lambda: arrived(at))
    assert (row.refused, row.last_error, row.sent_version) == (False, None, 1)
    assert (at.shown(), at.posts()) == ((100, FEEDBACK), 1)


def test_a_tool_that_is_killed_before_it_knows_leaves_one_grade_although_the_school_is_down_at_its_restart(
    at: AtSchool, tool: ToolProcess
) -> None:
    tool.start()
    at.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=600, after=True)
    at.desk.accept()
    eventually(lambda: at.posts())
    tool.kill()
    assert (at.desk.row().dirty, at.posts()) == (True, 1)
    at.server.stop()
    tool.start()
    eventually(lambda: at.desk.row().fails)
    assert at.desk.row().last_error == "unreachable"
    at.server.start()
    row = eventually(lambda: arrived(at))
    assert (row.refused, row.last_error, row.sent_version) == (False, None, 1)
    assert at.shown() == (100, FEEDBACK)
