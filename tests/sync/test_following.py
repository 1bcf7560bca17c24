"""Which rows an outcome leads to, in the transaction of the outcome itself."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.launch.sessions import Viewer
from lti_tool.platforms.service import info_of
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from lti_tool.training.access import Access
from lti_tool.training.models import Review, Submission
from lti_tool.training.outcomes import OutcomeChanged, OutcomeFollower
from lti_tool.training.reviewing import ReviewService
from mappings.loading import load_trainings
from mappings.platforms import profile_for
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.recording_jobs import Job, RecordingJobs
from tests.sync.desk import FEEDBACK, Desk

AT_ONCE = profile_for("moodle").max_parallel


def test_accepted_work_leads_to_a_row_and_a_job_for_the_participants_column(desk: Desk, jobs: RecordingJobs) -> None:
    submission = desk.accept()
    row = desk.row()
    assert (row.placement_id, row.account_id, row.submission_id) == (
        desk.placement.id,
        desk.account.id,
        submission.id,
    )
    assert (row.platform_id, row.score_given, row.score_maximum, row.comment) == (desk.platform.id, 100, 100, FEEDBACK)
    assert (row.version, row.sent_version, row.dirty, row.refused, row.job) == (1, 0, True, False, 1)
    assert jobs.waiting_jobs == [Job(POST_SCORE, row.id, 1, lane=f"{desk.platform.id}:{row.slot % AT_ONCE}", delay=0.0)]


@pytest.mark.parametrize("state", [OutcomeState.DRAFT, OutcomeState.SUBMITTED, OutcomeState.RETURNED])
def test_work_that_is_not_accepted_leads_to_nothing(desk: Desk, jobs: RecordingJobs, state: OutcomeState) -> None:
    submission = desk.work(state)
    with desk.database.session() as session:
        desk.outbox.follow(session, desk.change(submission, state))
    assert desk.rows() == []
    assert jobs.waiting_jobs == []


def test_only_placements_of_that_assignment_and_cohort_get_a_score(desk: Desk) -> None:
    other_cohort = desk.build.cohort("Regio Noord")
    desk.build.placement(desk.course, desk.cohort, "verkenning")
    desk.build.placement(desk.course, desk.cohort, None)
    desk.build.placement(desk.course, other_cohort)
    desk.build.placement(desk.course, None)
    desk.accept()
    assert [row.placement_id for row in desk.rows()] == [desk.placement.id]


def test_a_second_placement_of_the_assignment_in_the_course_gets_the_score_too(desk: Desk) -> None:
    second = desk.build.placement(desk.course, desk.cohort)
    desk.accept()
    assert {row.placement_id for row in desk.rows()} == {desk.placement.id, second.id}


def test_nobody_gets_a_score_in_a_course_where_they_teach_or_only_look(desk: Desk) -> None:
    for role in (Role.TRAINER, Role.VISITOR):
        course = desk.build.course(desk.platform)
        desk.build.member(course, desk.account, role)
        desk.build.placement(course, desk.cohort)
    desk.accept()
    assert [row.placement_id for row in desk.rows()] == [desk.placement.id]


def test_somebody_else_in_the_course_gets_nothing(desk: Desk) -> None:
    desk.build.participant(desk.course, desk.cohort, desk.platform)
    desk.accept()
    assert [row.account_id for row in desk.rows()] == [desk.account.id]


def test_every_platform_of_the_person_gets_the_score_in_a_lane_of_its_own(desk: Desk, jobs: RecordingJobs) -> None:
    second = desk.build.platform("Het Baken", family="generic")
    course = desk.build.course(second)
    account = desk.build.account(second, person_id=desk.account.person_id)
    desk.build.member(course, account)
    placement = desk.build.placement(course, desk.cohort)
    desk.accept()
    assert {(row.platform_id, row.placement_id, row.account_id) for row in desk.rows()} == {
        (desk.platform.id, desk.placement.id, desk.account.id),
        (second.id, placement.id, account.id),
    }
    assert {job.lane.split(":")[0] for job in jobs.waiting_jobs} == {desk.platform.id, second.id}


def test_a_new_review_makes_a_new_version_of_the_same_row(desk: Desk, jobs: RecordingJobs) -> None:
    submission = desk.accept()
    first = desk.row()
    desk.set(first, sent_version=1, dirty=False, fails=3, last_error="http-503")
    desk.clock.advance(seconds=5)
    desk.accept(submission, "Nog mooier zo.")
    row = desk.row()
    assert row.id == first.id
    assert (row.version, row.sent_version, row.dirty, row.job, row.fails, row.last_error) == (2, 1, True, 2, 0, None)
    assert (row.comment, row.changed_at) == ("Nog mooier zo.", desk.clock())
    assert [job.number for job in jobs.waiting_jobs] == [1, 2]


def test_a_new_outcome_goes_out_even_after_the_platform_refused_the_one_before(desk: Desk) -> None:
    submission = desk.accept()
    desk.set(desk.row(), dirty=False, refused=True, last_error="refused-404")
    desk.accept(submission)
    assert (desk.row().dirty, desk.row().refused, desk.row().last_error) == (True, False, None)


def test_feedback_with_only_blanks_is_no_comment(desk: Desk) -> None:
    desk.accept(feedback=" \n ")
    assert desk.row().comment is None


def review_service(desk: Desk, *followers: OutcomeFollower) -> tuple[ReviewService, Viewer]:
    """Reviewing as the application does it, and a trainer of the cohort."""
    trainer = desk.build.account(desk.platform)
    desk.build.enrol(trainer.person_id, desk.cohort, Role.TRAINER)
    viewer = Viewer("session", trainer.id, trainer.person_id, info_of(desk.platform), "nl", {})
    return ReviewService(desk.database, desk.clock, Access(load_trainings()), followers), viewer


def test_a_review_that_is_rolled_back_leaves_neither_row_nor_job(desk: Desk, jobs: RecordingJobs) -> None:
    def fail(_session: Session, _change: OutcomeChanged) -> None:
        raise LookupError

    submission = desk.build.submission(desk.enrolment, state=OutcomeState.SUBMITTED)
    desk.build.version(submission)
    broken, viewer = review_service(desk, desk.outbox.follow, fail)
    with pytest.raises(LookupError):
        broken.review(viewer, submission.id, "accepted", FEEDBACK)
    assert desk.rows() == []
    assert jobs.waiting_jobs == []
    with desk.database.session() as session:
        assert session.get_one(Submission, submission.id).state == OutcomeState.SUBMITTED
        assert session.scalar(select(func.count()).select_from(Review)) == 0


def test_a_review_writes_the_row_with_its_feedback(desk: Desk, jobs: RecordingJobs) -> None:
    submission = desk.build.submission(desk.enrolment, state=OutcomeState.SUBMITTED)
    desk.build.version(submission)
    service, viewer = review_service(desk, desk.outbox.follow)
    service.review(viewer, submission.id, "accepted", FEEDBACK)
    assert (desk.row().comment, desk.row().dirty) == (FEEDBACK, True)
    assert len(jobs.waiting_jobs) == 1


def test_a_review_and_a_launch_at_the_same_moment_write_one_row(desk: Desk) -> None:
    submission = desk.work(OutcomeState.ACCEPTED)
    change, launch = desk.change(submission), desk.launch()
    together, problems = threading.Barrier(2), list[BaseException]()

    def write(what: str) -> None:
        try:
            together.wait(10)
            with desk.database.session() as session:
                if what == "review":
                    desk.outbox.follow(session, change)
                else:
                    desk.outbox.catch_up(session, launch)
        except BaseException as error:  # noqa: BLE001  # shown below
            problems.append(error)

    threads = [threading.Thread(target=write, args=(what,)) for what in ("review", "launch")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert problems == []
    assert desk.row().dirty
    with desk.database.session() as session:
        assert session.scalar(select(func.count()).select_from(ScoreOutbox)) == 1
