"""The sweeper: no due row without a living job, and no second job for one that has it."""

from collections.abc import Iterable

import pytest
from sqlalchemy import insert

from lti_tool.courses.models import Account, Person
from lti_tool.ids import new_id
from lti_tool.sync.jobs import CATCH_UP_BATCH, CATCH_UP_EVERY, SWEEP_BATCH
from lti_tool.sync.lanes import LEASE
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import FEEDBACK
from tests.sync.school import Posting

LATE = 61


@pytest.fixture
def lost(posting: Posting) -> Posting:
    """A row whose job was lost."""
    posting.desk.accept()
    posting.jobs.waiting_jobs.clear()
    return posting


def test_a_row_whose_job_was_lost_gets_a_new_one_and_arrives(lost: Posting) -> None:
    lost.desk.clock.advance(seconds=LATE)
    lost.at.poster.sweep()
    row = lost.desk.row()
    assert (row.job, row.next_attempt_at, lost.jobs.cancelled) == (2, lost.desk.clock(), [(POST_SCORE, row.id, 1)])
    assert [(job.key, job.number) for job in lost.jobs.waiting_jobs] == [(row.id, 2)]
    assert not lost.run().dirty
    assert lost.at.shown() == (100, FEEDBACK)


def test_a_new_job_is_left_a_minute_to_start(lost: Posting) -> None:
    lost.desk.clock.advance(seconds=LATE - 2)
    lost.at.poster.sweep()
    assert (lost.desk.row().job, lost.jobs.waiting_jobs) == (1, [])


def test_sweeping_twice_gives_one_job(lost: Posting) -> None:
    lost.desk.clock.advance(seconds=LATE)
    lost.at.poster.sweep()
    lost.desk.clock.advance(seconds=LATE)
    lost.at.poster.sweep()
    assert lost.desk.row().job == 2
    assert len(lost.jobs.waiting_jobs) == 1


def test_a_row_whose_job_still_waits_is_left_alone_however_late_it_is(posting: Posting) -> None:
    posting.desk.accept()
    posting.desk.clock.advance(days=1)
    posting.at.poster.sweep()
    assert (posting.desk.row().job, len(posting.jobs.waiting_jobs), posting.jobs.cancelled) == (1, 1, [])


def test_a_row_that_waits_for_its_next_try_is_left_alone(lost: Posting) -> None:
    lost.desk.set(lost.desk.row(), next_attempt_at=lost.desk.clock.advance(minutes=30), fails=9, last_error="http-503")
    lost.at.poster.sweep()
    assert lost.desk.row().job == 1


def test_a_row_that_somebody_works_on_is_left_alone_until_the_lease_expires(lost: Posting) -> None:
    lost.desk.set(lost.desk.row(), claimed_until=lost.desk.clock() + LEASE)
    lost.desk.clock.advance(seconds=LEASE.total_seconds() - 1)
    lost.at.poster.sweep()
    assert (lost.desk.row().job, lost.jobs.cancelled) == (1, [])
    lost.desk.clock.advance(seconds=1)
    lost.at.poster.sweep()
    assert (lost.desk.row().job, lost.desk.row().claimed_until) == (2, None)


@pytest.mark.parametrize(
    "settled",
    [
        {"dirty": False, "sent_version": 1},
        {"dirty": False, "refused": True, "last_error": "refused-404"},
    ],
)
def test_a_row_that_is_settled_gets_no_job(lost: Posting, settled: dict[str, object]) -> None:
    lost.desk.set(lost.desk.row(), **settled)
    lost.desk.clock.advance(days=1)
    lost.at.poster.sweep()
    assert (lost.desk.row().job, lost.jobs.waiting_jobs) == (1, [])


def test_all_work_that_nobody_followed_gets_its_rows_and_arrives(posting: Posting) -> None:
    desk = posting.desk
    placements = [desk.placement] + [desk.build.placement(desk.course, desk.cohort) for _ in range(CATCH_UP_BATCH)]
    posting.at.poster.sweep()
    desk.work()
    desk.clock.advance(seconds=CATCH_UP_EVERY.total_seconds() - 1)
    posting.at.poster.sweep()
    assert desk.rows() == []
    desk.clock.advance(seconds=1)
    posting.at.poster.sweep()
    assert {row.placement_id for row in desk.rows()} == {placement.id for placement in placements}
    assert len(posting.jobs.waiting_jobs) == len(placements)
    posting.jobs.run()
    assert posting.at.shown() == (100, FEEDBACK)


def test_all_lost_rows_get_a_job_however_many_wait_beside_them(posting: Posting) -> None:
    desk = posting.desk
    submission = desk.accept()
    ids = [new_id() for _ in range(SWEEP_BATCH + 20)]
    fill(posting, submission.id, ids)
    waiting, lost = ids[::2], ids[1::2]
    with desk.database.session() as session:
        for row_id in waiting:
            desk.jobs.enqueue(session, POST_SCORE, row_id, 1, lane=desk.platform.id)
    desk.clock.advance(seconds=LATE)
    posting.at.poster.sweep()
    assert {job.key for job in posting.jobs.waiting_jobs if job.number == 2} == set(lost)


def fill(posting: Posting, submission_id: str, ids: list[str]) -> None:
    """Write rows and what they refer to, many at once; row, account and person have one id."""
    now, platform_id = posting.desk.clock(), posting.desk.platform.id
    placement_id = posting.desk.placement.id
    with posting.desk.database.session() as session:
        session.execute(insert(Person), [{"id": one, "created_at": now} for one in ids])
        session.execute(
            insert(Account),
            [
                {
                    "id": one,
                    "platform_id": platform_id,
                    "subject": one,
                    "person_id": one,
                    "created_at": now,
                    "last_seen_at": now,
                }
                for one in ids
            ],
        )
        session.execute(
            insert(ScoreOutbox),
            [
                {
                    "id": one,
                    "platform_id": platform_id,
                    "placement_id": placement_id,
                    "account_id": one,
                    "submission_id": submission_id,
                    "score_given": 100,
                    "score_maximum": 100,
                    "version": 1,
                    "job": 1,
                    "next_attempt_at": now,
                    "changed_at": now,
                }
                for one in ids
            ],
        )


def test_a_row_that_changed_since_the_sweeper_looked_keeps_its_own_job(lost: Posting) -> None:
    class Starting(RecordingJobs):
        """An engine in which the job starts while the sweeper asks what still waits."""

        def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
            lost.desk.set(lost.desk.row(), claimed_until=lost.desk.clock() + LEASE)
            return super().waiting(job, rows)

    lost.desk.jobs = jobs = Starting()
    lost.desk.clock.advance(seconds=LATE)
    lost.at.poster_with().sweep()
    assert (lost.desk.row().job, jobs.cancelled, jobs.waiting_jobs) == (1, [], [])
