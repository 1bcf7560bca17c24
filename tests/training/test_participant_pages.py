import pytest
from sqlalchemy import select

from lti_tool.training.models import Enrolment, WorkFile
from lti_tool.training.outcomes import CertificateCard, ScoreMark
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.samples import PDF, upload

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ALL = ("leervraag", "verkenning", "beroepsproduct", "terugblik", "vervolgstappen")


def enrolment_id(group: Group) -> str:
    with group.world.database.session() as session:
        query = select(Enrolment.id).where(
            Enrolment.person_id == group.zoe.viewer.person_id, Enrolment.role == Role.PARTICIPANT
        )
        return session.scalars(query).one()


def hand_in(group: Group, key: str = "leervraag", text: str = "Hoe kan ik drie secties betrekken?\n\nMeer.") -> None:
    form = {"text": text, "files": upload(), "action": "submit"}
    answer = group.zoe.post(group.assignment(key), form)
    assert (answer.status_code, answer.location) == (303, f"{group.assignment(key)}#ontvangst")


def review(group: Group, verdict: str, key: str = "leervraag", feedback: str = "Noem nog één kans.") -> None:
    form = {"verdict": verdict, "feedback": feedback}
    assert group.trainer.post(f"/review/{group.submission_id(group.zoe, key)}", form).status_code == 303


class TestHome:
    """The participant's home."""

    def test_says_where_somebody_is_and_what_comes_now(self, group: Group) -> None:
        page = group.zoe.page(group.home())
        assert "<title>Overzicht · ICC Bridge</title>" in page
        assert "Dag Zoë, je bent bezig met de fase oriëntatie" in page
        assert "Regio Zuid · trainer Ilse Brouwers" in page
        assert "Begin met de opdracht" in page
        assert page.count("hier ben je nu") == 1
        assert page.count("Je mag al beginnen") == 3, "the later phases can be opened"
        assert "0 van 5 opdrachten akkoord" in page
        assert "Goedkeuring van je editie door LKCA" in page

    def test_a_draft_and_returned_work_come_first(self, group: Group) -> None:
        group.zoe.post(group.assignment(), {"text": "Een begin", "action": "save"})
        assert "Ga verder met je concept" in group.zoe.page(group.home())
        hand_in(group)
        assert "Verkenning: wat kan er" in group.zoe.page(group.home()).split('id="nu"')[1][:100]
        review(group, "returned")
        page = group.zoe.page(group.home())
        assert "Vul je werk aan" in page
        assert "Terug voor aanvulling" in page

    def test_the_learning_question_stays_in_sight_once_it_was_handed_in(self, group: Group) -> None:
        group.zoe.post(group.assignment(), {"text": "Hoe kan ik drie secties betrekken?", "action": "save"})
        assert "Jouw leervraag" not in group.zoe.page(group.home())
        hand_in(group)
        for url in (group.home(), group.assignment("terugblik")):
            page = group.zoe.page(url)
            assert "<blockquote>Hoe kan ik drie secties betrekken?</blockquote>" in page
        assert "Leervraag van" in group.trainer.page(f"/review/{group.submission_id(group.zoe)}")

    def test_when_everything_was_handed_in_there_is_nothing_to_do(self, group: Group) -> None:
        for key in ALL:
            hand_in(group, key)
        page = group.zoe.page(group.home())
        assert "Alles is ingeleverd" in page
        assert "Je trainer reageert binnen tien werkdagen." in page

    def test_without_a_name_nobody_is_greeted_by_one(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id}
        somebody = group.world.launch(group.platform, "x", Role.PARTICIPANT, link="l", custom=custom)
        assert "<h1>Je bent bezig met de fase oriëntatie</h1>" in somebody.page(group.home())

    def test_in_english_the_training_speaks_english(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id}
        somebody = group.world.launch(group.platform, "en", Role.PARTICIPANT, link="l", custom=custom, locale="en-GB")
        page = somebody.page(group.assignment("verkenning"))
        assert '<html lang="en"' in page
        assert "Exploration: what is possible, and what do I need?" in page


class TestCertificatePanel:
    """From the last phase to the certificate."""

    @pytest.fixture(autouse=True)
    def _three_phases(self, group: Group) -> None:
        for key in ALL[:3]:
            hand_in(group, key)
            assert "Hoe moet je naam op het certificaat staan?" not in group.zoe.page(group.home())
            review(group, "accepted", key)

    def finish(self, group: Group) -> None:
        for key in ALL[3:]:
            hand_in(group, key)
            review(group, "accepted", key)

    def test_the_name_is_asked_when_the_last_phase_opens_until_it_is_given(self, group: Group) -> None:
        for url in (group.home(), group.assignment("terugblik")):
            assert "Hoe moet je naam op het certificaat staan?" in group.zoe.page(url)
        group.zoe.post(f"{group.home()}/name", {"certificate_name": "Zoë van ’t Höfen"})
        for url in (group.home(), group.assignment("terugblik")):
            assert "Hoe moet je naam op het certificaat staan?" not in group.zoe.page(url)
        assert "Zoë van ’t Höfen" in group.zoe.page(group.home())

    def test_with_everything_accepted_it_says_what_the_certificate_waits_for(self, group: Group) -> None:
        self.finish(group)
        assert "Bevestig je naam, dan maken we je certificaat." in group.zoe.page(group.home())
        group.zoe.post(f"{group.home()}/name", {"certificate_name": "Zoë van ’t Höfen"})
        assert "wacht op goedkeuring van je editie door LKCA" in group.zoe.page(group.home())
        group.world.cohorts.approve(group.cohort_id)
        page = group.zoe.page(group.home())
        assert "Je certificaat wordt nu gemaakt" in page
        assert "Goedkeuring van je editie" not in page

    def test_an_issued_certificate_is_there_to_open(self, group: Group) -> None:
        self.finish(group)
        card = CertificateCard("issued", "http://localhost:8401/c/abc", "abc")
        group.world.told.cards[enrolment_id(group)] = card
        for url in (group.home(), f"{group.home()}/name"):
            page = group.zoe.page(url)
            assert 'href="http://localhost:8401/c/abc" target="_blank"' in page
            assert "Je certificaat staat klaar" in page
            assert "Nog nodig voor je certificaat" not in page
        board = group.trainer.page(f"{group.home()}/board")
        assert 'href="http://localhost:8401/c/abc"' in board


class TestAssignment:
    """One assignment."""

    def test_reads_well(self, group: Group) -> None:
        page = group.zoe.page(group.assignment("beroepsproduct"))
        assert "<title>Beroepsproduct: van plan naar praktijk · ICC Bridge</title>" in page
        for words in ("Zo pak je het aan", "Hier kijkt je trainer naar", "Aspecten in deze opdracht", "Tips"):
            assert words in page
        assert "300 tot 600 woorden is een goede lengte" in page
        assert "Hooguit 5 bestanden, elk tot 50 MB" in page
        assert 'accept=".pdf,.docx' in page
        assert "Staan er namen of foto's van leerlingen in?" in page

    def test_has_only_the_fields_that_the_assignment_asks_for(self, group: Group) -> None:
        page = group.zoe.page(group.assignment("leervraag"))
        assert 'name="text"' in page
        assert 'name="files"' in page
        assert 'name="link"' not in page

    def test_a_draft_is_saved_with_its_files_and_shown_again(self, group: Group) -> None:
        form = {"text": "Een <b>begin</b>", "link": "museum.example", "files": upload(), "action": "save"}
        answer = group.zoe.post(group.assignment("verkenning"), form)
        assert (answer.status_code, answer.location) == (303, f"{group.assignment('verkenning')}#werk")
        page = group.zoe.page(group.assignment("verkenning"))
        assert "Een &lt;b&gt;begin&lt;/b&gt;</textarea>" in page
        assert 'value="https://museum.example"' in page
        assert "Cultuurscan.pdf" in page
        assert "Bewaard op 23 november 2026, 13.00 uur" in page

    def test_handing_in_ends_in_a_receipt(self, group: Group) -> None:
        hand_in(group)
        page = group.zoe.page(group.assignment())
        assert "Versie 1 is goed ontvangen" in page
        assert "Ingeleverd op 23 november 2026, 13.00 uur. Je trainer kan het nu lezen." in page
        assert "Ontvangstbewijs" in page
        assert f'Nu aan de beurt: <a href="{group.assignment("verkenning")}">' in page

    def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(self, group: Group) -> None:
        answer = group.zoe.post(group.assignment("beroepsproduct"), {"text": "Uren werk", "action": "submit"})
        assert answer.status_code == 422
        assert "Nog niet ingeleverd. Wat je schreef, is bewaard." in answer.text
        assert 'href="#files">Voeg nog een bestand toe, dan kun je inleveren.' in answer.text
        assert "Uren werk</textarea>" in answer.text
        assert "Uren werk</textarea>" in group.zoe.page(group.assignment("beroepsproduct"))

    def test_a_refused_file_does_not_hold_up_the_others_nor_the_text(self, group: Group) -> None:
        files = [upload(b"MZ", "virus.exe"), upload(PDF, "Goed.pdf")]
        answer = group.zoe.post(group.assignment(), {"text": "Uren werk", "files": files, "action": "submit"})
        assert answer.status_code == 422
        assert "virus.exe" in answer.text
        page = group.zoe.page(group.assignment())
        assert "Goed.pdf" in page
        assert "virus.exe" not in page
        assert "Uren werk</textarea>" in page
        assert "Ingeleverd op" not in page

    def test_a_wrong_link_is_said_and_stays_in_its_field(self, group: Group) -> None:
        form = {"text": "Uren werk", "link": "javascript:alert(1)", "action": "save"}
        answer = group.zoe.post(group.assignment("verkenning"), form)
        assert answer.status_code == 422
        assert 'value="javascript:alert(1)"' in answer.text
        assert 'href="javascript:' not in answer.text

    def test_removing_a_file_saves_what_was_typed_meanwhile(self, group: Group) -> None:
        group.zoe.post(group.assignment(), {"text": "Eerst", "files": upload(), "action": "save"})
        with group.world.database.session() as session:
            file_id = session.scalars(select(WorkFile.id)).one()
        url = f"{group.assignment()}/file/{file_id}/remove"
        assert f'formaction="{url}"' in group.zoe.page(group.assignment())
        answer = group.zoe.post(url, {"text": "Daarna getypt"})
        assert answer.status_code == 303
        page = group.zoe.page(group.assignment())
        assert "Daarna getypt</textarea>" in page
        assert "Cultuurscan.pdf" not in page

    def test_feedback_and_earlier_versions_can_be_read(self, group: Group) -> None:
        hand_in(group)
        review(group, "returned")
        page = group.zoe.page(group.assignment())
        assert "Feedback op versie 1" in page
        assert "Noem nog één kans." in page
        assert "Ilse Brouwers, 23 november 2026, 13.00 uur" in page
        assert "Jouw werk, versie 2" in page
        hand_in(group, text="Hoe kan ik drie secties echt betrekken?")
        page = group.zoe.page(group.assignment())
        first = page.split('id="versies"')[1].split('href="')[1].split('"')[0]
        version = group.zoe.page(first)
        assert "<h1>Versie 1</h1>" in version
        assert "Noem nog één kans." in version
        assert "Cultuurscan.pdf" in version

    def test_accepted_work_is_read_and_not_changed(self, group: Group) -> None:
        hand_in(group)
        review(group, "accepted", feedback="Mooi.")
        group.world.told.marks[group.submission_id(group.zoe)] = [
            ScoreMark("sent", None, group.world.clock(), "Zilverbos College")
        ]
        page = group.zoe.page(group.assignment())
        assert "Akkoord. Het resultaat gaat naar de cijferlijst van je leeromgeving." in page
        assert "Aangekomen in Zilverbos College" in page
        assert f'Nu aan de beurt: <a href="{group.assignment("verkenning")}">' in page
        assert "<form" not in page
        assert "Ontvangstbewijs" in page

    def test_what_somebody_typed_while_the_work_was_accepted_is_there_to_copy(self, group: Group) -> None:
        hand_in(group)
        review(group, "accepted")
        answer = group.zoe.post(group.assignment(), {"text": "Nog een uur werk", "action": "submit"})
        assert answer.status_code == 422
        assert "Dit werk is al akkoord. Er is niets veranderd." in answer.text
        assert "Nog een uur werk</textarea>" in answer.text

    def test_an_assignment_that_does_not_exist_is_not_found(self, group: Group) -> None:
        assert group.zoe.get(group.assignment("nothing")).status_code == 404
        assert group.zoe.post(group.assignment("nothing"), {"text": "x"}).status_code == 404


def test_work_is_shown_as_text_and_links_do_not_know_where_they_come_from(group: Group) -> None:
    form = {"text": "<script>alert(1)</script>\n\n*vet*", "link": "https://museum.example/?a=<b>", "action": "submit"}
    group.zoe.post(group.assignment("verkenning"), form)
    page = group.trainer.page(f"/review/{group.submission_id(group.zoe, 'verkenning')}")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="https://museum.example/?a=&lt;b&gt;" target="_blank" rel="noopener noreferrer nofollow"' in page


class TestFile:
    """A file on its way back."""

    @pytest.fixture
    def url(self, group: Group) -> str:
        form = {"text": "x", "files": upload(PDF, "Zoë’s <plan>.pdf"), "action": "submit"}
        group.zoe.post(group.assignment(), form)
        with group.world.database.session() as session:
            return f"/file/{session.scalars(select(WorkFile.id)).one()}"

    def test_comes_as_a_download_that_no_browser_opens_and_no_cache_keeps(self, group: Group, url: str) -> None:
        answer = group.zoe.get(url)
        assert answer.data == PDF
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Length"] == str(len(PDF))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"Zoes -plan-.pdf\"; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20-plan-.pdf"
        )

    def test_is_also_there_for_the_trainer(self, group: Group, url: str) -> None:
        assert group.trainer.get(url).data == PDF

    def test_a_file_whose_bytes_are_gone_gives_a_page(self, group: Group, url: str) -> None:
        for path in (group.world.settings.data_dir / "files").rglob("*"):
            if path.is_file():
                path.unlink()
        answer = group.zoe.get(url)
        assert answer.status_code == 503
        assert "Bestanden zijn even niet bereikbaar" in answer.text


def test_a_store_that_fails_does_not_take_the_text_with_it(group: Group) -> None:
    group.world.settings.data_dir.mkdir(parents=True, exist_ok=True)
    (group.world.settings.data_dir / "files").write_text("no folder")
    form = {"text": "Uren werk", "files": upload(), "action": "submit"}
    answer = group.zoe.post(group.assignment(), form)
    assert answer.status_code == 422
    assert "We kunnen nu geen bestand bewaren of ophalen." in answer.text
    assert "Uren werk</textarea>" in group.zoe.page(group.assignment())
