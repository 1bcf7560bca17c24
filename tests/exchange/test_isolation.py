"""What a cohort shares stays in the cohort; a role in one course counts in that course only."""

import pytest

from lti_tool.audit import KEPT, MOST_REFUSALS, REFUSED
from mappings.roles import Role
from tests.exchange.conftest import Circle, files_on
from tests.training.world import Browser


@pytest.fixture
def piece(circle: Circle) -> str:
    """Zoë's draft, shared."""
    return circle.share(circle.zoe, "Geheime vraag")


@pytest.fixture
def bas(circle: Circle) -> Browser:
    """Trainer in the course through which Piet came, and no trainer of the cohort."""
    return circle.group.world.launch(circle.piet.viewer.platform, "bas", Role.TRAINER, name="Bas")


def test_a_trainer_of_one_course_sees_what_its_participants_share_and_nothing_else(
    circle: Circle, piece: str, bas: Browser
) -> None:
    circle.piet.post(circle.group.assignment(), {"text": "Werk van Piet", "action": "save"})
    own = circle.share(circle.piet, "Vraag van Piet")
    circle.react(circle.noor, own, "Tip van Noor")
    overview = bas.page(circle.overview())
    assert "Vraag van Piet" in overview
    assert "Geheime vraag" not in overview
    assert "Zoë" not in overview
    page = bas.page(own)
    assert "Tip van Noor" in page
    assert "Een deelnemer van een andere school" in page
    assert "Noor Janssen" not in page
    (file,) = files_on(circle.zoe.page(piece))
    for url in (piece, file, f"{circle.share_page()}"):
        assert bas.get(url).status_code == 404, url
    assert bas.post(f"{piece}/react", {"kind": "tip", "text": "Van buiten"}).status_code == 404
    assert "Geheime vraag" not in bas.page(f"{circle.overview()}/assignment/leervraag")


def test_such_a_trainer_hides_on_the_pieces_of_the_own_participants_only(circle: Circle, piece: str, bas: Browser) -> None:
    circle.piet.post(circle.group.assignment(), {"text": "Werk van Piet", "action": "save"})
    theirs = circle.react(circle.noor, circle.share(circle.piet), "Tip voor Piet")
    others = circle.react(circle.noor, piece, "Tip voor Zoë")
    assert bas.post(f"/exchange/reaction/{theirs}/hide").status_code == 303
    assert bas.post(f"/exchange/reaction/{others}/hide").status_code == 404


def test_such_a_trainer_reads_the_shelf_and_does_not_fill_it(circle: Circle, bas: Browser) -> None:
    home = circle.group.home()
    assert bas.get(f"{home}/shelf").status_code == 200
    assert bas.get(f"{home}/shelf/new").status_code == 404
    assert bas.post(f"{home}/shelf/new", {"kind": "material", "title": "x", "text": "y"}).status_code == 404


def test_a_trainer_shares_no_work_of_their_own(circle: Circle) -> None:
    assert circle.trainer.get(circle.share_page()).status_code == 404
    assert circle.trainer.post(circle.share_page(), {"mark": "0"}).status_code == 404
    assert "Deel jouw werk" not in circle.trainer.page(circle.overview())


def test_only_the_maker_withdraws(circle: Circle, piece: str) -> None:
    for other in (circle.noor, circle.trainer):
        assert other.post(f"{piece}/withdraw").status_code == 404
        assert "Neem het terug" not in other.page(piece)
    assert "Geheime vraag" in circle.noor.page(piece)


def test_a_file_of_another_piece_is_not_in_this_one(circle: Circle, piece: str) -> None:
    (file,) = files_on(circle.noor.page(piece))
    circle.piet.post(circle.group.assignment(), {"text": "Werk van Piet", "action": "save"})
    other = circle.share(circle.piet)
    assert circle.noor.get(f"{other}/file/{file.rsplit('/', 1)[1]}").status_code == 404


def test_forms_need_the_token_of_their_own_session(circle: Circle, piece: str) -> None:
    reaction = circle.react(circle.noor, piece, "Een tip")
    for url in (f"{piece}/react", f"{piece}/withdraw", circle.share_page(), f"/exchange/reaction/{reaction}/remove"):
        form = {"csrf_token": circle.piet.token(), "kind": "tip", "text": "Van elders"}
        for browser in (circle.zoe, circle.noor):
            assert browser.client.post(url, data=form).status_code == 400
    assert circle.reactions() == ["Een tip"]
    assert "Geheime vraag" in circle.noor.page(piece)


def test_without_a_session_nothing_is_shown_and_nobody_is_noted(circle: Circle, piece: str) -> None:
    client = circle.group.world.app.test_client()
    for url in (piece, circle.overview(), f"{circle.group.home()}/shelf", f"{circle.group.home()}/directory"):
        answer = client.get(url)
        assert answer.status_code == 401
        assert "Geheim" not in answer.text
    assert circle.group.world.audit.last(10, outcome=REFUSED) == []


def test_a_refused_try_is_noted_with_who_and_what(circle: Circle, piece: str) -> None:
    world = circle.group.world
    els = world.launch(world.platform("Het Lage Land"), "els", Role.TRAINER)
    els.get(piece)
    els.post(f"{piece}/react", {"kind": "tip", "text": "Van buiten"})
    piece_id = piece.rsplit("/", 1)[1]
    noted = world.audit.last(10, account_id=els.viewer.account_id)
    assert [(one.what, one.target_id, one.outcome) for one in noted] == [
        ("exchange.react", piece_id, "refused"),
        ("exchange.piece", piece_id, "refused"),
    ]


def test_who_tries_by_machine_does_not_fill_the_trail_and_old_rows_go(circle: Circle) -> None:
    world, account_id = circle.group.world, circle.noor.viewer.account_id
    for number in range(MOST_REFUSALS + 5):
        world.audit.refused(account_id, "training.version", f"id{number}")
    world.audit.refused(circle.piet.viewer.account_id, "training.version", "another")
    assert len(world.audit.last(500, account_id=account_id)) == MOST_REFUSALS
    world.clock.advance(hours=2)
    world.audit.refused(account_id, "training.version", "later")
    assert world.audit.last(1)[0].target_id == "later"
    world.clock.advance(seconds=KEPT.total_seconds() - 3600)
    assert world.audit.clean_up() == MOST_REFUSALS + 1
    assert [one.target_id for one in world.audit.last(500)] == ["later"]
