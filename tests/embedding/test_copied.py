"""A copied course: its trainer says once for which edition it is, and all of its links follow."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Course, Placement
from lti_tool.demo.school import Role
from lti_tool.demo.school import models as at_school
from lti_tool.embedding.copied import next_name
from mappings.loading import load_trainings
from tests.embedding.conftest import OnBothEngines, person
from tests.embedding.visits import Visitor, World, ticked, token_of
from tests.training.world import QueryCount

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]
OLD, NEW = "Heuvelland 2026–2027", "Heuvelland 2027–2028"


def links(world: World, course: at_school.Course) -> list[at_school.Link]:
    return [world.school.links[key] for key in course.links]


def placements(world: World, course: at_school.Course) -> dict[str, Placement]:
    """What the tool knows of a course, by the title of the link."""
    with world.parts.database.session() as session:
        rows = session.scalars(
            select(Placement).join(Course, Course.id == Placement.course_id).where(Course.context_id == course.id)
        )
        return {row.title: row for row in rows}


@pytest.fixture
def original(world: World, ilse: Visitor) -> at_school.Course:
    """The course with the whole training and two assignments, for an edition of Ilse's."""
    custom_of = {"training": "Overzicht", KEYS[0]: "Eerste", KEYS[1]: "Tweede"}
    page = ilse.post(ilse.add_to(world.course), item=list(custom_of), new_cohort=OLD)
    for item in world.items(page):
        wish = item.get("lineItem")
        world.school.add_link(
            world.course,
            world.registration,
            custom_of[item["custom"]["assignment"]],
            item["custom"],
            with_grade=wish is not None,
            resource_id=wish and wish["resourceId"],
            tag=wish and wish["tag"],
        )
    return world.course


@pytest.fixture
def copy(world: World, original: at_school.Course) -> at_school.Course:
    """The copy of the course, with its people."""
    return world.school.copy_course(original, "Cultuur & school 2027", people=True)


def open_copy(world: World, visitor: Visitor, copy: at_school.Course, number: int = 0) -> str:
    """Open a link of the copy as its trainer; return the address of the page that asks."""
    page = visitor.open(links(world, copy)[number])
    assert page.status_code == 200, page.text
    assert "Deze cursus is een kopie" in page.text
    return str(page.request.path)


class TestConfirming(OnBothEngines):
    def test_the_page_says_of_what_and_suggests_the_next_edition(
        self, world: World, ilse: Visitor, copy: at_school.Course
    ) -> None:
        ilse.open(links(world, world.course)[0])
        address = open_copy(world, ilse, copy)
        page = ilse.client.get(address)
        assert (
            "<strong>Cultuur &amp; school 2027</strong> is een kopie van <strong>Cultuur &amp; school</strong>" in page.text
        )
        assert f"De links horen nog bij de editie <strong>{OLD}</strong>" in page.text
        assert ticked(page, "cohort") == ["new"]
        assert f'value="{NEW}"' in page.text
        assert world.cohorts() == [OLD]
        assert {row.cohort_id for row in placements(world, copy).values()} == {None}

    def test_a_new_edition_heals_every_link_at_once(self, world: World, ilse: Visitor, copy: at_school.Course) -> None:
        for number in (1, 0):
            address = open_copy(world, ilse, copy, number)
        done = ilse.post(address, cohort="new", new_cohort=NEW)
        assert done.status_code == 303
        new = world.cohort_id(NEW)
        found = placements(world, copy)
        assert {title: (row.cohort_id, row.assignment_key) for title, row in found.items()} == {
            "Overzicht": (new, None),
            "Eerste": (new, KEYS[0]),
        }
        assert ilse.client.get(address).status_code == 303

    def test_a_link_that_nobody_had_opened_follows_at_its_first_launch(
        self, world: World, ilse: Visitor, zoe: Visitor, copy: at_school.Course
    ) -> None:
        world.school.enrol(zoe.person, copy, Role.STUDENT)
        ilse.post(open_copy(world, ilse, copy), cohort="new", new_cohort=NEW)
        page = zoe.open(links(world, copy)[2])
        assert page.request.path == f"/cohort/{world.cohort_id(NEW)}/assignment/{KEYS[1]}"
        assert {row.cohort_id for row in placements(world, copy).values()} == {world.cohort_id(NEW)}

    def test_six_trainers_at_once_make_one_edition(self, world: World, ilse: Visitor, copy: at_school.Course) -> None:
        addresses = [open_copy(world, ilse, copy, number) for number in range(3)]
        token = token_of(ilse.client.get(addresses[0]))
        session = ilse.client.get_cookie("icc")
        assert session is not None
        together = Barrier(6)

        def send(number: int) -> int:
            tab = world.visitor(ilse.person)
            tab.client.set_cookie("icc", session.value)
            together.wait()
            return tab.send(addresses[number % 3], token, cohort="new", new_cohort=f"Regio {number}").status_code

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(send, range(6))) == [303] * 6
        assert len(world.cohorts()) == 2
        assert len({row.cohort_id for row in placements(world, copy).values()}) == 1


def test_before_that_a_participant_reads_that_it_is_not_ready_and_is_in_no_edition(
    world: World, zoe: Visitor, copy: at_school.Course
) -> None:
    world.school.enrol(zoe.person, copy, Role.STUDENT)
    page = zoe.open(links(world, copy)[1])
    assert "Deze opdracht staat nog niet klaar" in page.text
    assert world.parts.cohorts.list()[0].participants == 0


def test_who_waited_comes_in_by_opening_the_page_again(
    world: World, ilse: Visitor, zoe: Visitor, copy: at_school.Course
) -> None:
    world.school.enrol(zoe.person, copy, Role.STUDENT)
    waiting = zoe.open(links(world, copy)[1])
    ilse.post(open_copy(world, ilse, copy, 0), cohort="new", new_cohort=NEW)
    page = zoe.client.get(waiting.request.path, follow_redirects=True)
    assert page.request.path == f"/cohort/{world.cohort_id(NEW)}/assignment/{KEYS[0]}"


def test_the_old_course_stays_as_it_was(world: World, ilse: Visitor, zoe: Visitor, copy: at_school.Course) -> None:
    ilse.post(open_copy(world, ilse, copy), cohort="new", new_cohort=NEW)
    page = zoe.open(links(world, world.course)[1])
    assert page.request.path == f"/cohort/{world.cohort_id(OLD)}/assignment/{KEYS[0]}"
    assert {row.cohort_id for row in placements(world, world.course).values()} == {world.cohort_id(OLD)}


def test_the_column_of_a_copied_link_is_its_own(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    ilse.open(links(world, world.course)[1])
    ilse.post(open_copy(world, ilse, copy, 1), cohort="new", new_cohort=NEW)
    old, new = placements(world, world.course)["Eerste"], placements(world, copy)["Eerste"]
    item = world.school.item_of(links(world, copy)[1])
    assert item is not None
    assert new.lineitem_url == world.school.lineitem_url(item)
    assert new.lineitem_url != old.lineitem_url
    assert new.lineitems_url != old.lineitems_url


def test_the_same_edition_can_go_on_in_the_copy(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    address = open_copy(world, ilse, copy)
    assert ilse.post(address, cohort=world.cohort_id(OLD), new_cohort=NEW).status_code == 303
    assert world.cohorts() == [OLD]
    assert placements(world, copy)["Overzicht"].cohort_id == world.cohort_id(OLD)


def test_a_code_wins_over_a_suggestion_that_nobody_typed(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
    tom.post(tom.add_to(world.course), item=KEYS[0], new_cohort="Regio Noord")
    code = world.parts.cohorts.invite(world.cohort_id("Regio Noord"))
    address = open_copy(world, ilse, copy)
    suggestion = field_value(ilse.client.get(address), "new_cohort")
    assert ilse.post(address, cohort="new", new_cohort=suggestion, join_code=code).status_code == 303
    assert placements(world, copy)["Overzicht"].cohort_id == world.cohort_id("Regio Noord")
    assert sorted(world.cohorts()) == [OLD, "Regio Noord"]


def field_value(page: object, name: str) -> str:
    text = str(getattr(page, "text", ""))
    at = text.index(f'name="{name}"')
    return text[at:].split('value="', 1)[1].split('"', 1)[0]


def test_a_copy_of_the_copy_asks_once_for_links_of_both(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    ilse.post(open_copy(world, ilse, copy), cohort="new", new_cohort=NEW)
    world.school.add_link(copy, world.registration, "Derde", {"cohort": world.cohort_id(NEW), "assignment": KEYS[2]})
    ilse.open(links(world, copy)[3])
    later = world.school.copy_course(copy, "Cultuur & school 2028", people=True)
    address = open_copy(world, ilse, later, 0)
    page = ilse.client.get(address)
    assert f"De links horen nog bij de editie <strong>{NEW}</strong>" in page.text
    assert field_value(page, "new_cohort") == "Heuvelland 2028–2029"
    ilse.post(address, cohort="new", new_cohort="Heuvelland 2028–2029")
    for number in range(4):
        assert "Deze cursus is een kopie" not in ilse.open(links(world, later)[number]).text
    assert {row.cohort_id for row in placements(world, later).values()} == {world.cohort_id("Heuvelland 2028–2029")}


class TestWhoMay:
    def test_another_trainer_reads_nothing_of_an_edition_that_is_not_theirs(
        self, world: World, copy: at_school.Course, ilse: Visitor
    ) -> None:
        ilse.open(links(world, world.course)[0])
        bram = world.visitor(world.school.add_person("Bram", "Trainer", username="bram"))
        world.school.enrol(bram.person, copy, Role.TEACHER)
        page = bram.client.get(open_copy(world, bram, copy))
        assert OLD not in page.text
        assert "<strong>Cultuur &amp; school</strong>" not in page.text
        assert "kreeg deze links uit een andere cursus" in page.text
        assert field_value(page, "new_cohort") == "Cultuur &amp; school 2027"

    def test_a_trainer_of_the_old_course_reads_its_name_and_edition(self, world: World, copy: at_school.Course) -> None:
        tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
        world.school.enrol(tom.person, copy, Role.TEACHER)
        tom.open(links(world, world.course)[0])
        page = tom.client.get(open_copy(world, tom, copy))
        assert OLD in page.text
        refused = tom.post(page.request.path, cohort=world.cohort_id(OLD), new_cohort="")
        assert refused.status_code == 422
        assert "Van deze editie ben je geen trainer." in refused.text
        assert {row.cohort_id for row in placements(world, copy).values()} == {None}

    def test_custom_parameters_alone_bring_no_edition_into_a_course(self, world: World, original: at_school.Course) -> None:
        bram = world.visitor(world.school.add_person("Bram", "Trainer", username="bram"))
        own = world.school.add_course("Eigen", label="E")
        world.school.enrol(bram.person, own, Role.TEACHER)
        custom = {"cohort": world.cohort_id(OLD), "assignment": KEYS[0], "context_history": original.id}
        world.school.add_link(own, world.registration, "Nagemaakt", custom)
        page = bram.client.get(open_copy(world, bram, own))
        assert OLD not in page.text
        assert placements(world, own)["Nagemaakt"].cohort_id is None
        student = world.visitor(world.school.add_person("Sam", "Leerling", username="sam"))
        world.school.enrol(student.person, own, Role.STUDENT)
        assert "staat nog niet klaar" in student.open(links(world, own)[0]).text
        assert world.parts.cohorts.list()[0].participants == 0

    def test_a_participant_may_not_say_it(self, world: World, ilse: Visitor, zoe: Visitor, copy: at_school.Course) -> None:
        address = open_copy(world, ilse, copy)
        world.school.enrol(zoe.person, copy, Role.STUDENT)
        zoe.open(links(world, copy)[0])
        assert zoe.client.get(address).status_code == 403
        assert world.cohorts() == [OLD]

    def test_nobody_from_elsewhere_sees_it(self, world: World, ilse: Visitor, copy: at_school.Course) -> None:
        address = open_copy(world, ilse, copy)
        other = world.school.add_course("Tweede", label="2")
        tom = world.visitor(world.school.add_person("Tom", "Trainer", username="tom"))
        world.school.enrol(tom.person, other, Role.TEACHER)
        tom.open(world.school.add_link(other, world.registration, "ICC", {}))
        assert tom.client.get(address).status_code == 404
        assert tom.client.get("/placement/nothing/copy").status_code == 404


def test_a_mistake_is_said_at_its_field_and_changes_nothing(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    address = open_copy(world, ilse, copy)
    for fields in ({"cohort": "new", "new_cohort": ""}, {"cohort": "code", "join_code": "7QK4"}, {"cohort": "x"}):
        page = ilse.post(address, **fields)
        assert page.status_code == 422
        assert "Er klopt nog iets niet" in page.text
    assert world.cohorts() == [OLD]
    assert {row.cohort_id for row in placements(world, copy).values()} == {None}


def test_an_edition_that_is_in_the_course_already_is_the_first_choice(
    world: World, ilse: Visitor, copy: at_school.Course
) -> None:
    ilse.post(ilse.add_to(copy), item=KEYS[2], new_cohort="Regio Oost")
    page = ilse.client.get(open_copy(world, ilse, copy))
    assert ticked(page, "cohort") == [world.cohort_id("Regio Oost")]


def test_bringing_the_old_edition_into_the_copy_by_the_picker_heals_its_links_too(
    world: World, ilse: Visitor, copy: at_school.Course
) -> None:
    address = open_copy(world, ilse, copy)
    ilse.post(ilse.add_to(copy), item=KEYS[2], cohort=world.cohort_id(OLD))
    assert ilse.client.get(address).status_code == 303
    assert placements(world, copy)["Overzicht"].cohort_id == world.cohort_id(OLD)


def test_one_link_can_be_told_to_show_something_else(world: World, ilse: Visitor, copy: at_school.Course) -> None:
    address = open_copy(world, ilse, copy)
    setup = address.replace("/copy", "/setup")
    assert f'href="{setup}"' in ilse.client.get(address).text
    ilse.post(setup, item=KEYS[3], new_cohort="Los")
    assert placements(world, copy)["Overzicht"].assignment_key == KEYS[3]
    assert open_copy(world, ilse, copy, 1)


def test_links_of_an_edition_that_we_do_not_know_are_asked_for_too(world: World, ilse: Visitor) -> None:
    custom = {"cohort": "ElsewhereCohort0000001", "assignment": KEYS[0], "context_history": "$Context.id.history"}
    world.school.add_link(world.course, world.registration, "Overgezet", custom)
    address = open_copy(world, ilse, world.course)
    assert "kreeg deze links uit een andere cursus" in ilse.client.get(address).text
    ilse.post(address, cohort="new", new_cohort="Regio Zuid")
    assert placements(world, world.course)["Overgezet"].assignment_key == KEYS[0]


def test_a_link_that_names_nothing_that_we_have_is_set_up_as_a_new_one(world: World, ilse: Visitor) -> None:
    custom = {"cohort": "ElsewhereCohort0000001", "assignment": "no-such-assignment"}
    page = ilse.open(world.school.add_link(world.course, world.registration, "Vreemd", custom))
    assert "Wat laat deze link zien?" in page.text
    assert ilse.client.get(page.request.path.replace("/setup", "/copy")).status_code == 404


def test_a_launch_of_a_link_that_shows_something_asks_nothing_about_copies(
    world: World, zoe: Visitor, original: at_school.Course
) -> None:
    zoe.open(links(world, original)[1])
    with QueryCount(world.parts.database) as asked:
        zoe.open(links(world, original)[1])
    assert len(asked) > 5
    assert not [statement for statement in asked.statements if "copy_choice" in statement]
    known = placements(world, original)["Eerste"]
    assert (known.proposed_cohort_id, known.proposed_item) == (None, None)


@pytest.mark.parametrize(
    ("old", "course", "name"),
    [
        ("Regio Zuid 2026–2027", "Cultuur", "Regio Zuid 2027–2028"),
        ("2026", "Cultuur", "2027"),
        ("Regio Zuid", "Cultuur", "Cultuur"),
        ("Groep 12026", "Cultuur", "Cultuur"),
        (None, "Cultuur", "Cultuur"),
        (None, "", ""),
        ("x" * 198 + "26", "c" * 300, "c" * 200),
    ],
)
def test_the_next_edition_gets_the_next_years(old: str | None, course: str, name: str) -> None:
    assert next_name(old, course) == name
