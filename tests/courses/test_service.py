"""Learning from launches, and what placements show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select

from lti_tool.courses.models import Account, Course, CourseMember, Person, Placement
from lti_tool.courses.service import CourseService, LaunchFacts, Learned
from lti_tool.database import Base, Database
from lti_tool.errors import NotFound
from lti_tool.training.models import Cohort
from mappings.roles import Role
from tests.clock import FakeClock


def learn(database: Database, courses: CourseService, facts: LaunchFacts) -> Learned:
    with database.session() as session:
        return courses.learn(session, facts)


def count(database: Database, model: type[Base]) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def placement_of(database: Database, learned: Learned) -> Placement:
    assert learned.placement_id is not None
    with database.session() as session:
        return session.get_one(Placement, learned.placement_id)


def new_cohort(database: Database, clock: FakeClock, name: str = "Regio Zuid") -> str:
    cohort = Cohort(training_key="icc-vo", name=name, created_at=clock())
    with database.session() as session:
        session.add(cohort)
    return cohort.id


def test_a_first_launch_makes_account_person_course_member_and_placement(
    database: Database, courses: CourseService, facts: LaunchFacts
) -> None:
    learned = learn(database, courses, facts)
    with database.session() as session:
        account = session.get_one(Account, learned.account_id)
        assert (account.subject, account.display_name) == ("9", "Renée van den Berg")
        assert account.person_id == learned.person_id
        assert session.get_one(Person, learned.person_id).locale == "nl"
        assert session.get_one(Course, learned.course_id).title == "ICC-training VO 2021 regio Zuid"
        assert session.get_one(CourseMember, (learned.course_id, learned.account_id)).role == Role.PARTICIPANT
    placement = placement_of(database, learned)
    assert (placement.title, placement.cohort_id, placement.assignment_key) == ("Mijn leervraag", None, None)
    assert placement.lineitem_url == facts.lineitem_url
    assert placement.lineitems_url == facts.lineitems_url
    assert placement.ags_scopes == list(facts.ags_scopes)
    assert placement.memberships_url == facts.memberships_url


def test_a_second_launch_finds_the_same_rows_and_notes_what_is_new(
    database: Database, courses: CourseService, facts: LaunchFacts, clock: FakeClock
) -> None:
    first = learn(database, courses, facts)
    later = clock.advance(hours=1)
    second = learn(
        database,
        courses,
        replace(
            facts,
            role=Role.TRAINER,
            name="Renée Berg",
            locale="en-GB",
            context_title="Nieuw",
            resource_link_title="Ook",
        ),
    )
    assert second == first
    assert [count(database, model) for model in (Person, Account, Course, CourseMember, Placement)] == [1] * 5
    with database.session() as session:
        account = session.get_one(Account, first.account_id)
        assert (account.display_name, account.last_seen_at) == ("Renée Berg", later)
        assert session.get_one(Person, first.person_id).locale == "en"
        assert session.get_one(Course, first.course_id).title == "Nieuw"
        assert session.get_one(CourseMember, (first.course_id, first.account_id)).role == Role.TRAINER
    assert placement_of(database, first).title == "Ook"


def test_what_a_launch_does_not_say_stays_as_it_was(database: Database, courses: CourseService, facts: LaunchFacts) -> None:
    learned = learn(database, courses, facts)
    silent = replace(
        facts,
        name=None,
        locale="fr",
        context_title="",
        resource_link_title=" ",
        offers_grading=False,
        lineitem_url=None,
        lineitems_url=None,
        ags_scopes=(),
        memberships_url=None,
    )
    assert learn(database, courses, silent) == learned
    with database.session() as session:
        assert session.get_one(Account, learned.account_id).display_name == "Renée van den Berg"
        assert session.get_one(Person, learned.person_id).locale == "nl"
        assert session.get_one(Course, learned.course_id).title == "ICC-training VO 2021 regio Zuid"
    placement = placement_of(database, learned)
    assert placement.title == "Mijn leervraag"
    assert placement.lineitem_url == facts.lineitem_url
    assert placement.memberships_url == facts.memberships_url


def test_a_line_item_that_was_taken_away_is_forgotten(
    database: Database, courses: CourseService, facts: LaunchFacts
) -> None:
    learned = learn(database, courses, facts)
    learn(database, courses, replace(facts, lineitem_url=None))
    placement = placement_of(database, learned)
    assert placement.lineitem_url is None
    assert placement.lineitems_url == facts.lineitems_url


def test_the_same_subject_on_another_platform_is_another_account_and_person(
    database: Database, courses: CourseService, facts: LaunchFacts, new_platform: Callable[[str], str]
) -> None:
    here = learn(database, courses, facts)
    there = learn(database, courses, replace(facts, platform_id=new_platform("zilverbos")))
    assert here.account_id != there.account_id
    assert here.person_id != there.person_id
    assert here.course_id != there.course_id


def test_subjects_that_differ_in_case_are_different_people(
    database: Database, courses: CourseService, facts: LaunchFacts
) -> None:
    lower = learn(database, courses, replace(facts, subject="abc"))
    upper = learn(database, courses, replace(facts, subject="ABC"))
    assert lower.account_id != upper.account_id


def test_without_a_context_the_platform_itself_is_the_course(
    database: Database, courses: CourseService, facts: LaunchFacts
) -> None:
    one = learn(database, courses, replace(facts, context_id=None))
    other = learn(database, courses, replace(facts, context_id=None, subject="10"))
    assert one.course_id == other.course_id
    assert one.course_id != learn(database, courses, facts).course_id


def test_a_launch_without_a_link_has_no_placement(database: Database, courses: CourseService, facts: LaunchFacts) -> None:
    assert learn(database, courses, replace(facts, resource_link_id=None)).placement_id is None
    assert count(database, Placement) == 0


def test_eight_first_launches_of_one_person_at_once_make_one_of_everything(
    database: Database, courses: CourseService, facts: LaunchFacts
) -> None:
    together = Barrier(8)

    def launch(_number: int) -> Learned:
        together.wait()
        return learn(database, courses, facts)

    with ThreadPoolExecutor(8) as pool:
        learned = set(pool.map(launch, range(8)))
    assert len(learned) == 1
    assert [count(database, model) for model in (Person, Account, Course, CourseMember, Placement)] == [1] * 5


def test_a_cohort_is_bound_to_a_course_once(
    database: Database, courses: CourseService, facts: LaunchFacts, clock: FakeClock
) -> None:
    learned = learn(database, courses, facts)
    first = new_cohort(database, clock)
    second = new_cohort(database, clock, "Regio Noord")
    with database.session() as session:
        assert not courses.is_bound(session, learned.course_id, first)
        courses.bind_cohort(session, learned.course_id, first, learned.person_id)
    clock.advance(minutes=1)
    with database.session() as session:
        courses.bind_cohort(session, learned.course_id, second, learned.person_id)
        courses.bind_cohort(session, learned.course_id, first, learned.person_id)
        assert courses.is_bound(session, learned.course_id, first)
        assert courses.cohorts_of(session, learned.course_id) == [second, first]


def test_a_placement_is_configured_once(
    database: Database, courses: CourseService, facts: LaunchFacts, clock: FakeClock
) -> None:
    learned = learn(database, courses, facts)
    assert learned.placement_id is not None
    first, second = new_cohort(database, clock), new_cohort(database, clock)
    with database.session() as session:
        assert courses.configure_placement(session, learned.placement_id, first, "leervraag")
        assert not courses.configure_placement(session, learned.placement_id, second, None)
    with database.session() as session:
        placement = courses.placement(session, learned.placement_id)
        assert (placement.cohort_id, placement.assignment_key) == (first, "leervraag")


def test_the_newest_shared_name_of_a_person_is_shown(
    database: Database, courses: CourseService, facts: LaunchFacts, clock: FakeClock
) -> None:
    learned = learn(database, courses, facts)
    nameless = learn(database, courses, replace(facts, subject="10", name=None))
    clock.advance(days=1)
    with database.session() as session:
        assert courses.display_name(session, learned.account_id) == "Renée van den Berg"
        assert courses.display_name_of_person(session, learned.person_id) == "Renée van den Berg"
        assert courses.display_name_of_person(session, nameless.person_id) is None


@pytest.mark.parametrize("key", ["x", "", "\0", "x" * 300])
def test_what_is_not_there_is_not_found(database: Database, courses: CourseService, key: str) -> None:
    with database.session() as session:
        with pytest.raises(NotFound):
            courses.course(session, key)
        with pytest.raises(NotFound):
            courses.placement(session, key, lock=True)


def test_the_facts_of_a_launch_do_not_show_who_it_is(facts: LaunchFacts) -> None:
    assert "Renée" not in repr(facts)
    assert "'9'" not in repr(facts)
