"""Embedding over real HTTP: the strict demo school takes what the picker sends, and its links open what they say."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti_tool.demo.browser import Page
from lti_tool.demo.school import Role
from mappings.loading import load_trainings
from tests.embedding.town import Town, running_town

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]


@pytest.fixture
def town(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Town]:
    """The school and the tool, running."""
    with running_town(tmp_path / "var", new_sqlite_url()) as town:
        yield town


def test_everything_is_embedded_and_each_link_opens_what_it_says(town: Town) -> None:
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    chosen = town.picker(trainer).form(with_field="item").submit(new_cohort="Regio Zuid")
    came = chosen.form(with_field="JWT").submit()
    saved = came.form(name="save").submit()
    assert saved.status == 200
    assert list(town.school.refusals) == []
    titles = [link.title for link in town.school.links.values()]
    assert titles == ["Cultuurcoördinator VO: overzicht", *(one.title.nl for one in TRAINING.assignments)]
    items = [town.school.item_of(link) for link in town.school.links.values()]
    assert items[0] is None
    assert [item.maximum for item in items[1:] if item] == [100] * len(KEYS)
    assert [item.tag for item in items[1:] if item] == ["icc-vo"] * len(KEYS)
    assert len({item.resource_id for item in items if item}) == len(KEYS)
    for assignment in TRAINING.assignments:
        page = town.launch(teacher, assignment.title.nl)
        assert page.status == 200
        assert assignment.title.nl in page.heading


def test_the_overview_opens_the_whole_training(town: Town) -> None:
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    chosen = town.picker(trainer).form(with_field="item").submit(item="training", new_cohort="Regio Zuid")
    chosen.form(with_field="JWT").submit().form(name="save").submit()
    overview = town.launch(teacher, "Cultuurcoördinator VO: overzicht")
    assert overview.status == 200
    assert [phase.name.nl for phase in TRAINING.phases if phase.name.nl not in overview.text] == []


def test_a_cancelled_choice_adds_nothing(town: Town) -> None:
    trainer = town.visitor("Ilse", Role.TEACHER)
    gone = town.picker(trainer).form(with_field="item").submit(stop="1").form(with_field="JWT").submit()
    assert gone.status == 200
    assert list(town.school.refusals) == []
    assert town.school.links == {}
    assert town.parts.cohorts.list() == []


def test_a_school_that_takes_one_item_gets_one(town: Town) -> None:
    town.school.deep_linking.accept_multiple = False
    town.school.deep_linking.data = "op-de-weg"
    trainer = town.visitor("Ilse", Role.TEACHER)
    form = town.picker(trainer).form(with_field="item")
    came = form.submit(item=KEYS[0], new_cohort="Regio Zuid").form(with_field="JWT").submit()
    assert came.form(name="save").submit().status == 200
    assert list(town.school.refusals) == []
    assert [link.title for link in town.school.links.values()] == [TRAINING.assignments[0].title.nl]


def test_the_first_visit_in_a_frame_needs_no_more_than_one_cookie(town: Town) -> None:
    teacher = town.visitor("Zoe", Role.STUDENT)
    town.school.add_link(town.course, town.registration, "Los", {})
    assert town.launch(teacher, "Los").status == 200
    assert {cookie.name for cookie in teacher.session.cookies} >= {"icc-browser", "icc"}


def test_a_copied_course_heals_itself_once_its_trainer_has_said_for_whom_it_is(town: Town) -> None:
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    chosen = town.picker(trainer).form(with_field="item").submit(new_cohort="Regio Zuid 2026")
    chosen.form(with_field="JWT").submit().form(name="save").submit()
    town.launch(teacher, TRAINING.assignments[0].title.nl)
    home = trainer.get(f"{town.school.url}/courses/{town.course.id}")
    copied = home.form(name="copy").submit(title="Cultuur 2027")
    assert copied.heading == "Cultuur 2027"
    links = [link for link in town.school.links.values() if link.course_id != town.course.id]
    assert len(links) == len(KEYS) + 1
    waiting = teacher.get(town.address(links[1])).open_iframe()
    assert waiting.heading == "Deze opdracht staat nog niet klaar"
    asked = trainer.get(town.address(links[2])).open_iframe()
    assert asked.heading == "Deze cursus is een kopie"
    assert "is een kopie van" in asked.text
    asked.form(with_field="new_cohort").submit()
    assert sorted(cohort.name for cohort in town.parts.cohorts.list()) == ["Regio Zuid 2026", "Regio Zuid 2027"]
    for link, assignment in zip(links[1:], TRAINING.assignments, strict=True):
        assert assignment.title.nl in teacher.get(town.address(link)).open_iframe().heading
    assert list(town.school.refusals) == []


def test_the_gradebook_leads_straight_to_the_work(town: Town) -> None:
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    chosen = town.picker(trainer).form(with_field="item").submit(item=KEYS[0], new_cohort="Regio Zuid")
    chosen.form(with_field="JWT").submit().form(name="save").submit()
    title = TRAINING.assignments[0].title.nl
    grades = f"{town.school.url}/courses/{town.course.id}/grades"

    def review() -> Page:
        return trainer.get(grades).follow(f"Bekijk het werk van Zoe Zilverbos, {title}").open_iframe()

    assert review().heading == "Deze persoon was hier nog niet"
    page = town.launch(teacher, title)
    assert review().heading == "Zoe Zilverbos heeft nog niets ingeleverd"
    page.form(with_field="text").submit(action="submit", text="Mijn leervraag gaat over podiumkunsten.")
    found = review()
    assert "/review/" in found.url
    assert "Mijn leervraag gaat over podiumkunsten." in found.text
    assert list(town.school.refusals) == []
