"""A short chaos on each engine; and that the verdict sees what must not be."""

from collections import deque
from pathlib import Path

import pytest

from lti_tool.database import Database
from lti_tool.demo.school import SchoolServer
from lti_tool.demo.school.models import Call, Grade, Received
from lti_tool.ids import new_id
from tests.chaos.driver import feedback_of, version_of
from tests.chaos.plan import short
from tests.chaos.running import EngineName, run
from tests.chaos.scene import Key, Scene
from tests.chaos.verdict import Verdict, judge
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk, open_desk

pytestmark = pytest.mark.long

VERSIONS = 3


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_every_grade_arrives_in_order_whatever_dies_meanwhile(engine: EngineName, tmp_path: Path) -> None:
    report = run(engine, short(seed=20), tmp_path)
    assert report.good, str(report)
    assert (report.kills, report.crashes) == (2, engine == "postgresql")
    assert report.verdict.changes == report.plan.changes
    assert report.verdict.accepted >= report.verdict.cells


class Delivered:
    """One cell whose score arrived well, to be spoilt by a test."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self._clock = clock
        self.database = database
        self.desk: Desk = open_desk(database, clock, RecordingJobs())
        self.work = self.desk.accept(feedback=feedback_of(VERSIONS)).id
        self.desk.set(self.desk.row(), dirty=False, sent_version=self.desk.row().version)
        row = self.desk.row()
        self.key = Key("the cell", "1", "7", row.placement_id, row.account_id, self.work)
        self.scene = Scene(SchoolServer(), [self.key], new_id())
        self.scene.school.received = deque()
        self.said = [f"{self.work} {version}" for version in range(1, VERSIONS + 1)]
        for version in range(1, VERSIONS + 1):
            self.store(version)

    def store(self, version: int) -> None:
        """Let the school take a version."""
        score = {"scoreGiven": 100, "gradingProgress": "FullyGraded", "comment": feedback_of(version)}
        self.scene.school.received.append(Received(self._clock(), "1", "7", score))
        self.scene.school.grades["1", "7"] = Grade("1", "7", final=100.0, feedback=feedback_of(version))

    def post(self, body: str) -> None:
        """Let the school see a post."""
        self.scene.school.calls.append(Call(self._clock(), "scores", "POST", "/scores", 200, body))

    def judge(self) -> Verdict:
        return judge(self.database, self.scene, VERSIONS, self.said)


@pytest.fixture
def delivered(sqlite_database: Database, clock: FakeClock) -> Delivered:
    return Delivered(sqlite_database, clock)


def test_what_arrived_well_is_not_held_against_anybody(delivered: Delivered) -> None:
    verdict = delivered.judge()
    assert (verdict.wrong, verdict.accepted, verdict.duplicates, verdict.changes) == ([], VERSIONS, 0, 1)


def test_the_same_value_twice_is_counted_and_harmless(delivered: Delivered) -> None:
    delivered.store(VERSIONS)
    verdict = delivered.judge()
    assert (verdict.wrong, verdict.duplicates) == ([], 1)


def test_an_older_value_after_a_newer_one_is_out_of_order_although_the_newest_comes_last(delivered: Delivered) -> None:
    delivered.store(1)
    delivered.store(VERSIONS)
    assert len(delivered.judge().out_of_order) == len(delivered.judge().wrong) == 1


def test_an_older_value_at_the_end_is_a_loss(delivered: Delivered) -> None:
    delivered.scene.school.grades["1", "7"].feedback = feedback_of(VERSIONS - 1)
    assert len(delivered.judge().lost) == 1


def test_a_grade_that_is_not_there_is_a_loss(delivered: Delivered) -> None:
    delivered.scene.school.grades.clear()
    assert len(delivered.judge().lost) == 1


@pytest.mark.parametrize("body", ['{"gradingProgress": "FullyGraded"}', '{"scoreGiven": 1, "gradingProgress": "Pending"}'])
def test_a_post_that_clears_a_grade_is_seen_whatever_the_school_answered(delivered: Delivered, body: str) -> None:
    delivered.post('{"scoreGiven": 100, "gradingProgress": "FullyGraded"}')
    delivered.post(body)
    verdict = delivered.judge()
    assert (len(verdict.wiped), verdict.posts) == (1, 2)


def test_a_change_that_the_database_forgot_is_seen(delivered: Delivered) -> None:
    delivered.said.append(f"{delivered.work} 2")
    assert len(delivered.judge().forgotten) == 1


@pytest.mark.parametrize("values", [{"dirty": True}, {"refused": True}, {"sent_version": 0}])
def test_a_row_that_does_not_know_that_it_arrived_is_seen(delivered: Delivered, values: dict[str, object]) -> None:
    delivered.desk.set(delivered.desk.row(), **values)
    assert len(delivered.judge().unsettled) == 1


def test_the_version_is_read_from_what_the_school_shows() -> None:
    assert [version_of(comment) for comment in (feedback_of(12), "Versie x", "Mooi", "", None)] == [12, 0, 0, 0, 0]
