"""Who chooses so stands in the directory, with school and learning question, and goes out again at any time."""

from mappings.roles import Role
from tests.exchange.conftest import Circle


def directory(circle: Circle) -> str:
    return f"{circle.group.home()}/directory"


def test_nobody_stands_in_it_who_did_not_choose_to(circle: Circle) -> None:
    page = circle.noor.page(directory(circle))
    assert "Er staat nog niemand in" in page
    assert "Zoë" not in page
    assert "Wil jij er ook in?" in page


def test_who_joins_is_seen_with_school_and_learning_question_across_schools(circle: Circle) -> None:
    circle.zoe.post(circle.group.assignment(), {"text": "Hoe krijg ik het team mee?\n\nToelichting.", "action": "submit"})
    assert circle.zoe.post(directory(circle), {"action": "join", "question": "1"}).status_code == 303
    for reader in (circle.piet, circle.trainer):
        page = reader.page(directory(circle))
        assert "Zoë van ’t Höfen · Zilverbos College" in page
        assert "Hoe krijg ik het team mee?" in page
        assert "Toelichting" not in page


def test_a_draft_of_the_learning_question_is_not_shown(circle: Circle) -> None:
    circle.zoe.post(directory(circle), {"action": "join", "question": "1"})
    assert "Hoe betrek ik collega’s?" not in circle.piet.page(directory(circle))


def test_the_question_stays_out_when_somebody_wants_that(circle: Circle) -> None:
    circle.zoe.post(circle.group.assignment(), {"text": "Hoe krijg ik het team mee?", "action": "submit"})
    circle.zoe.post(directory(circle), {"action": "join"})
    page = circle.piet.page(directory(circle))
    assert "Zoë van ’t Höfen" in page
    assert "Hoe krijg ik het team mee?" not in page
    circle.zoe.post(directory(circle), {"action": "join", "question": "1"})
    assert "Hoe krijg ik het team mee?" in circle.piet.page(directory(circle))


def test_who_leaves_is_gone_at_once(circle: Circle) -> None:
    circle.zoe.post(directory(circle), {"action": "join", "question": "1"})
    assert "Jij staat in de lijst" in circle.zoe.page(directory(circle))
    assert circle.zoe.post(directory(circle), {"action": "leave"}).status_code == 303
    assert "Zoë" not in circle.piet.page(directory(circle))
    assert circle.zoe.post(directory(circle), {"action": "leave"}).status_code == 303


def test_trainers_read_it_and_stand_not_in_it(circle: Circle) -> None:
    assert circle.trainer.post(directory(circle), {"action": "join"}).status_code == 404
    assert "Zet mij in de lijst" not in circle.trainer.page(directory(circle))


def test_a_trainer_of_one_course_sees_its_own_participants_only(circle: Circle) -> None:
    for browser in (circle.zoe, circle.piet):
        browser.post(directory(circle), {"action": "join"})
    bas = circle.group.world.launch(circle.piet.viewer.platform, "bas", Role.TRAINER, name="Bas")
    page = bas.page(directory(circle))
    assert "Piet Puk" in page
    assert "Zoë" not in page
