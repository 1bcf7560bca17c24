"""Sharing is by choice and per piece, shows what was there at that moment, and ends when its maker says so."""

from sqlalchemy import select

from lti_tool.exchange.models import SharedPiece
from lti_tool.training.models import WorkFile
from mappings.roles import Role
from tests.exchange.conftest import Circle, files_on, mark_on
from tests.training.samples import PDF, upload


def words(page: str) -> str:
    return page.split("<main", 1)[1]


def test_nothing_is_shared_until_its_maker_shares_it(circle: Circle) -> None:
    assert "Mijn concept" not in circle.noor.page(circle.overview())
    assert "Nog niemand deelt iets" in circle.noor.page(circle.overview())


def test_a_shared_draft_is_read_by_peers_of_all_schools_and_by_the_trainer(circle: Circle) -> None:
    piece = circle.share(circle.zoe, "Herkennen jullie dit?")
    for reader in (circle.noor, circle.piet, circle.trainer):
        page = reader.page(piece)
        assert "Mijn concept" in page
        assert "Herkennen jullie dit?" in page
        assert "Zoë van ’t Höfen" in page
        assert "Zilverbos College" in page
        assert "Herkennen jullie dit?" in reader.page(circle.overview())


def test_its_file_is_sent_to_peers_as_a_download(circle: Circle) -> None:
    piece = circle.share(circle.zoe)
    (file,) = files_on(circle.piet.page(piece))
    answer = circle.piet.get(file)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_typed_afterwards_is_not_shown(circle: Circle) -> None:
    piece = circle.share(circle.zoe)
    more = {"text": "Geheim vervolg", "files": upload(name="Geheim.pdf"), "action": "save"}
    assert circle.zoe.post(circle.group.assignment(), more).status_code == 303
    page = circle.noor.page(piece)
    assert "Mijn concept" in page
    assert "Geheim" not in page
    assert "Je deelt nu een eerdere versie" in circle.zoe.page(circle.share_page())
    assert circle.share(circle.zoe) == piece
    assert "Geheim vervolg" in circle.noor.page(piece)
    assert len(files_on(circle.noor.page(piece))) == 2


def test_its_formatting_is_shared_too_and_goes_with_the_piece(circle: Circle) -> None:
    formatted = {"text": "", "html": "<h3>Drie kansen</h3><ul><li>de <b>aula</b></li></ul>", "action": "save"}
    circle.zoe.post(circle.group.assignment(), formatted)
    assert "<h2>Drie kansen</h2>" in circle.zoe.page(circle.share_page())
    piece = circle.share(circle.zoe)
    assert "<h2>Drie kansen</h2><ul><li>de <b>aula</b></li></ul>" in circle.noor.page(piece)
    plainer = {"text": "", "html": "<h3>Drie kansen</h3><ul><li>de aula</li></ul>", "action": "save"}
    circle.zoe.post(circle.group.assignment(), plainer)
    assert "Je deelt nu een eerdere versie" in circle.zoe.page(circle.share_page())
    circle.zoe.post(f"{piece}/withdraw")
    with circle.group.world.database.session() as session:
        (kept,) = session.scalars(select(SharedPiece))
        assert (kept.text, kept.html) == ("", "")


def test_nobody_shares_what_they_have_not_seen(circle: Circle) -> None:
    mark = mark_on(circle.zoe.page(circle.share_page()))
    circle.zoe.post(circle.group.assignment(), {"text": "In een ander tabblad", "action": "save"})
    answer = circle.zoe.post(circle.share_page(), {"question": "Wat vinden jullie?", "mark": mark})
    assert answer.status_code == 422
    assert "Er is niets gedeeld" in answer.text
    assert "Wat vinden jullie?" in answer.text
    assert "In een ander tabblad" in answer.text
    assert "Nog niemand deelt iets" in circle.noor.page(circle.overview())


def test_a_file_that_its_maker_removes_stays_while_it_is_shared_and_goes_with_the_piece(circle: Circle) -> None:
    piece = circle.share(circle.zoe)
    (file,) = files_on(circle.noor.page(piece))
    file_id = file.rsplit("/", 1)[1]
    assert circle.zoe.post(f"{circle.group.assignment()}/file/{file_id}/remove").status_code == 303
    assert circle.noor.get(file).data == PDF
    circle.zoe.post(f"{piece}/withdraw")
    with circle.group.world.database.session() as session:
        assert session.get(WorkFile, file_id) is None
    assert circle.noor.get(file).status_code == 404
    assert circle.zoe.get(file).status_code == 404


def test_a_file_of_a_draft_survives_a_withdrawal(circle: Circle) -> None:
    piece = circle.share(circle.zoe)
    circle.zoe.post(f"{piece}/withdraw")
    (file,) = files_on(circle.zoe.page(circle.group.assignment()).split("Verwijder")[0])
    assert circle.zoe.get(file).data == PDF


def test_a_withdrawn_piece_is_gone_at_once_and_its_reactions_stay_for_the_maker(circle: Circle) -> None:
    piece = circle.share(circle.zoe, "Herkennen jullie dit?")
    circle.react(circle.noor, piece, "Bij ons hielp een lunch.")
    (file,) = files_on(circle.noor.page(piece))
    answer = circle.zoe.post(f"{piece}/withdraw")
    assert "teruggenomen" in circle.zoe.page(answer.location)
    for reader in (circle.noor, circle.piet, circle.trainer):
        assert reader.get(piece).status_code == 404
        assert reader.get(file).status_code == 404
        assert reader.post(f"{piece}/react", {"kind": "tip", "text": "Te laat"}).status_code == 404
        assert "Herkennen jullie dit?" not in reader.page(circle.overview())
    own = circle.zoe.page(piece)
    assert "Bij ons hielp een lunch." in own
    assert "Mijn concept" not in words(own)
    assert piece in circle.zoe.page(circle.overview())


def test_it_can_be_shared_anew_after_a_withdrawal_without_the_old_reactions(circle: Circle) -> None:
    first = circle.share(circle.zoe)
    circle.react(circle.noor, first, "Over de eerste keer")
    circle.zoe.post(f"{first}/withdraw")
    second = circle.share(circle.zoe)
    assert second != first
    assert "Over de eerste keer" not in circle.noor.page(second)


def test_accepted_work_is_shared_as_it_was_accepted(circle: Circle) -> None:
    circle.zoe.post(circle.group.assignment(), {"text": "Ingeleverd werk", "action": "submit"})
    submission_id = circle.group.submission_id(circle.zoe)
    piece = circle.share(circle.zoe)
    assert "Ingeleverd</span>" in circle.noor.page(piece)
    circle.trainer.post(f"/review/{submission_id}", {"verdict": "accepted", "feedback": "Geheime feedback"})
    assert circle.share(circle.zoe) == piece
    page = circle.noor.page(piece)
    assert "Akkoord</span>" in page
    assert "Ingeleverd werk" in page
    assert "Geheime feedback" not in page
    assert circle.noor.get(f"/review/{submission_id}").status_code == 404


def test_the_question_can_be_changed_alone(circle: Circle) -> None:
    piece = circle.share(circle.zoe, "Eerste vraag")
    circle.group.world.clock.advance(hours=1)
    before = circle.noor.page(circle.overview())
    assert circle.share(circle.zoe, "Tweede vraag") == piece
    page = circle.noor.page(circle.overview())
    assert "Eerste vraag" in before
    assert "Tweede vraag" in page
    assert "Eerste vraag" not in page
    assert [what for what, *_ in circle.audited()] == ["exchange.share"]


def test_a_question_that_is_too_long_comes_back(circle: Circle) -> None:
    mark = mark_on(circle.zoe.page(circle.share_page()))
    answer = circle.zoe.post(circle.share_page(), {"question": "Waarom " * 100, "mark": mark})
    assert answer.status_code == 422
    assert "Je vraag is te lang" in answer.text
    assert "Waarom Waarom" in answer.text
    assert "Nog niemand deelt iets" in circle.noor.page(circle.overview())


def test_nothing_cannot_be_shared(circle: Circle) -> None:
    assert "Nog niets om te delen" in circle.noor.page(circle.share_page())
    answer = circle.noor.post(circle.share_page(), {"question": "", "mark": "0" * 64})
    assert answer.status_code == 422
    assert "Er is nog niets om te delen" in answer.text


def test_what_somebody_wrote_is_never_html(circle: Circle) -> None:
    circle.zoe.post(circle.group.assignment(), {"text": "<b>Vet</b> werk", "action": "save"})
    piece = circle.share(circle.zoe, "<i>Schuin?</i>")
    circle.react(circle.noor, piece, "<script>alert(1)</script>")
    for page in (circle.piet.page(piece), circle.piet.page(circle.overview())):
        for made in ("<b>Vet", "<i>Schuin", "<script>alert"):
            assert made not in page
    assert "&lt;i&gt;Schuin?&lt;/i&gt;" in circle.piet.page(circle.overview())


def test_a_school_that_shares_no_names_is_named_instead(circle: Circle) -> None:
    world = circle.group.world
    custom = {"cohort": circle.group.cohort_id}
    school = world.platform("Het Lage Land")
    nameless = world.launch(school, "x", Role.TRAINER)
    with world.database.session() as session:
        world.courses.bind_cohort(session, nameless.course_id, circle.group.cohort_id, circle.trainer.viewer.person_id)
    someone = world.launch(school, "y", Role.PARTICIPANT, custom=custom)
    someone.post(circle.group.assignment(), {"text": "Zonder naam", "action": "save"})
    assert "Een deelnemer van Het Lage Land" in someone.page(circle.share_page())
    piece = circle.share(someone)
    assert "Een deelnemer van Het Lage Land" in circle.zoe.page(piece)


def test_the_assignments_page_leads_to_sharing_and_says_what_is_shared(circle: Circle) -> None:
    url = circle.group.assignment()
    assert circle.share_page() in circle.zoe.page(url)
    piece = circle.share(circle.zoe)
    circle.react(circle.noor, piece, "Een tip")
    page = circle.zoe.page(url)
    assert "Je deelt dit met je groep sinds" in page
    assert "1 reactie" in page
