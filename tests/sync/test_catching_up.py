"""Rows that a launch adds or repairs, retrying by hand, and what a trainer is shown."""

import pytest

from lti_tool.platforms.scopes import LINEITEM, RESULT_READONLY, SCORE
from lti_tool.sync.marks import mark, marks_of_work
from lti_tool.training.outcomes import ScoreMark
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import FEEDBACK, Desk

DAY = 24 * 3600


def test_work_accepted_before_the_placement_was_known_arrives_after_its_launch(desk: Desk, jobs: RecordingJobs) -> None:
    submission = desk.work()
    desk.catch_up()
    row = desk.row()
    assert (row.submission_id, row.score_given, row.comment, row.version) == (submission.id, 100, FEEDBACK, 1)
    assert len(jobs.waiting_jobs) == 1


def test_a_launch_adds_nothing_where_a_row_is_already(desk: Desk, jobs: RecordingJobs) -> None:
    desk.accept()
    desk.catch_up()
    desk.catch_up()
    assert desk.row().version == 1
    assert len(jobs.waiting_jobs) == 1


def test_a_launch_speaks_of_its_own_placement_only(desk: Desk) -> None:
    second = desk.build.placement(desk.course, desk.cohort)
    desk.work()
    desk.catch_up(second)
    assert [row.placement_id for row in desk.rows()] == [second.id]


def test_work_catches_up_on_a_second_platform_of_the_person(desk: Desk) -> None:
    desk.accept()
    second = desk.build.platform("Het Baken")
    course = desk.build.course(second)
    account = desk.build.account(second, person_id=desk.account.person_id)
    desk.build.member(course, account)
    placement = desk.build.placement(course, desk.cohort)
    desk.catch_up(placement, account)
    assert {(row.platform_id, row.account_id) for row in desk.rows()} == {
        (desk.platform.id, desk.account.id),
        (second.id, account.id),
    }


@pytest.mark.parametrize("state", [OutcomeState.DRAFT, OutcomeState.SUBMITTED, OutcomeState.RETURNED])
def test_only_accepted_work_catches_up(desk: Desk, state: OutcomeState) -> None:
    desk.work(state)
    desk.catch_up()
    assert desk.rows() == []


def test_work_of_another_cohort_or_of_a_trainer_does_not_catch_up(desk: Desk) -> None:
    other = desk.build.enrol(desk.account.person_id, desk.build.cohort("Regio Noord"))
    desk.work(enrolment=other)
    trainer = desk.build.account(desk.platform)
    desk.build.member(desk.course, trainer, Role.TRAINER)
    desk.work(enrolment=desk.build.enrol(trainer.person_id, desk.cohort))
    desk.catch_up()
    assert desk.rows() == []


def test_a_launch_of_the_whole_training_or_of_an_unset_placement_adds_nothing(desk: Desk) -> None:
    desk.work()
    desk.catch_up(desk.build.placement(desk.course, desk.cohort, None))
    desk.catch_up(desk.build.placement(desk.course, None))
    assert desk.rows() == []


def test_what_two_transactions_missed_is_written_once_some_at_a_time(desk: Desk, jobs: RecordingJobs) -> None:
    desk.work()
    other = desk.build.placement(desk.course, desk.cohort)
    written = []
    for _ in range(3):
        with desk.database.session() as session:
            written.append(desk.outbox.catch_up_everywhere(session, 1))
    assert written == [1, 1, 0]
    assert {row.placement_id for row in desk.rows()} == {desk.placement.id, other.id}
    assert len(jobs.waiting_jobs) == 2


def refuse(desk: Desk, code: str) -> None:
    """Let the only row have been refused with this code."""
    desk.accept()
    desk.set(desk.row(), dirty=False, refused=True, last_error=code, fails=1)


def is_retried(desk: Desk, jobs: RecordingJobs) -> bool:
    """Whether the only row is on its way again, with a job of its own."""
    row = desk.row()
    retried = row.dirty and not row.refused and row.last_error is None
    assert retried == (jobs.waiting_jobs[-1].number == row.job == 2)
    return retried


@pytest.mark.parametrize("code", ["refused-404", "refused-403", "address", "no-line-item", "no-scope"])
def test_what_was_refused_for_its_column_is_tried_again_when_anybody_launches_the_placement(
    desk: Desk, jobs: RecordingJobs, code: str
) -> None:
    refuse(desk, code)
    desk.catch_up(account=desk.build.account(desk.platform))
    assert is_retried(desk, jobs)


def test_without_a_column_it_is_tried_again_only_once_the_launch_brings_one_or_lets_us_make_one(
    desk: Desk, jobs: RecordingJobs
) -> None:
    refuse(desk, "no-line-item")
    desk.set_placement(lineitem_url=None, ags_scopes=[SCORE, RESULT_READONLY])
    desk.catch_up()
    assert not is_retried(desk, jobs)
    desk.set_placement(ags_scopes=[SCORE, LINEITEM])
    desk.catch_up()
    assert is_retried(desk, jobs)


def test_without_permission_it_is_tried_again_only_once_the_launch_brings_it(desk: Desk, jobs: RecordingJobs) -> None:
    refuse(desk, "no-scope")
    desk.set_placement(ags_scopes=[LINEITEM])
    desk.catch_up()
    assert not is_retried(desk, jobs)
    desk.set_placement(ags_scopes=[LINEITEM, SCORE])
    desk.catch_up()
    assert is_retried(desk, jobs)


def test_what_was_refused_for_a_person_is_tried_again_when_that_person_launches(desk: Desk, jobs: RecordingJobs) -> None:
    refuse(desk, "refused-400")
    desk.catch_up(account=desk.build.account(desk.platform))
    assert not is_retried(desk, jobs)
    desk.catch_up()
    assert is_retried(desk, jobs)


def test_a_grade_changed_by_hand_stays_as_it_is_whoever_launches(desk: Desk, jobs: RecordingJobs) -> None:
    refuse(desk, "changed-in-lms")
    desk.catch_up()
    assert not is_retried(desk, jobs)


@pytest.mark.parametrize(
    ("before", "version"),
    [
        ({"dirty": False, "refused": True, "last_error": "changed-in-lms"}, 1),
        ({"dirty": False, "sent_version": 1}, 2),
        ({"dirty": True, "fails": 9, "last_error": "http-503"}, 1),
    ],
)
def test_a_retry_posts_again_now_whatever_happened(
    desk: Desk, jobs: RecordingJobs, before: dict[str, object], version: int
) -> None:
    desk.accept()
    desk.set(desk.row(), **before)
    desk.clock.advance(hours=1)
    desk.retry()
    row = desk.row()
    assert (row.dirty, row.refused, row.fails, row.last_error) == (True, False, 0, None)
    assert (row.version, row.job, row.next_attempt_at) == (version, 2, desk.clock())
    assert jobs.waiting_jobs[-1].number == 2


def test_a_trainer_sees_how_far_each_score_is(desk: Desk) -> None:
    submission = desk.accept()
    untouched = desk.work(assignment_key="verkenning")
    row = desk.row()
    now = desk.clock()
    name = desk.platform.name

    def shown(**values: object) -> ScoreMark:
        desk.set(row, **values)
        with desk.database.session() as session:
            marks = marks_of_work(session, [submission.id, untouched.id])
        assert list(marks) == [submission.id]
        return marks[submission.id][0]

    def told(mark: ScoreMark) -> tuple[object, ...]:
        return mark.state, mark.code, mark.at, mark.platform_name, mark.score_id, mark.held, mark.reason is not None

    assert told(shown()) == ("waiting", None, now, name, row.id, None, False)
    assert told(shown(last_error="http-503")) == ("waiting", "http-503", now, name, row.id, None, True)
    sent = shown(dirty=False, sent_at=now, last_error=None)
    assert told(sent) == ("sent", None, now, name, row.id, None, False)
    refused = shown(refused=True, last_error="refused-404")
    assert told(refused) == ("refused", "refused-404", now, name, row.id, None, True)
    changed = shown(last_error="changed-in-lms", held_score=60.0, held_maximum=100.0)
    assert told(changed) == ("changed", "changed-in-lms", now, name, row.id, (60, 100), True)
    assert (sent.stuck, refused.stuck, changed.stuck) == (False, True, True)
    assert mark(desk.row(), name).state == "changed"
