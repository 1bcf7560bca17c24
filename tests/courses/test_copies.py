"""Copies of courses: what a link names, where a course comes from, and what took an old cohort's place."""

from collections.abc import Callable, Sequence

import pytest

from lti_tool.courses.copies import CopyService, Named, history_in, named_in
from lti_tool.courses.models import Course, Placement
from lti_tool.courses.service import NO_CONTEXT
from lti_tool.database import Database
from lti_tool.ids import new_id
from tests.builders import Builder
from tests.clock import FakeClock

OLD, OTHER = "OldCohort0000000000001", "OtherCohort00000000002"


@pytest.fixture
def build(database: Database, clock: FakeClock) -> Builder:
    return Builder(database, clock)


@pytest.fixture
def copies(clock: FakeClock) -> CopyService:
    return CopyService(clock)


@pytest.mark.parametrize(
    ("custom", "named"),
    [
        ({"cohort": OLD, "assignment": "leervraag"}, Named(OLD, "leervraag")),
        ({"cohort": OLD}, Named(OLD, "training")),
        ({"cohort": OLD, "assignment": ""}, Named(OLD, "training")),
        ({"cohort": OLD, "assignment": "x" * 300}, Named(OLD, "x" * 100)),
        ({"assignment": "leervraag"}, None),
        ({"cohort": ""}, None),
        ({"cohort": "x" * 23}, None),
        ({"cohort": "$Cohort.id"}, None),
        ({"cohort": "a b"}, None),
        ({"cohort": "é"}, None),
        ({}, None),
    ],
)
def test_what_a_link_names(custom: dict[str, str], named: Named | None) -> None:
    assert named_in(custom) == named


@pytest.mark.parametrize(
    ("value", "history"),
    [
        (None, []),
        ("", []),
        ("7", ["7"]),
        ("7,3", ["7", "3"]),
        (" 7 , ,3,", ["7", "3"]),
        ("$Context.id.history", []),
        (",".join(map(str, range(200))), [str(number) for number in range(50)]),
    ],
)
def test_the_courses_before_are_read_the_nearest_first(value: str | None, history: list[str]) -> None:
    assert history_in({} if value is None else {"context_history": value}) == history


def notice(
    database: Database, copies: CopyService, placement: Placement, named: str = OLD, history: Sequence[str] = ()
) -> Course:
    with database.session() as session:
        copies.notice(session, session.get_one(Placement, placement.id), Named(named, "leervraag"), history)
    with database.session() as session:
        return session.get_one(Course, placement.course_id)


def test_the_nearest_course_that_we_know_is_where_it_comes_from(
    database: Database, copies: CopyService, build: Builder
) -> None:
    platform = build.platform()
    first, second = build.course(platform, "3"), build.course(platform, "7")
    copy = build.course(platform, "9")
    found = notice(database, copies, build.placement(copy, None), history=["8", "9", "7", "3"])
    assert found.copied_from_id == second.id
    assert notice(database, copies, build.placement(copy, None), history=["3"]).copied_from_id == second.id
    assert first.id != second.id


def test_what_lies_outside_any_course_is_no_copy(database: Database, copies: CopyService, build: Builder) -> None:
    platform = build.platform()
    build.course(platform, "7")
    outside = build.add(
        Course(platform_id=platform.id, context_id=NO_CONTEXT, created_at=FakeClock()(), last_seen_at=FakeClock()())
    )
    placement = build.placement(outside, None)
    assert notice(database, copies, placement, history=["7"]).copied_from_id is None
    with database.session() as session:
        assert session.get_one(Placement, placement.id).proposed_cohort_id is None


def test_a_course_of_another_school_is_never_where_it_comes_from(
    database: Database, copies: CopyService, build: Builder
) -> None:
    build.course(build.platform(), "7")
    copy = build.course(build.platform(), "9")
    placement = build.placement(copy, None)
    assert notice(database, copies, placement, history=["7"]).copied_from_id is None
    with database.session() as session:
        row = session.get_one(Placement, placement.id)
        assert (row.proposed_cohort_id, row.proposed_item, row.cohort_id) == (OLD, "leervraag", None)


@pytest.fixture
def chosen(database: Database, copies: CopyService, build: Builder) -> Callable[[Course, str], str]:
    """Lets a trainer choose a new cohort for a named one in a course; returns the new one's id."""

    def choose(course: Course, named: str) -> str:
        cohort, person = build.cohort(), build.account(build.platform()).person_id
        with database.session() as session:
            copies.choose(session, session.get_one(Course, course.id), named, cohort.id, person)
        return cohort.id

    return choose


def test_a_choice_holds_for_its_course_and_its_name_and_is_made_once(
    database: Database, copies: CopyService, build: Builder, chosen: Callable[[Course, str], str]
) -> None:
    platform = build.platform()
    course, other = build.course(platform), build.course(platform)
    new = chosen(course, OLD)
    assert chosen(course, OLD) != new
    with database.session() as session:
        assert copies.chosen(session, course.id, OLD) == new
        assert copies.chosen(session, course.id, OTHER) is None
        assert copies.chosen(session, other.id, OLD) is None


def test_in_a_copy_of_a_copy_a_choice_holds_for_all_names_of_the_old_cohort(
    database: Database, copies: CopyService, build: Builder, chosen: Callable[[Course, str], str]
) -> None:
    platform = build.platform()
    first, second = build.course(platform, "7"), build.course(platform, "9")
    between = chosen(first, OLD)
    by_first_name, by_second_name = build.placement(second, None), build.placement(second, None)
    not_meant = build.placement(second, None)
    notice(database, copies, by_first_name, OLD, ["7"])
    notice(database, copies, by_second_name, between, ["7"])
    course = notice(database, copies, not_meant, OTHER, ["7"])
    with database.session() as session:
        assert copies.old_cohort(session, course, OLD) == between
        assert copies.old_cohort(session, course, between) == between
        assert copies.old_cohort(session, course, OTHER) == OTHER
        for name in (OLD, between):
            waiting = copies.waiting(session, course, name)
            assert {placement.id for placement in waiting} == {by_first_name.id, by_second_name.id}
    new = chosen(course, between)
    with database.session() as session:
        assert copies.chosen(session, course.id, OLD) == new
        assert copies.chosen(session, course.id, between) == new
        assert copies.chosen(session, course.id, OTHER) is None
        assert copies.chosen(session, first.id, OLD) == between


def test_placements_that_show_something_wait_for_nothing(database: Database, copies: CopyService, build: Builder) -> None:
    course = build.course(build.platform())
    placement = build.placement(course, build.cohort())
    with database.session() as session:
        session.get_one(Placement, placement.id).proposed_cohort_id = OLD
        assert copies.waiting(session, session.get_one(Course, course.id), OLD) == []


def test_a_course_that_is_gone_is_no_origin(database: Database, copies: CopyService, build: Builder) -> None:
    course = build.course(build.platform())
    with database.session() as session:
        row = session.get_one(Course, course.id)
        assert copies.origin(session, row) is None
        row.copied_from_id = new_id()
        assert copies.origin(session, row) is None
