"""Who is in the courses and has not begun, as the board and the spreadsheet show it."""

import csv
import io
import re

import pytest

from lti_tool.training.outcomes import CourseList
from mappings.roles import Role
from tests.clock import START
from tests.training.conftest import Group

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def course_list(*names: str, participants: int = 12, unnamed: int = 0, **changes: object) -> CourseList:
    usual: dict[str, object] = {
        "course_id": "course-7",
        "school": "Zilverbos College",
        "course_title": "Cultuur op school",
        "participants": participants,
        "names": names,
        "unnamed": unnamed,
        "read_at": START,
        "reading": False,
        "readable": True,
        "code": None,
        "reason": None,
        "who": None,
    }
    return CourseList(**(usual | changes))  # type: ignore[arg-type]  # the usual ones fit


def board(group: Group, *lists: CourseList, query: str = "") -> str:
    group.world.told.lists = list(lists)
    return " ".join(group.trainer.page(f"{group.home()}/board{query}").split())


def test_says_how_many_have_not_begun_and_who(group: Group) -> None:
    page = board(group, course_list("Anna <b>", "Bram"))
    assert "Nog niet geweest: 2</strong> van 12 deelnemers" in page
    assert "<li>Anna &lt;b&gt;</li><li>Bram</li>" in page
    assert "Lijst gelezen: " in page
    assert "niet gelezen worden" not in page


def test_a_school_that_shares_no_names_gets_a_count(group: Group) -> None:
    page = board(group, course_list(unnamed=4))
    assert "Nog niet geweest: 4</strong>" in page
    assert "De school deelt geen namen" in page


def test_many_names_are_folded_away_and_all_there(group: Group) -> None:
    names = [f"Deelnemer {number:02}" for number in range(25)]
    page = board(group, course_list(*names, unnamed=1))
    assert "Toon nog 15 namen" in page
    assert re.findall(r"<li>(Deelnemer \d\d)</li>", page) == names
    assert "En 1 deelnemer van wie de school geen naam deelt" in page


def test_says_when_everybody_has_begun_and_when_nobody_is_there(group: Group) -> None:
    page = board(group, course_list(), course_list(participants=0))
    assert "Alle 12 deelnemers zijn hier geweest." in page
    assert "Er zitten nog geen deelnemers in deze cursus." in page


def test_says_why_a_list_could_not_be_read_and_who_can_help(group: Group) -> None:
    trouble = course_list("Anna", code="no-scope", reason="Het mag niet.", who="De beheerder kan dit oplossen.")
    page = board(group, trouble)
    assert "Het mag niet. De beheerder kan dit oplossen." in page
    assert "no-scope" in page
    assert "<li>Anna</li>" in page


def test_a_list_that_was_never_read_names_no_numbers(group: Group) -> None:
    page = board(group, course_list(participants=0, read_at=None, reading=True))
    assert "De lijst is nog niet gelezen. Hij wordt nu gelezen." in page
    assert "Er zitten nog geen deelnemers" not in page


def test_the_button_is_there_when_a_list_can_be_read(group: Group) -> None:
    button = f'action="{group.home()}/lists"'
    assert button in board(group, course_list())
    assert button not in board(group, course_list(readable=False))
    assert "Wie is hier nog niet geweest?" not in board(group)


def test_the_lists_are_within_what_keeps_itself_up_to_date(group: Group) -> None:
    page = board(group, course_list("Anna"))
    assert page.index("data-live=") < page.index("<li>Anna</li>") < page.index("data-live-said")


def test_the_filter_leaves_the_lists_out(group: Group) -> None:
    assert "Anna" not in board(group, course_list("Anna"), query="?waiting=1")


def test_a_trainer_of_one_course_is_shown_that_courses_list(group: Group) -> None:
    world = group.world
    bas = world.launch(world.platform("Kleurrijk"), "bas", Role.TRAINER)
    with world.database.session() as session:
        world.courses.bind_cohort(session, bas.course_id, group.cohort_id, bas.viewer.person_id)
    bas.page(f"{group.home()}/board")
    group.trainer.page(f"{group.home()}/board")
    assert world.told.asked_lists == [{bas.course_id}, None]


def test_the_spreadsheet_has_who_did_not_come_yet(group: Group) -> None:
    group.world.told.lists = [course_list("=Anna", unnamed=3)]
    text = group.trainer.get(f"{group.home()}/board.csv").get_data(as_text=True).removeprefix("\ufeff")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len({len(line) for line in lines}) == 1
    assert lines[-2][:5] == ["Zilverbos College", "Cultuur op school", "'=Anna", "Nog niet begonnen", ""]
    assert lines[-1][2] == "3 deelnemers zonder naam"
