"""Sending a score again by hand: by whom, and whose."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Course
from lti_tool.errors import NotFound, Refused
from lti_tool.launch.sessions import Viewer
from lti_tool.platforms.service import info_of
from lti_tool.sync.again import SendAgainService
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS
from lti_tool.sync.marks import mark
from lti_tool.training.access import Access
from lti_tool.training.models import Submission
from mappings.loading import load_trainings
from mappings.roles import Role
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk


@pytest.fixture
def again(desk: Desk) -> SendAgainService:
    return SendAgainService(desk.database, Access(load_trainings()), desk.outbox)


@pytest.fixture
def refused(desk: Desk, jobs: RecordingJobs) -> str:
    """A score that the platform did not take."""
    desk.accept()
    row = desk.row()
    desk.set(row, dirty=False, refused=True, last_error=CHANGED_IN_LMS, fails=3)
    jobs.waiting_jobs.clear()
    return row.id


def viewer(desk: Desk, *, cohort_trainer: bool = False, seats: Mapping[str, Role] | None = None) -> Viewer:
    """Somebody with a session at the desk's platform."""
    account = desk.build.account(desk.platform)
    if cohort_trainer:
        desk.build.enrol(account.person_id, desk.cohort, Role.TRAINER)
    return Viewer("session", account.id, account.person_id, info_of(desk.platform), "nl", seats or {})


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_trainer_of_the_cohort_sends_again(
    desk: Desk, again: SendAgainService, refused: str, jobs: RecordingJobs, *, overwrite: bool
) -> None:
    where = again.send(viewer(desk, cohort_trainer=True), refused, overwrite=overwrite)
    assert where == (desk.cohort.id, desk.enrolment.id)
    row = desk.row()
    assert (row.dirty, row.refused, row.fails, row.last_error, row.overwrite) == (True, False, 0, None, overwrite)
    assert [(job.key, job.number) for job in jobs.waiting_jobs] == [(refused, row.job)]


def test_a_trainer_of_the_course_sends_again(desk: Desk, again: SendAgainService, refused: str) -> None:
    desk.build.bind(desk.course, desk.cohort, desk.account.person_id)
    again.send(viewer(desk, seats={desk.course.id: Role.TRAINER}), refused, overwrite=False)
    assert desk.row().dirty


def elsewhere(desk: Desk) -> Course:
    """Another course of the same cohort."""
    course = desk.build.course(desk.platform)
    desk.build.bind(course, desk.cohort, desk.account.person_id)
    return course


@pytest.mark.parametrize("who", ["nobody", "participant", "course of another", "the person"])
def test_for_everybody_else_there_is_no_such_score(desk: Desk, again: SendAgainService, refused: str, who: str) -> None:
    desk.build.bind(desk.course, desk.cohort, desk.account.person_id)
    somebody = {
        "nobody": lambda: viewer(desk),
        "participant": lambda: viewer(desk, seats={desk.course.id: Role.PARTICIPANT}),
        "course of another": lambda: viewer(desk, seats={elsewhere(desk).id: Role.TRAINER}),
        "the person": lambda: Viewer(
            "session", desk.account.id, desk.account.person_id, info_of(desk.platform), "nl", {desk.course.id: Role.TRAINER}
        ),
    }[who]()
    with pytest.raises(NotFound):
        again.send(somebody, refused, overwrite=True)
    row = desk.row()
    assert (row.refused, row.overwrite) == (True, False)


def test_a_score_that_is_not_there_is_not_found(desk: Desk, again: SendAgainService) -> None:
    with pytest.raises(NotFound):
        again.send(viewer(desk, cohort_trainer=True), "nowhere", overwrite=False)


def test_a_trainer_lets_the_grade_of_the_school_count(
    desk: Desk, again: SendAgainService, refused: str, jobs: RecordingJobs
) -> None:
    desk.set(desk.row(), held_score=70.0, held_maximum=100.0)
    assert again.keep(viewer(desk, cohort_trainer=True), refused) == (desk.cohort.id, desk.enrolment.id)
    row = desk.row()
    assert (row.dirty, row.refused, row.last_error, row.checked) == (False, False, KEPT_IN_LMS, True)
    assert not jobs.waiting_jobs
    shown = mark(row, "Zilverbos College")
    assert (shown.state, shown.stuck, shown.held, shown.ours) == ("kept", False, (70.0, 100.0), (100.0, 100))


def test_what_was_left_is_asked_again_when_the_work_is_reviewed_again(
    desk: Desk, again: SendAgainService, refused: str
) -> None:
    again.keep(viewer(desk, cohort_trainer=True), refused)
    with desk.database.session() as session:
        submission = session.scalars(select(Submission)).one()
    desk.accept(submission, "Toch nog iets.")
    row = desk.row()
    assert (row.dirty, row.last_error, row.comment) == (True, None, "Toch nog iets.")


def test_only_a_grade_that_was_changed_by_hand_can_be_left(desk: Desk, again: SendAgainService, refused: str) -> None:
    desk.set(desk.row(), last_error="refused-400")
    with pytest.raises(Refused):
        again.keep(viewer(desk, cohort_trainer=True), refused)
    assert desk.row().refused


def test_somebody_who_does_not_train_the_person_leaves_nothing(desk: Desk, again: SendAgainService, refused: str) -> None:
    for score_id in (refused, "nowhere"):
        with pytest.raises(NotFound):
            again.keep(viewer(desk), score_id)
    assert desk.row().last_error == CHANGED_IN_LMS


def test_a_trainer_is_told_what_it_takes_before_ours_can_replace_a_grade(desk: Desk) -> None:
    desk.accept()
    desk.set(desk.row(), dirty=False, refused=True, last_error=CHANGED_IN_LMS)
    row = desk.row()
    moodle = mark(row, "Zilverbos College", "moodle").advice
    assert moodle is not None
    assert mark(row, "Zilverbos College", "canvas").advice is None
    desk.set(row, last_error="refused-400")
    assert mark(desk.row(), "Zilverbos College", "moodle").advice is None
