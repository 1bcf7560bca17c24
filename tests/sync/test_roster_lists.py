"""What a trainer sees of who is in the courses, which lists those are, and letting them be read now."""

from collections.abc import Mapping

import pytest

from lti_tool.advantage.memberships import Member, MemberStatus
from lti_tool.courses.models import Course
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.platforms.service import info_of
from lti_tool.sync.models import CourseRoster
from lti_tool.sync.roster_lists import RosterLists
from lti_tool.sync.roster_rows import RosterReading, record
from lti_tool.training.access import Access
from lti_tool.training.outcomes import CourseList
from mappings.loading import load_trainings
from mappings.roles import Role
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk

URL = "https://lms.example/members"


@pytest.fixture
def lists(desk: Desk, jobs: RecordingJobs) -> RosterLists:
    """Of the desk's course, whose list is known to be somewhere."""
    desk.set_placement(memberships_url=URL)
    return RosterLists(desk.database, Access(load_trainings()), jobs, desk.clock)


def read(desk: Desk, *members: tuple[str, str | None], course: Course | None = None) -> None:
    """Let the list of a course have been read, with these people (subject and name) in it."""
    course = course or desk.course
    listed = tuple(Member(subject, ("Learner",), name, MemberStatus.ACTIVE) for subject, name in members)
    with desk.database.session() as session:
        now = desk.clock()
        row = session.get(CourseRoster, course.id) or CourseRoster(course_id=course.id, job=1, fails=0)
        row.read_at = row.tried_at = now
        session.add(row)
        record(session, course.id, RosterReading(listed, True, None), now)


def shown(desk: Desk, lists: RosterLists, course_ids: frozenset[str] | None = None) -> list[CourseList]:
    with desk.database.session() as session:
        return list(lists.lists(session, desk.cohort.id, course_ids))


def elsewhere(desk: Desk) -> Course:
    """One more course that shows the cohort, at the same school."""
    course = desk.build.course(desk.platform, title="Andere cursus")
    desk.set_placement(desk.build.placement(course, desk.cohort), memberships_url=URL)
    return course


def viewer(desk: Desk, *, cohort_trainer: bool = False, seats: Mapping[str, Role] | None = None) -> Viewer:
    account = desk.build.account(desk.platform)
    if cohort_trainer:
        desk.build.enrol(account.person_id, desk.cohort, Role.TRAINER)
    return Viewer("session", account.id, account.person_id, info_of(desk.platform), "nl", seats or {})


def job_keys(jobs: RecordingJobs) -> set[str]:
    return {job.key for job in jobs.waiting_jobs}


def test_who_never_came_is_named_and_who_came_is_not(desk: Desk, lists: RosterLists) -> None:
    read(desk, (desk.account.subject, "Al Begonnen"), ("b", "Zoë"), ("c", "anna"), ("d", None))
    (one,) = shown(desk, lists)
    assert (one.participants, one.not_begun, one.unnamed) == (4, 3, 1)
    assert list(one.names) == ["anna", "Zoë"]
    assert (one.read_at, one.reason) == (desk.clock(), None)
    assert "anna" not in repr(one)


def test_a_launch_joins_up_with_the_list(desk: Desk, lists: RosterLists) -> None:
    read(desk, ("b", "Zoë"))
    assert shown(desk, lists)[0].not_begun == 1
    desk.build.participant(desk.course, desk.cohort, desk.platform, "b")
    assert shown(desk, lists)[0].not_begun == 0


def test_the_same_number_at_another_school_is_somebody_else(desk: Desk, lists: RosterLists) -> None:
    other = desk.build.platform("Kleurrijk")
    desk.build.participant(desk.build.course(other), desk.cohort, other, "b")
    read(desk, ("b", "Zoë"))
    assert list(shown(desk, lists)[0].names) == ["Zoë"]


def test_who_began_in_another_cohort_has_not_begun_in_this_one(desk: Desk, lists: RosterLists) -> None:
    desk.build.participant(desk.course, desk.build.cohort("Regio Noord"), desk.platform, "b")
    read(desk, ("b", "Zoë"))
    assert list(shown(desk, lists)[0].names) == ["Zoë"]


def test_a_teacher_whom_the_platform_lists_as_a_learner_does_not_count(desk: Desk, lists: RosterLists) -> None:
    desk.build.member(desk.course, desk.build.account(desk.platform, "t"), Role.TRAINER)
    read(desk, ("t", "Tutor"), ("b", "Zoë"))
    (one,) = shown(desk, lists)
    assert (one.participants, list(one.names)) == (1, ["Zoë"])


def test_who_left_does_not_count_and_loses_no_work(desk: Desk, lists: RosterLists) -> None:
    read(desk, (desk.account.subject, "Noor"), ("b", "Zoë"))
    work = desk.work()
    read(desk)
    (one,) = shown(desk, lists)
    assert (one.participants, one.not_begun) == (0, 0)
    with desk.database.session() as session:
        assert session.get(type(work), work.id) is not None


def test_the_trainer_of_a_course_is_shown_that_course_only(desk: Desk, lists: RosterLists) -> None:
    other = elsewhere(desk)
    read(desk, ("b", "Zoë"))
    read(desk, ("x", "Xander"), course=other)
    assert [list(one.names) for one in shown(desk, lists, frozenset({desk.course.id}))] == [["Zoë"]]
    assert shown(desk, lists, frozenset()) == []
    assert sorted(name for one in shown(desk, lists) for name in one.names) == ["Xander", "Zoë"]


def test_a_course_of_another_cohort_is_not_shown(desk: Desk, lists: RosterLists) -> None:
    course = desk.build.course(desk.platform, title="Iets anders")
    placement = desk.build.placement(course, desk.build.cohort("Regio Noord"))
    desk.set_placement(placement, memberships_url=URL)
    read(desk, ("x", "Xander"), course=course)
    assert [one.course_title for one in shown(desk, lists)] == [desk.course.title]


def test_a_course_of_which_no_list_is_known_says_why(desk: Desk, lists: RosterLists) -> None:
    desk.set_placement(memberships_url=None)
    (one,) = shown(desk, lists)
    assert (one.code, one.readable, one.reading, one.read_at) == ("no-memberships", False, False, None)
    assert one.reason
    assert one.who


def test_a_failure_is_shown_beside_the_list_of_before(desk: Desk, lists: RosterLists) -> None:
    read(desk, ("b", "Zoë"))
    with desk.database.session() as session:
        session.get_one(CourseRoster, desk.course.id).last_error = "refused-404"
    (one,) = shown(desk, lists)
    assert (one.code, list(one.names), one.read_at) == ("refused-404", ["Zoë"], desk.clock())


def test_the_trainer_of_the_cohort_lets_all_lists_be_read(desk: Desk, lists: RosterLists, jobs: RecordingJobs) -> None:
    other = elsewhere(desk)
    lists.refresh(viewer(desk, cohort_trainer=True), desk.cohort.id)
    assert job_keys(jobs) == {desk.course.id, other.id}
    assert [job.lane for job in jobs.waiting_jobs] == [f"roster:{desk.platform.id}"] * 2
    assert all(one.reading for one in shown(desk, lists))


def test_the_trainer_of_a_course_lets_that_list_be_read(desk: Desk, lists: RosterLists, jobs: RecordingJobs) -> None:
    elsewhere(desk)
    desk.build.bind(desk.course, desk.cohort, desk.account.person_id)
    lists.refresh(viewer(desk, seats={desk.course.id: Role.TRAINER}), desk.cohort.id)
    assert job_keys(jobs) == {desk.course.id}


@pytest.mark.parametrize("role", [Role.PARTICIPANT, None])
def test_nobody_else_lets_anything_be_read(desk: Desk, lists: RosterLists, jobs: RecordingJobs, role: Role | None) -> None:
    desk.build.bind(desk.course, desk.cohort, desk.account.person_id)
    stranger = viewer(desk, seats={desk.course.id: role} if role else {})
    with pytest.raises(NotFound):
        lists.refresh(stranger, desk.cohort.id)
    assert jobs.waiting_jobs == []


def test_pressing_again_and_again_reads_once(desk: Desk, lists: RosterLists, jobs: RecordingJobs) -> None:
    trainer = viewer(desk, cohort_trainer=True)
    lists.refresh(trainer, desk.cohort.id)
    lists.refresh(trainer, desk.cohort.id)
    assert len(jobs.waiting_jobs) == 1


def test_a_list_that_was_just_read_is_left_for_a_minute(desk: Desk, lists: RosterLists, jobs: RecordingJobs) -> None:
    read(desk)
    trainer = viewer(desk, cohort_trainer=True)
    desk.clock.advance(seconds=59)
    lists.refresh(trainer, desk.cohort.id)
    assert jobs.waiting_jobs == []
    desk.clock.advance(seconds=1)
    lists.refresh(trainer, desk.cohort.id)
    assert job_keys(jobs) == {desk.course.id}
