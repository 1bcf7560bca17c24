"""Mapping activities: what is kept, what stays with it, and what becomes of it when Moodle does not answer."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.moodle.course_rows import SYNC_MOODLE
from lti_tool.moodle.desks import Desk, Desks
from lti_tool.moodle.errors import NoMoodle
from lti_tool.moodle.mapping import LOOKS_A_MINUTE, Looked, MappingService, Saved
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, NativeWork
from lti_tool.moodle.problems import COURSE_GONE, NOT_CONNECTED, TOKEN_REFUSED, UNREACHABLE
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.states import ActivityState, WorkState
from lti_tool.moodle.wishes import Part, Wish, WishesRefused
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformService
from lti_tool.training.access import Access
from lti_tool.training.models import Cohort
from mappings.activities import Counts
from mappings.loading import load_trainings
from moodle_client import Function
from tests.builders import Builder
from tests.clock import START, FakeClock
from tests.moodle.answering import COURSE, answers, course_with, gradebook_with
from tests.moodle_client.recorded_moodle import Drop, RecordedMoodle
from tests.moodle_client.recorded_moodle.recordings import response
from tests.recording_jobs import RecordingJobs

TRAININGS = load_trainings()
LEERVRAAG = Wish("leervraag", 1, Counts.SUBMITTED)
TERUGBLIK = Wish("terugblik", 4, Counts.GRADED, 5.5, needs_trainer=False)


@pytest.fixture
def cohort(build: Builder) -> Cohort:
    return build.cohort()


@pytest.fixture
def course(build: Builder, sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, cohort: Cohort) -> Course:
    """The recorded course, with the cohort in it, at a connected Moodle."""
    sites.connect(platform.id, moodle.token)
    course = build.course(platform, str(COURSE), title="Cultuur op school")
    trainer = build.account(platform, "3")
    build.bind(course, cohort, trainer.person_id)
    moodle.seen.clear()
    return course


@pytest.fixture
def desks(database: Database, clock: FakeClock) -> Desks:
    return Desks(database, Access(TRAININGS), PlatformService(database, clock, Outgoing(allow_private=True)), TRAININGS)


@pytest.fixture
def desk(desks: Desks, course: Course) -> Desk:
    return desks.of_operator(course.id, None)


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def service(database: Database, clock: FakeClock, sites: MoodleSites, jobs: RecordingJobs) -> MappingService:
    return MappingService(database, clock, sites, jobs)


@pytest.fixture
def looked(service: MappingService, desk: Desk) -> Looked:
    """What Moodle says of the course as it was recorded."""
    return service.look(desk)


def rows(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        query = select(ActivityMapping.assignment_key, ActivityMapping.cm_id).order_by(ActivityMapping.cm_id)
        return [(key, cm_id) for key, cm_id in session.execute(query)]


def row_of(database: Database, course: Course) -> MoodleCourse:
    with database.reading() as session:
        return session.get_one(MoodleCourse, course.id)


def test_a_course_is_looked_at_in_three_requests(service: MappingService, desk: Desk, moodle: RecordedMoodle) -> None:
    answers(moodle, {Function.GRADE_REPORT: gradebook_with({"cmid": 41})})
    service.look(desk)
    assert moodle.calls == [
        "core_course_get_contents",
        "mod_assign_get_assignments",
        "gradereport_user_get_grade_items",
    ]


def test_where_the_account_has_no_page_in_the_gradebook_a_participants_is_read(
    service: MappingService, desk: Desk, moodle: RecordedMoodle
) -> None:
    service.look(desk)
    assert moodle.calls[2:] == [
        "gradereport_user_get_grade_items",
        "core_enrol_get_enrolled_users",
        "gradereport_user_get_grade_items",
    ]
    assert [dict(one.fields)["userid"] for one in moodle.seen[2::2]] == ["7", "9"]


def test_what_can_count_depends_on_the_activity(looked: Looked) -> None:
    assert looked.contents is not None
    assert set(looked.contents.choices) == {1, 2, 3, 4, 5, 7}
    assert looked.contents.choices[1].ways == tuple(Counts)
    assert (looked.contents.choices[2].graded, looked.contents.choices[2].maximum) == (True, None)
    assert looked.contents.choices[7].ways == (Counts.COMPLETED,)


def test_a_quiz_counts_by_the_grade_that_the_gradebook_has(
    service: MappingService, desk: Desk, moodle: RecordedMoodle
) -> None:
    quiz = {"id": 41, "modname": "quiz", "instance": 6, "name": "Toets", "completion": 2, "visible": 0}
    answers(
        moodle,
        {
            Function.CONTENTS: course_with(quiz, {"id": 42, "modname": "lti", "completion": 2}),
            Function.GRADE_REPORT: gradebook_with({"cmid": 41, "itemmodule": "quiz", "grademax": 20}),
        },
    )
    contents = service.look(desk).contents
    assert contents is not None
    found = contents.choices[41]
    assert (found.ways, found.maximum, found.hidden) == ((Counts.GRADED, Counts.COMPLETED), 20.0, True)
    assert 42 in {one.cm_id for one in contents.activities}
    assert 42 not in contents.choices


def test_without_the_gradebook_grades_of_a_quiz_are_not_offered(
    service: MappingService, desk: Desk, moodle: RecordedMoodle
) -> None:
    quiz = {"id": 41, "modname": "quiz", "name": "Toets", "completion": 2}
    refused = response("ws_enrolled_users_onlyactive")
    answers(moodle, {Function.CONTENTS: course_with(quiz), Function.GRADE_REPORT: refused})
    contents = service.look(desk).contents
    assert contents is not None
    assert contents.choices[41].ways == (Counts.COMPLETED,)


def test_what_is_wanted_is_kept_and_the_course_is_read_at_once(
    service: MappingService,
    desk: Desk,
    looked: Looked,
    database: Database,
    course: Course,
    clock: FakeClock,
    jobs: RecordingJobs,
) -> None:
    assert service.save(desk, looked, [LEERVRAAG, TERUGBLIK]) == Saved(changed=2, removed=0)
    kept = service.kept(desk)
    assert [one.wish for one in kept.mapped.values()] == [LEERVRAAG, TERUGBLIK]
    terugblik = kept.mapped["terugblik"]
    assert (terugblik.activity.title, terugblik.activity.maximum) == ('Evaluatie & "terugblik"', 10.0)
    assert (terugblik.state, terugblik.confirmed_at, terugblik.imported) == (ActivityState.OK, START, 0)
    row = row_of(database, course)
    assert (row.moodle_id, row.next_sync_at, row.problem) == (COURSE, clock.now, None)
    assert [(one.job, one.key, one.number) for one in jobs.waiting_jobs] == [(SYNC_MOODLE, course.id, row.job)]


def test_saving_the_same_again_changes_nothing(
    service: MappingService, desk: Desk, looked: Looked, database: Database, course: Course, clock: FakeClock
) -> None:
    service.save(desk, looked, [LEERVRAAG])
    before = row_of(database, course)
    clock.advance(hours=1)
    assert service.save(desk, looked, [LEERVRAAG]) == Saved(0, 0)
    assert service.kept(desk).mapped["leervraag"].confirmed_at == START
    assert row_of(database, course).next_sync_at == before.next_sync_at


def test_a_changed_rule_keeps_what_was_read_and_lets_all_of_it_be_judged_anew(
    service: MappingService, desk: Desk, looked: Looked, database: Database, course: Course, build: Builder, clock: FakeClock
) -> None:
    service.save(desk, looked, [LEERVRAAG])
    mapping_id = service.kept(desk).mapped["leervraag"].id
    build.add(NativeWork(mapping_id=mapping_id, user_id=9, state=WorkState.UNKNOWN.value, read_at=clock()))
    with database.session() as session:
        row = session.get_one(MoodleCourse, course.id)
        row.marks, row.next_sync_at, row.claimed_until = {"whole_at": "2026-11-23T12:00:00+00:00"}, None, clock()
    clock.advance(minutes=3)
    assert service.save(desk, looked, [replace(LEERVRAAG, counts=Counts.GRADED)]) == Saved(1, 0)
    assert service.kept(desk).mapped["leervraag"].id == mapping_id
    with database.reading() as session:
        assert session.get(NativeWork, (mapping_id, 9)) is not None
    after = row_of(database, course)
    assert (after.marks, after.next_sync_at, after.claimed_until) == ({}, clock.now, None)
    assert after.job == 2


def test_another_activity_makes_another_mapping(
    service: MappingService, desk: Desk, looked: Looked, database: Database
) -> None:
    service.save(desk, looked, [LEERVRAAG])
    before = service.kept(desk).mapped["leervraag"].id
    assert service.save(desk, looked, [replace(LEERVRAAG, cm_id=3)]) == Saved(1, 0)
    assert service.kept(desk).mapped["leervraag"].id != before
    assert rows(database) == [("leervraag", 3)]


def test_two_assignments_can_change_places(service: MappingService, desk: Desk, looked: Looked, database: Database) -> None:
    first, second = LEERVRAAG, Wish("verkenning", 2, Counts.SUBMITTED)
    service.save(desk, looked, [first, second])
    service.save(desk, looked, [replace(first, cm_id=2), replace(second, cm_id=1)])
    assert rows(database) == [("verkenning", 1), ("leervraag", 2)]


def test_what_is_removed_makes_room_and_the_others_stay(
    service: MappingService, desk: Desk, looked: Looked, database: Database
) -> None:
    service.save(desk, looked, [LEERVRAAG, TERUGBLIK])
    wish = Wish("verkenning", 1, Counts.SUBMITTED)
    assert service.save(desk, looked, [wish], remove=["leervraag"]) == Saved(1, 1)
    assert rows(database) == [("verkenning", 1), ("terugblik", 4)]
    assert service.save(desk, looked, [], remove=["leervraag"]) == Saved(0, 0)


def test_an_activity_that_stands_for_another_assignment_is_refused(
    service: MappingService, desk: Desk, looked: Looked, database: Database
) -> None:
    service.save(desk, looked, [LEERVRAAG])
    with pytest.raises(WishesRefused) as refused:
        service.save(desk, looked, [Wish("verkenning", 1, Counts.SUBMITTED)])
    assert [(one.assignment_key, one.part) for one in refused.value.mistakes] == [("verkenning", Part.ACTIVITY)]
    assert rows(database) == [("leervraag", 1)]


def test_one_mistake_keeps_everything_as_it_was(
    service: MappingService, desk: Desk, looked: Looked, database: Database
) -> None:
    with pytest.raises(WishesRefused):
        service.save(desk, looked, [LEERVRAAG, Wish("verkenning", 999, Counts.SUBMITTED)])
    assert rows(database) == []


def test_two_cohorts_of_a_course_map_by_themselves(
    service: MappingService, desks: Desks, desk: Desk, looked: Looked, build: Builder, course: Course, database: Database
) -> None:
    other = build.cohort("Regio Noord")
    build.bind(course, other, build.account(build.platform()).person_id)
    service.save(desk, looked, [LEERVRAAG])
    there = desks.of_operator(course.id, other.id)
    service.save(there, looked, [replace(LEERVRAAG, counts=Counts.COMPLETED)])
    service.save(there, looked, [], remove=["leervraag"])
    assert rows(database) == [("leervraag", 1)]
    with pytest.raises(NotFound, match="2 cohorts"):
        desks.of_operator(course.id, None)


def test_suggestions_leave_out_what_is_mapped(service: MappingService, desk: Desk, looked: Looked) -> None:
    everything = service.suggestions(desk, service.kept(desk), looked)
    assert {one.assignment_key: one.activity.cm_id for one in everything} == {
        "leervraag": 1,
        "verkenning": 2,
        "beroepsproduct": 3,
        "terugblik": 4,
    }
    service.save(desk, looked, [Wish("vervolgstappen", 4, Counts.SUBMITTED)])
    left = service.suggestions(desk, service.kept(desk), looked)
    assert [one.assignment_key for one in left] == ["leervraag", "verkenning", "beroepsproduct"]


@pytest.mark.parametrize("how", ["silent", "revoked", "gone", "disconnected"])
def test_without_an_answer_what_is_mapped_can_be_seen_changed_and_taken_away_but_nothing_new_be_kept(
    how: str,
    service: MappingService,
    desk: Desk,
    looked: Looked,
    moodle: RecordedMoodle,
    sites: MoodleSites,
    platform: Platform,
    database: Database,
) -> None:
    service.save(desk, looked, [LEERVRAAG, TERUGBLIK])
    if how == "silent":
        moodle.faults = lambda _number: Drop()
    elif how == "revoked":
        moodle.accounts.clear()
    elif how == "gone":
        answers(moodle, {Function.CONTENTS: response("ws_course_contents_unknown")})
    else:
        sites.disconnect(platform.id)
    silent = service.look(desk)
    codes = {"silent": UNREACHABLE, "revoked": TOKEN_REFUSED, "gone": COURSE_GONE, "disconnected": NOT_CONNECTED}
    assert (silent.contents, silent.problem) == (None, codes[how])
    with pytest.raises(WishesRefused):
        service.save(desk, silent, [Wish("verkenning", 2, Counts.SUBMITTED)])
    assert service.save(desk, silent, [LEERVRAAG, replace(TERUGBLIK, from_grade=6.0)]) == Saved(1, 0)
    assert service.save(desk, silent, [], remove=["leervraag"]) == Saved(0, 1)
    assert rows(database) == [("terugblik", 4)]


def test_what_stays_may_stay_when_its_activity_is_gone(
    service: MappingService, desk: Desk, looked: Looked, moodle: RecordedMoodle, database: Database
) -> None:
    service.save(desk, looked, [LEERVRAAG])
    less = [section for section in response("ws_course_contents") if section["section"] != 1]
    answers(moodle, {Function.CONTENTS: less})
    now = service.look(desk)
    assert service.save(desk, now, [LEERVRAAG, TERUGBLIK]) == Saved(1, 0)
    with pytest.raises(WishesRefused):
        service.save(desk, now, [replace(LEERVRAAG, needs_trainer=False)])
    assert rows(database) == [("leervraag", 1), ("terugblik", 4)]


def test_moodle_is_asked_once_a_page_and_only_so_often(
    service: MappingService, desk: Desk, moodle: RecordedMoodle, clock: FakeClock
) -> None:
    moodle.faults = lambda _number: Drop()
    for _ in range(LOOKS_A_MINUTE):
        assert isinstance(service.look_for_page(desk), Looked)
    assert len(moodle.seen) == LOOKS_A_MINUTE
    assert service.look_for_page(desk) == 60
    clock.advance(minutes=1)
    assert isinstance(service.look_for_page(desk), Looked)


def test_courses_that_cannot_be_mapped_have_no_desk(desks: Desks, build: Builder, desk: Desk, cohort: Cohort) -> None:
    canvas = build.course(build.platform(family="canvas"), "7")
    odd = build.course(build.platform(), "course-seven")
    for course in (canvas, odd):
        build.bind(course, cohort, build.account(build.platform()).person_id)
        with pytest.raises(NoMoodle):
            desks.of_operator(course.id, cohort.id)
    with pytest.raises(NotFound):
        desks.of_operator("unknown", cohort.id)
    with pytest.raises(NotFound):
        desks.of_operator(desk.course_id, "unknown")
    assert [one.course_id for one in desks.all()] == [desk.course_id]
    assert desks.all("unknown") == []


def test_what_is_no_course_of_a_moodle_is_left_out_of_the_lists(
    desks: Desks, desk: Desk, build: Builder, platform: Platform, database: Database, cohort: Cohort
) -> None:
    somebody = build.account(platform).person_id
    for course, other in (
        (build.course(platform, "course-seven"), cohort),
        (build.course(platform, "8"), build.cohort(training_key="gone")),
    ):
        build.bind(course, other, somebody)
    assert [one.course_id for one in desks.all()] == [desk.course_id]
    assert desks.known(platform.id) == {COURSE: "Cultuur op school"}
    with database.session() as session:
        assert desks.mappable(session, cohort.id, None) == {desk.course_id}


def test_the_board_knows_which_courses_can_be_mapped(
    desks: Desks, desk: Desk, database: Database, build: Builder, cohort: Cohort, sites: MoodleSites
) -> None:
    unconnected = build.course(build.platform(), "9")
    build.bind(unconnected, cohort, build.account(build.platform()).person_id)
    with database.session() as session:
        assert desks.mappable(session, cohort.id, None) == {desk.course_id}
        assert desks.mappable(session, cohort.id, [unconnected.id]) == set()
        assert desks.mappable(session, "unknown", None) == set()
    sites.disconnect(desk.platform.id)
    with database.session() as session:
        assert desks.mappable(session, cohort.id, None) == set()
