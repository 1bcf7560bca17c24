"""A link that was placed without the picker: a trainer says once what it shows."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Placement
from lti_tool.demo.school import Link, Role
from mappings.loading import load_trainings
from tests.embedding.conftest import OnBothEngines, person
from tests.embedding.visits import Visitor, World, ticked, token_of

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]


@pytest.fixture
def link(world: World) -> Link:
    """An activity that says nothing about what it shows."""
    return world.school.add_link(world.course, world.registration, "ICC", {})


@pytest.fixture
def address(ilse: Visitor, link: Link) -> str:
    """The setup page that a trainer's first launch leads to."""
    page = ilse.open(link)
    assert page.status_code == 200, page.text
    assert "Wat laat deze link zien?" in page.text
    return str(page.request.path)


def placement(world: World) -> Placement:
    with world.parts.database.session() as session:
        return session.scalars(select(Placement)).one()


class TestSettingUp(OnBothEngines):
    def test_the_page_asks_for_one_item_and_a_cohort(self, world: World, ilse: Visitor, address: str) -> None:
        page = ilse.client.get(address)
        assert page.text.count('type="radio" name="item"') == len(KEYS) + 2
        assert ticked(page, "item") == ["training"]
        assert ticked(page, "cohort") == ["new"]
        assert placement(world).cohort_id is None

    def test_an_assignment_for_a_new_cohort(self, world: World, ilse: Visitor, address: str) -> None:
        done = ilse.post(address, item=KEYS[2], new_cohort="Regio Zuid")
        row = placement(world)
        assert (done.status_code, done.headers["Location"]) == (303, f"/placement/{row.id}")
        assert (row.cohort_id, row.assignment_key) == (world.cohort_id("Regio Zuid"), KEYS[2])
        with world.parts.database.session() as session:
            assert world.parts.courses.is_bound(session, row.course_id, world.cohort_id("Regio Zuid"))

    def test_the_whole_training(self, world: World, ilse: Visitor, address: str) -> None:
        ilse.post(address, item="training", new_cohort="Regio Zuid")
        row = placement(world)
        assert (row.cohort_id, row.assignment_key) == (world.cohort_id("Regio Zuid"), None)

    def test_it_is_asked_once(self, world: World, ilse: Visitor, address: str) -> None:
        token = token_of(ilse.client.get(address))
        ilse.send(address, token, item=KEYS[0], new_cohort="Regio Zuid")
        again = ilse.send(address, token, item=KEYS[1], new_cohort="Regio Oost")
        assert again.status_code == 303
        assert ilse.client.get(address).status_code == 303
        assert world.cohorts() == ["Regio Zuid"]
        assert placement(world).assignment_key == KEYS[0]

    def test_six_at_once_make_one_cohort(self, world: World, ilse: Visitor, address: str) -> None:
        token = token_of(ilse.client.get(address))
        session = ilse.client.get_cookie("icc")
        assert session is not None
        together = Barrier(6)

        def send(number: int) -> int:
            tab = world.visitor(ilse.person)
            tab.client.set_cookie("icc", session.value)
            together.wait()
            return tab.send(address, token, item=KEYS[0], new_cohort=f"Regio {number}").status_code

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(send, range(6))) == [303] * 6
        assert len(world.cohorts()) == 1


def test_afterwards_a_participant_sees_the_assignment(
    world: World, ilse: Visitor, zoe: Visitor, link: Link, address: str
) -> None:
    ilse.post(address, item=KEYS[0], new_cohort="Regio Zuid")
    page = zoe.open(link)
    assert page.status_code == 200
    assert TRAINING.assignments[0].title.nl in page.text
    assert world.parts.cohorts.list()[0].participants == 1


def test_before_that_a_participant_is_told_to_wait(zoe: Visitor, link: Link) -> None:
    page = zoe.open(link)
    assert page.status_code == 200
    assert "/setup" not in page.request.path


def test_a_mistake_is_said_at_its_field_and_changes_nothing(world: World, ilse: Visitor, address: str) -> None:
    for fields in ({"item": KEYS[0]}, {"new_cohort": "Regio Zuid"}, {"item": KEYS[:2], "new_cohort": "Regio Zuid"}):
        page = ilse.post(address, **fields)
        assert page.status_code == 422
        assert "Er klopt nog iets niet" in page.text
    page = ilse.post(address, item=KEYS[1], cohort="code", join_code="7QK4")
    assert ticked(page, "item") == [KEYS[1]]
    assert "De code klopt niet" in page.text
    assert (world.cohorts(), placement(world).cohort_id) == ([], None)


def test_a_participant_may_not_set_up(world: World, zoe: Visitor, address: str) -> None:
    zoe.open(world.school.add_link(world.course, world.registration, "Nog een", {}))
    assert zoe.client.get(address).status_code == 403
    assert zoe.client.post(address, data={"item": KEYS[0], "new_cohort": "x"}).status_code == 400
    assert world.cohorts() == []


def test_a_trainer_of_another_course_may_not_set_up(world: World, address: str) -> None:
    other = world.school.add_course("Tweede", label="2")
    tom = world.visitor(world.school.add_person("Tom", "Trainer", username="tom"))
    world.school.enrol(tom.person, other, Role.TEACHER)
    tom.open(world.school.add_link(other, world.registration, "ICC", {}))
    assert tom.client.get(address).status_code == 404


def test_another_trainer_of_the_course_may(world: World, address: str) -> None:
    tom = world.visitor(person(world, "Tom", "Trainer", Role.TEACHER))
    tom.open(world.school.add_link(world.course, world.registration, "Nog een", {}))
    assert tom.client.get(address).status_code == 200


@pytest.mark.parametrize("placement_id", ["x", "\0"])
def test_a_placement_that_is_not_there_is_not_found(ilse: Visitor, address: str, placement_id: str) -> None:
    assert ilse.client.get(f"/placement/{placement_id}/setup").status_code == 404
    assert address
