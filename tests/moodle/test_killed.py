"""kill -9 of the worker at twenty random points: what is in the database then is what an undisturbed worker leaves there."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Account
from lti_tool.database import Database
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleWrite, NativeFile, NativeWork
from lti_tool.outgoing import Outgoing
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from mappings.activities import Counts
from tests.clock import FakeClock
from tests.moodle.desk import Desk
from tests.moodle.living_moodle import LivingCourse
from tests.moodle.victims import TICKS_OF_PATIENCE
from tests.moodle_client.recorded_moodle import RecordedMoodle
from tests.recording_jobs import RecordingJobs

pytestmark = pytest.mark.long

KILLS = 20
PEOPLE = range(11, 25)
ROOT = Path(__file__).parents[2]


def live(living: LivingCourse) -> None:
    """Let a course have lived for a while: of everything that can be there, some."""
    for user in PEOPLE:
        living.enrol(user, groups=(user % 3,) if user % 3 else ())
    living.enrol(8, roles=("teacher",))
    living.add(1)
    living.add(2, team=True)
    living.add(3)
    living.add(4, kind="page")
    for user in PEOPLE:
        files = (("plan.pdf", 1200 + user), ("bijlage é.docx", 20)) if user % 4 == 0 else ()
        living.hand_in(1, user, f"Werk van {user}", status="draft" if user % 7 == 0 else "submitted", files=files)
        living.hand_in(3, user, f"Toets van {user}")
        living.grade(3, user, 40 + user, grader=8 if user % 2 else 7)
        living.complete(4, user, state=user % 3)
    for team in (0, 1, 2):
        living.hand_in(2, -team, f"Van groep {team}")
    living.reopen(1, 12)
    for user in (13, 14):
        del living.people[user]
    living.people[15].suspended = True


def furnish(database: Database, moodle: RecordedMoodle, living: LivingCourse, outgoing: Outgoing) -> None:
    """Connect the course, and let most people have launched the tool."""
    desk = Desk(database, FakeClock(), RecordingJobs(), moodle, living, outgoing)
    for user in PEOPLE:
        if user % 5:
            desk.launch(user)
    desk.build.placement(desk.course, desk.cohort, "planning", lineitem_url="https://lms.example/item")
    desk.map(1)
    desk.map(2, "schoolscan")
    desk.map(3, "planning", Counts.GRADED, from_grade=55, needs_trainer=False, writes_completion=True)
    desk.map(4, "uitvoering", Counts.COMPLETED, needs_trainer=False, writes_completion=True)


class Worker(Protocol):
    """Lets a worker work, and says how it ended."""

    def __call__(self, minutes: int, tick: int = TICKS_OF_PATIENCE) -> str: ...


@contextmanager
def victims(url: str, folder: Path) -> Iterator[Worker]:
    """Start what makes workers over a database, and hand out what lets one work."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
    with subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", "tests.moodle.victims", url, str(folder)],
        cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def work(minutes: int, tick: int = TICKS_OF_PATIENCE) -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{minutes} {tick}\n")
            process.stdin.flush()
            while True:
                line = process.stdout.readline()
                assert line, "the process that makes workers has ended"
                if line.startswith(("killed", "done", "failed")):
                    return line.strip()

        yield work
        assert process.stdin is not None
        process.stdin.close()


def content(database: Database) -> dict[str, Any]:
    """What is in the database of the course, without ids and without moments of our own clock."""
    with database.session() as session:
        keys = {row.id: row.assignment_key for row in session.scalars(select(ActivityMapping))}
        people = {row.person_id: row.subject for row in session.scalars(select(Account))}
        enrolled = {row.id: people[row.person_id] for row in session.scalars(select(Enrolment))}
        work = {row.id: (enrolled[row.enrolment_id], row.assignment_key) for row in session.scalars(select(Submission))}
        versions = {row.id: (*work[row.submission_id], row.number) for row in session.scalars(select(SubmissionVersion))}
        return {
            "course": [
                (row.problem, row.fails, row.marks | {"whole_at": None, "unreadable_at": None}, row.claimed_until)
                for row in session.scalars(select(MoodleCourse))
            ],
            "mappings": sorted(
                (row.assignment_key, row.title, row.state, row.maximum) for row in session.scalars(select(ActivityMapping))
            ),
            "native": sorted(
                (
                    keys[row.mapping_id],
                    row.user_id,
                    row.state,
                    row.attempt,
                    str(row.submitted_at),
                    row.grade,
                    row.grader_id,
                    row.complete,
                    row.content_digest,
                    work.get(row.submission_id or ""),
                    versions.get(row.version_id or ""),
                )
                for row in session.scalars(select(NativeWork))
            ),
            "work": sorted(
                (work[row.id], row.state, row.origin, row.draft_text) for row in session.scalars(select(Submission))
            ),
            "versions": sorted(
                (versions[row.id], row.text, row.origin, str(row.source_url), str(row.facts), str(row.handed_in_at))
                for row in session.scalars(select(SubmissionVersion))
            ),
            "files": sorted(
                (versions[row.version_id], row.position, row.name, row.size, row.url)
                for row in session.scalars(select(NativeFile))
            ),
            "reviews": sorted(
                (versions[row.version_id], people[row.reviewer_id], row.verdict, row.origin)
                for row in session.scalars(select(Review))
            ),
            "scores": sorted(
                (str(work.get(row.submission_id or "")), row.score_given, row.version)
                for row in session.scalars(select(ScoreOutbox))
            ),
            "back": sorted(
                (keys[row.mapping_id], row.user_id, row.complete, row.version)
                for row in session.scalars(select(MoodleWrite))
            ),
        }


def test_twenty_deaths_leave_what_an_undisturbed_reading_leaves(
    request: pytest.FixtureRequest, database_url: str, database_at: Callable[[str], Database], tmp_path: Path
) -> None:
    kind = "new_postgresql_url" if database_url.startswith("postgresql") else "new_sqlite_url"
    other_url: str = request.getfixturevalue(kind)()
    chance = random.Random(11)  # noqa: S311  # chance that can be repeated
    living, outgoing = LivingCourse(), Outgoing(allow_private=True)
    live(living)
    databases = [database_at(url) for url in (other_url, database_url)]
    with RecordedMoodle(school=living) as moodle:
        for one in databases:
            furnish(one, moodle, living, outgoing)
        with victims(other_url, tmp_path / "calm") as undisturbed:
            done, ticks = undisturbed(0).split()
            assert done == "done"
        kills = minutes = 0
        with victims(database_url, tmp_path / "killed") as disturbed:
            while kills < KILLS:
                minutes += 20
                kills += disturbed(minutes, chance.randrange(1, max(20, int(ticks) // 10))) == "killed"
            assert disturbed(minutes + 20).startswith("done")
    calm, killed = (content(one) for one in databases)
    assert calm["native"] != []
    assert {state for _key, _user, state, *_rest in calm["native"]} >= {"begun", "unknown", "imported", "left"}
    assert killed == calm
    outgoing.close()
    for one in databases:
        one.close()
