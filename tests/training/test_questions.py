"""The learning question through all phases: made sharper, with all that it was, and back in the retrospect."""

import re

import pytest

from tests.training.conftest import Group

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FIRST = "Hoe krijg ik drie secties zover dat zij een activiteit dragen?"
SHARPER = "Hoe laat ik de sectie aardrijkskunde zelf een activiteit bedenken?"


def hand_in(group: Group, question: str = FIRST, rest: str = "De rest van mijn tekst.") -> None:
    work = {"text": f"{question}\n\n{rest}", "action": "submit"}
    assert group.zoe.post(group.assignment(), work).status_code == 303
    group.world.clock.advance(hours=1)


def url(group: Group) -> str:
    return f"{group.home()}/question"


def sharpen(group: Group, question: str = SHARPER, why: str = "") -> None:
    answer = group.zoe.post(url(group), {"question": question, "why": why})
    assert (answer.status_code, answer.location) == (303, f"{url(group)}#groei")
    group.world.clock.advance(hours=1)


def grown(group: Group) -> list[str]:
    """Return what the question was, as the page lists it, the oldest first."""
    listed = group.zoe.page(url(group)).split("Zo groeide je leervraag")[1]
    return re.findall(r'<p class="mb-0">(.+?)</p>', listed)


def shown(group: Group, page: str) -> str:
    found = re.search(r"<blockquote>(.+?)</blockquote>", group.zoe.page(page))
    assert found
    return found[1]


def test_a_sharper_question_stands_on_every_page_and_what_it_was_is_kept(group: Group) -> None:
    hand_in(group)
    sharpen(group, why="Mijn collega vroeg: wie bedenkt het dan?")
    assert grown(group) == [FIRST, SHARPER]
    for page in (group.home(), *(group.assignment(one.key) for one in group.world.training.assignments)):
        assert shown(group, page) == SHARPER
    assert "Mijn collega vroeg: wie bedenkt het dan?" in group.zoe.page(url(group))


def test_it_can_be_written_down_before_anything_was_handed_in(group: Group) -> None:
    assert "Er staat nog geen leervraag." in group.zoe.page(url(group))
    sharpen(group)
    hand_in(group)
    assert grown(group) == [SHARPER, FIRST]


def test_work_handed_in_again_with_the_same_question_leaves_the_sharper_one(group: Group) -> None:
    hand_in(group)
    sharpen(group)
    hand_in(group, rest="Een aangevulde tekst.")
    assert grown(group) == [FIRST, SHARPER]
    hand_in(group, "Wat heb ik nodig om los te laten?")
    assert grown(group) == [FIRST, SHARPER, "Wat heb ik nodig om los te laten?"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"question": " \n "}, "Schrijf je leervraag op."),
        ({"question": "x" * 241}, "241 tekens"),
        ({"question": FIRST}, "Dit is nog dezelfde vraag."),
        ({"question": SHARPER, "why": "y" * 1001}, "1001 tekens"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_on_the_page(group: Group, typed: dict[str, str], words: str) -> None:
    hand_in(group)
    answer = group.zoe.post(url(group), typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed.get("why", "") in answer.text
    assert grown(group) == [FIRST]


def test_a_line_end_in_it_becomes_a_space(group: Group) -> None:
    sharpen(group, "Hoe kan ik\r\n beginnen?")
    assert grown(group) == ["Hoe kan ik beginnen?"]


def test_one_written_by_mistake_can_be_removed_but_not_what_was_handed_in(group: Group) -> None:
    hand_in(group)
    sharpen(group)
    (remove,) = re.findall(r'action="([^"]+/remove)"', group.zoe.page(url(group)))
    assert group.noor.post(remove).status_code == 404
    assert group.zoe.post(remove).status_code == 303
    assert grown(group) == [FIRST]


def test_the_trainer_sees_how_it_grew(group: Group) -> None:
    hand_in(group)
    sharpen(group, why="Door het gesprek in de groep")
    page = group.trainer.page(f"/review/{group.submission_id(group.zoe)}")
    assert f"<blockquote>{SHARPER}</blockquote>" in page
    for words in (FIRST, "Zo groeide de leervraag", "Door het gesprek in de groep"):
        assert words in page


def test_it_returns_in_the_last_phase_to_be_used_in_the_text(group: Group) -> None:
    hand_in(group)
    sharpen(group)
    page = group.zoe.page(group.assignment("terugblik"))
    assert "Wat is er veranderd?" in page
    insert = re.search(r'data-insert="(Mijn leervraag[^"]+)"', page)
    assert insert
    assert insert[1].endswith(f"Nu is hij: {SHARPER}")
    assert FIRST in insert[1]
    assert "Wat is er veranderd?" not in group.zoe.page(group.assignment("beroepsproduct"))
