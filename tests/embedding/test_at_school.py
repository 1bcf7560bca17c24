"""Embedding over real HTTP: the strict demo school takes what the picker sends, and its links open what they say."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
