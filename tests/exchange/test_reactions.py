"""Peers ask and give tips, take their own words back; maker and trainers hide what does not belong there."""

import pytest

from lti_tool.exchange.reactions import LONGEST_REACTION, MOST_OF_ONE_PERSON
from tests.exchange.conftest import Circle


@pytest.fixture
def piece(circle: Circle) -> str:
    """Zoë's draft, shared."""
    return circle.share(circle.zoe)


def test_peers_and_trainers_react_and_all_read_it(circle: Circle, piece: str) -> None:
    circle.react(circle.noor, piece, "Wat maakt dat collega’s afhaken?", "question")
    circle.react(circle.piet, piece, "Bij ons hielp een lunch.")
    circle.react(circle.trainer, piece, "Kijk eens bij LKCA.")
    page = circle.zoe.page(piece)
    order = [page.index(text) for text in ("afhaken?", "een lunch.", "bij LKCA.")]
    assert order == sorted(order)
    assert "Piet Puk · Kleurrijk" in page
    assert "Ilse Brouwers, trainer" in page


def test_the_maker_answers(circle: Circle, piece: str) -> None:
    circle.react(circle.noor, piece, "Waarom?", "question")
    circle.react(circle.zoe, piece, "Omdat het anders niet lukt.", "tip")
    assert "Antwoord van de maker" in circle.noor.page(piece)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "tip", "text": " \n "}, "Schrijf eerst je reactie."),
        ({"kind": "", "text": "Zonder soort"}, "Kies: een vraag of een tip."),
        ({"kind": "answer", "text": "Van een ander"}, "Kies: een vraag of een tip."),
        ({"kind": "tip", "text": "te lang " * 300}, "Je reactie is te lang"),
    ],
)
def test_a_reaction_that_is_not_complete_comes_back_with_what_was_typed(
    circle: Circle, piece: str, form: dict[str, str], said: str
) -> None:
    answer = circle.noor.post(f"{piece}/react", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert form["text"].strip() in answer.text
    assert circle.reactions() == []


def test_as_long_as_fits_is_kept(circle: Circle, piece: str) -> None:
    circle.react(circle.noor, piece, "x" * LONGEST_REACTION)
    assert circle.reactions() == ["x" * LONGEST_REACTION]


def test_the_same_twice_is_one_and_there_is_an_end_to_it(circle: Circle, piece: str) -> None:
    first = circle.react(circle.noor, piece, "Dubbel geklikt")
    assert circle.react(circle.noor, piece, "Dubbel geklikt") == first
    for number in range(1, MOST_OF_ONE_PERSON):
        circle.react(circle.noor, piece, f"Nog een, nummer {number}")
    answer = circle.noor.post(f"{piece}/react", {"kind": "tip", "text": "Eén te veel"})
    assert answer.status_code == 422
    assert "Je hebt hier al vaak gereageerd" in answer.text
    assert len(circle.reactions()) == MOST_OF_ONE_PERSON
    circle.react(circle.piet, piece, "Een ander mag nog wel")


def test_only_its_author_takes_a_reaction_back(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Toch maar niet")
    for other in (circle.zoe, circle.piet, circle.trainer):
        assert other.post(f"/exchange/reaction/{reaction}/remove").status_code == 404
    assert circle.noor.post(f"/exchange/reaction/{reaction}/remove").status_code == 303
    assert "Toch maar niet" not in circle.zoe.page(piece)
    assert circle.reactions() == []


def test_the_maker_hides_a_reaction_and_shows_it_again(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Onaardig")
    assert circle.zoe.post(f"/exchange/reaction/{reaction}/hide").status_code == 303
    assert "Onaardig" not in circle.piet.page(piece)
    for reader in (circle.zoe, circle.noor, circle.trainer):
        assert "De anderen zien deze reactie niet" in reader.page(piece)
    assert circle.zoe.post(f"/exchange/reaction/{reaction}/show").status_code == 303
    assert "Onaardig" in circle.piet.page(piece)


def test_what_a_trainer_hides_only_a_trainer_shows_again(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Onaardig")
    assert circle.trainer.post(f"/exchange/reaction/{reaction}/hide").status_code == 303
    assert "Laat weer zien" not in circle.zoe.page(piece)
    assert circle.zoe.post(f"/exchange/reaction/{reaction}/show").status_code == 404
    assert "Onaardig" not in circle.piet.page(piece)
    assert circle.trainer.post(f"/exchange/reaction/{reaction}/show").status_code == 303
    assert "Onaardig" in circle.piet.page(piece)


def test_nobody_else_hides(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Een tip")
    for other in (circle.noor, circle.piet):
        for what in ("hide", "show"):
            assert other.post(f"/exchange/reaction/{reaction}/{what}").status_code == 404
        assert "Verberg" not in other.page(piece)


def test_sharing_withdrawing_and_hiding_stand_in_the_trail(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Een tip")
    circle.trainer.post(f"/exchange/reaction/{reaction}/hide")
    circle.trainer.post(f"/exchange/reaction/{reaction}/show")
    circle.zoe.post(f"{piece}/withdraw")
    piece_id = piece.rsplit("/", 1)[1]
    assert circle.audited() == [
        ("exchange.share", piece_id, "done"),
        ("exchange.hide", reaction, "done"),
        ("exchange.show", reaction, "done"),
        ("exchange.withdraw", piece_id, "done"),
    ]
    said = circle.group.world.audit.last(10, account_id=circle.trainer.viewer.account_id)
    assert [one.what for one in said] == ["exchange.show", "exchange.hide"]
