"""What the board says of results: what arrived, what did not and why, who can fix it, and what a trainer can do there."""

import re

import pytest

from lti_tool.training.outcomes import MarkState, ScoreMark
from tests.training.conftest import Group
from tests.training.test_participant_pages import enrolment_id
from tests.training.test_trainer_pages import hand_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SCHOOL = "Zilverbos College"


def mark(group: Group, state: MarkState, **more: object) -> ScoreMark:
    """What the group's school holds of a piece of work."""
    values: dict[str, object] = {
        "code": {"refused": "refused-400", "changed": "changed-in-lms", "kept": "kept-in-lms"}.get(state),
        "at": group.world.clock(),
        "platform_name": SCHOOL,
        "score_id": f"score-{state}",
        "reason": "Hierom.",
        "who": "Jij kunt dit.",
        "ours": (100.0, 100.0),
        "advice": "Vink eerst iets uit." if state in ("changed", "kept") else None,
    }
    return ScoreMark(state, **(values | more))  # type: ignore[arg-type]  # the usual ones fit


def board(group: Group, query: str = "") -> str:
    return " ".join(group.trainer.page(f"{group.home()}/board{query}").split())


def buttons(page: str) -> list[tuple[str, str]]:
    """The forms about scores: where each goes, and what its button says."""
    return re.findall(
        r'<form method="post" action="(/score/[^"]+)">.*?<button[^>]*>(?:<svg.*?</svg>)?([^<]+)</button>', page
    )


def test_a_refused_result_says_why_who_can_fix_it_and_is_sent_again_from_there(group: Group) -> None:
    group.world.told.marks[hand_in(group, group.zoe)] = [mark(group, "refused")]
    page = board(group)
    assert "Wat wacht op mij (2)" in page
    assert "1 resultaat staat niet goed in de leeromgeving" in page
    assert page.count('href="#m-score-refused"') == 2  # in the summary above, and in the cell
    detail = page.split('id="m-score-refused"')[1].split("</tr>")[0]
    for words in (f"Geweigerd door {SCHOOL}", "Hierom.", "Jij kunt dit.", "Er is niets verloren.", "refused-400"):
        assert words in detail
    assert buttons(detail) == [("/score/score-refused/again", "Stuur opnieuw")]


def test_a_changed_grade_says_what_stands_there_and_what_would_take_its_place(group: Group) -> None:
    group.world.told.marks[hand_in(group, group.zoe)] = [mark(group, "changed", held=(7.0, 10.0))]
    detail = board(group).split('id="m-score-changed"')[1].split("</tr>")[0]
    assert "Daar staat nu 7 van 10, bij ons 100 van 100." in detail
    assert "Vink eerst iets uit." in detail
    assert buttons(detail) == [
        ("/score/score-changed/keep", "Laat 7 van 10 staan"),
        ("/score/score-changed/again", "Zet er 100 van 100 neer"),
    ]
    assert 'name="overwrite" value="1"' in detail


def test_a_grade_that_was_left_waits_for_nobody_and_can_still_be_replaced(group: Group) -> None:
    group.world.told.marks[hand_in(group, group.zoe)] = [mark(group, "kept", held=(7.0, 10.0))]
    page = board(group)
    assert "Wat wacht op mij (1)" in page
    assert "staat niet goed" not in page
    assert "Cijfer van de school geldt" in page
    assert "Daar staat 7 van 10." in page
    assert buttons(page) == [("/score/score-kept/again", "Zet er 100 van 100 neer")]


def test_what_is_tried_again_by_itself_says_when_and_waits_for_nobody(group: Group) -> None:
    group.world.told.marks[hand_in(group, group.zoe)] = [mark(group, "waiting", code="http-503")]
    page = board(group)
    assert "Wat wacht op mij (1)" in page
    assert "Volgende keer: " in page
    assert "http-503" in page
    assert buttons(page) == []


def test_the_name_of_a_school_is_said_where_it_is_another_than_the_groups(group: Group) -> None:
    marks = [mark(group, "sent", reason=None), mark(group, "sent", reason=None, platform_name="Kleurrijk")]
    group.world.told.marks[hand_in(group, group.zoe)] = marks
    page = board(group)
    assert f'Aangekomen<span class="visually-hidden"> ({SCHOOL})</span>' in page
    assert "Aangekomen in Kleurrijk" in page


def test_a_result_of_the_whole_training_that_did_not_arrive_is_seen_too(group: Group) -> None:
    group.world.told.wholes[enrolment_id(group)] = [mark(group, "refused")]
    page = board(group)
    assert "Wat wacht op mij (1)" in page
    assert f"De hele training: Geweigerd door {SCHOOL}" in page
    waiting = board(group, "?waiting=1")
    assert "De hele training" in waiting
    assert "Noor Janssen" not in waiting


def test_of_many_the_first_are_named_above_and_all_stand_in_their_rows(group: Group) -> None:
    marks = [mark(group, "refused", score_id=f"s{number}") for number in range(7)]
    group.world.told.marks[hand_in(group, group.zoe)] = marks
    page = board(group)
    assert "7 resultaten staan niet goed in de leeromgeving" in page
    assert "en nog 2 hieronder" in page
    assert len(re.findall(r'<tr role="row" class="icc-detail is-bad" id="m-s\d">', page)) == 7


def test_after_a_choice_the_board_says_what_follows(group: Group) -> None:
    assert "Het cijfer van de leeromgeving geldt" in board(group, "?kept=1")
    assert "Het resultaat gaat opnieuw op weg" in board(group, "?again=1")
