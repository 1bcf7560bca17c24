import re

import pytest
from markupsafe import escape

from lti_tool.training.outcomes import CertificateCard, ScoreMark
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.samples import upload
from tests.training.test_participant_pages import enrolment_id
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def hand_in(group: Group, who: Browser, key: str = "leervraag", text: str = "Hoe kan ik dat?") -> str:
    answer = who.post(group.assignment(key), {"text": text, "files": upload(), "action": "submit"})
    assert answer.status_code == 303
    return group.submission_id(who, key)


class TestBoard:
    """The board of a cohort."""

    def test_shows_everybody_by_school(self, group: Group) -> None:
        world = group.world
        bas = world.launch(world.platform("Kleurrijk"), "bas", Role.TRAINER)
        with world.database.session() as session:
            world.courses.bind_cohort(session, bas.course_id, group.cohort_id, bas.viewer.person_id)
        custom = {"cohort": group.cohort_id}
        world.launch(bas.viewer.platform, "gul", Role.PARTICIPANT, name="Gülşen Aydın", custom=custom)
        page = group.trainer.page(f"{group.home()}/board")
        assert "<title>Bord van Regio Zuid · ICC Bridge</title>" in page
        assert "3 deelnemers" in page
        schools = re.findall(r'class="icc-school">.*?<strong>(.*?)</strong>', page)
        assert schools == ["Kleurrijk", "Zilverbos College"]
        names = [name.strip() for name in re.findall(r'scope="row">([^<]+)', page)]
        assert names == ["Gülşen Aydın", "Noor Janssen", "Zoë van ’t Höfen"]

    def test_a_cell_says_how_far_the_work_is_and_what_the_school_holds(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        group.noor.post(group.assignment(), {"text": "Een begin", "action": "save"})
        at = group.world.clock()
        group.world.told.marks[submission_id] = [
            ScoreMark("none", None, None, "Nergens"),
            ScoreMark("sent", None, at, "Zilverbos College"),
            ScoreMark("waiting", None, at, "Kleurrijk"),
            ScoreMark("refused", "refused-404", at, "De Maasbrug"),
            ScoreMark("changed", "changed-in-lms", at, "Ten Beemd"),
        ]
        page = group.trainer.page(f"{group.home()}/board")
        assert f'href="/review/{submission_id}"' in page
        for words in (
            'Aangekomen<span class="visually-hidden"> (Zilverbos College)</span>',
            "Onderweg naar Kleurrijk",
            "Geweigerd door De Maasbrug",
            "refused-404",
            "Met de hand veranderd in Ten Beemd",
        ):
            assert words in page
        assert "Nergens" not in page
        assert "Concept" in page

    def test_the_filter_leaves_who_waits(self, group: Group) -> None:
        hand_in(group, group.zoe)
        everybody = group.trainer.page(f"{group.home()}/board")
        assert "Wat wacht op mij (1)" in everybody
        waiting = group.trainer.page(f"{group.home()}/board?waiting=1")
        assert "Zoë" in waiting
        assert "Noor" not in waiting
        assert "Toon iedereen" in waiting

    def test_the_filter_says_when_nobody_waits(self, group: Group) -> None:
        page = group.trainer.page(f"{group.home()}/board?waiting=1")
        assert "Er wacht niets op je. Mooi moment voor koffie." in page

    def test_a_cohort_that_is_not_approved_says_so_until_it_is(self, group: Group) -> None:
        page = group.trainer.page(f"{group.home()}/board")
        assert "Certificaten wachten op goedkeuring van LKCA" in page
        assert group.cohort_id in page.split("Geef daarvoor deze code door")[1][:200]
        group.world.cohorts.approve(group.cohort_id)
        assert "wachten op goedkeuring" not in group.trainer.page(f"{group.home()}/board")

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("waiting_name", "certificaat wacht op de naam"),
            ("waiting_approval", "certificaat wacht op LKCA"),
            ("queued", "certificaat wordt gemaakt"),
        ],
    )
    def test_says_how_far_a_certificate_is(self, group: Group, state: str, words: str) -> None:
        group.world.told.cards[enrolment_id(group)] = CertificateCard(state)  # type: ignore[arg-type]
        assert group.trainer.page(f"{group.home()}/board").count(words) == 1

    def test_without_participants_it_says_how_they_come(self, world_without_participants: Group) -> None:
        group = world_without_participants
        assert "Nog geen deelnemers" in group.trainer.page(f"{group.home()}/board")

    def test_a_participant_without_a_name_has_a_code(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id}
        group.world.launch(group.platform, "x", Role.PARTICIPANT, link="l", custom=custom)
        assert re.search(r'scope="row">Deelnemer [A-Z0-9]{4}<', group.trainer.page(f"{group.home()}/board"))

    def test_the_cohort_trainer_makes_a_code_that_is_shown_once(self, group: Group) -> None:
        answer = group.trainer.post(f"{group.home()}/code")
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)
        assert found
        assert found.group() not in group.trainer.page(f"{group.home()}/board")
        bas = group.world.launch(group.world.platform("Kleurrijk"), "bas", Role.TRAINER)
        with group.world.database.session() as session:
            group.world.cohorts.use_code(session, found.group(), bas.viewer.person_id)
        assert bas.get(f"{group.home()}/board").status_code == 200


class TestQueue:
    """What waits, and what was handed in for one assignment."""

    def test_the_oldest_comes_first(self, group: Group) -> None:
        hand_in(group, group.noor)
        group.world.clock.advance(hours=7)
        hand_in(group, group.zoe)
        page = group.trainer.page(f"{group.home()}/waiting")
        assert page.index("Noor Janssen") < page.index("Zoë")
        assert "2 stukken werk, oudste eerst" in page

    def test_an_empty_queue_is_a_good_moment(self, group: Group) -> None:
        page = group.trainer.page(f"{group.home()}/waiting")
        assert "Er wacht niets op je. Mooi moment voor koffie." in page

    def test_a_new_version_keeps_its_place(self, group: Group) -> None:
        hand_in(group, group.noor)
        group.world.clock.advance(hours=1)
        hand_in(group, group.zoe)
        hand_in(group, group.noor, text="Hoe kan ik dat beter?")
        page = group.trainer.page(f"{group.home()}/waiting")
        assert page.index("Noor Janssen") < page.index("Zoë")
        assert "versie 2" in page

    def test_the_work_for_an_assignment_shows_what_waits_first(self, group: Group) -> None:
        submission_id = hand_in(group, group.noor)
        group.trainer.post(f"/review/{submission_id}", {"verdict": "accepted", "feedback": ""})
        group.world.clock.advance(hours=1)
        hand_in(group, group.zoe)
        page = group.trainer.page(f"{group.assignment()}/work")
        assert "1 wacht op jou" in page
        assert page.index("Zoë") < page.index("Noor Janssen")
        assert "Waar het om gaat" in page
        assert "Nog niets ingeleverd" in group.trainer.page(f"{group.assignment('terugblik')}/work")


class TestReview:
    """Reviewing a piece of work."""

    def test_shows_the_work_beside_the_criteria(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe, "beroepsproduct", "Een plan\nin twee regels")
        page = group.trainer.page(f"/review/{submission_id}")
        assert "<title>Werk bekijken: Beroepsproduct: van plan naar praktijk · ICC Bridge</title>" in page
        assert "Een plan<br>\nin twee regels" in page
        assert "Cultuurscan.pdf" in page
        assert "Ten minste één stap is uitgevoerd" in page
        assert 'name="version" value="1"' in page
        for reason in group.world.training.assignment("beroepsproduct").return_reasons:
            assert escape(reason.label.nl) in page
        assert "data-insert=" in page
        assert "Hierna wacht er niets meer op je." in page

    def test_a_verdict_leads_to_what_waits_next(self, group: Group) -> None:
        first = hand_in(group, group.noor)
        group.world.clock.advance(hours=1)
        second = hand_in(group, group.zoe)
        assert "Daarna opent vanzelf het werk van Zoë" in group.trainer.page(f"/review/{first}")
        form = {"verdict": "accepted", "feedback": "Mooi.", "version": "1"}
        answer = group.trainer.post(f"/review/{first}", form)
        assert answer.location == f"/review/{second}?after={first}"
        page = group.trainer.page(answer.location)
        assert "Akkoord gegeven" in page
        assert "Noor Janssen" in page
        answer = group.trainer.post(f"/review/{second}", {"verdict": "returned", "feedback": "Vul aan.", "version": "1"})
        assert answer.location == f"{group.home()}/waiting?after={second}"
        assert "Teruggegeven met jouw feedback" in group.trainer.page(answer.location)

    def test_the_confirmation_is_only_for_who_may_see_the_work(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        bas = group.world.launch(group.world.platform("Kleurrijk"), "bas", Role.TRAINER)
        other = group.world.cohort(bas, "Regio Noord")
        assert "Zoë" not in bas.page(f"/cohort/{other}/waiting?after={submission_id}")

    def test_an_incomplete_verdict_keeps_the_feedback_on_the_page(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        answer = group.trainer.post(f"/review/{submission_id}", {"feedback": "Uren gelezen", "version": "1"})
        assert answer.status_code == 422
        assert "Uren gelezen</textarea>" in answer.text
        assert "Kies: akkoord, of terug voor aanvulling." in answer.text
        answer = group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "", "version": "1"})
        assert "Zonder feedback kun je werk niet teruggeven." in answer.text

    def test_feedback_per_criterion_reaches_the_participant(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        first, second, *_rest = group.world.training.assignment("leervraag").criteria
        form = {f"met-{first.key}": "yes", f"met-{second.key}": "no", f"remark-{second.key}": "Wat wil je\nzelf leren?"}
        answer = group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "version": "1", **form})
        assert answer.status_code == 303
        for page in (group.zoe.page(group.assignment()), group.trainer.page(f"/review/{submission_id}")):
            told = page.split('aria-label="Feedback per criterium"')[1].split("</ul>")[0]
            assert told.index(str(escape(first.text.nl))) < told.index("Voldoet") < told.index(str(escape(second.text.nl)))
            assert told.index("Vul aan") < told.index("Wat wil je<br>\nzelf leren?")

    def test_what_was_chosen_and_written_per_criterion_stays_on_the_page_when_it_was_refused(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        (first, *_rest) = group.world.training.assignment("leervraag").criteria
        form = {
            "verdict": "accepted",
            "feedback": "Uren gelezen",
            f"met-{first.key}": "no",
            f"remark-{first.key}": "Nog niet",
        }
        answer = group.trainer.post(f"/review/{submission_id}", form)
        assert answer.status_code == 422
        assert "Bij een criterium staat ‘Vul aan’." in answer.text
        assert re.search(rf'id="met-{first.key}-no" value="no" checked', answer.text)
        assert "Nog niet</textarea>" in answer.text
        assert "Uren gelezen</textarea>" in answer.text

    def test_what_cannot_be_sent_any_more_is_there_to_copy(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        (first, *_rest) = group.world.training.assignment("leervraag").criteria
        group.trainer.post(f"/review/{submission_id}", {"verdict": "accepted"})
        form = {"verdict": "returned", "feedback": "Bij elkaar", f"remark-{first.key}": "Nog niet"}
        answer = group.trainer.post(f"/review/{submission_id}", form)
        assert answer.status_code == 422
        assert f"{escape(first.text.nl)}\nNog niet\n\nBij elkaar</textarea>" in answer.text

    def test_a_newer_version_keeps_the_feedback_and_shows_the_newer_work(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        hand_in(group, group.zoe, text="De betere tekst")
        form = {"verdict": "accepted", "feedback": "Uren gelezen", "version": "1"}
        answer = group.trainer.post(f"/review/{submission_id}", form)
        assert answer.status_code == 422
        assert "Er is intussen een nieuwe versie ingeleverd." in answer.text
        assert "Uren gelezen</textarea>" in answer.text
        assert "De betere tekst" in answer.text
        assert 'name="version" value="2"' in answer.text

    def test_accepted_work_shows_no_form_and_keeps_what_was_written_too_late(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        group.trainer.post(f"/review/{submission_id}", {"verdict": "accepted", "feedback": "Mooi."})
        page = group.trainer.page(f"/review/{submission_id}")
        assert "Dit werk is akkoord" in page
        assert "<form" not in page
        answer = group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "Toch niet."})
        assert answer.status_code == 422
        assert "Toch niet.</textarea>" in answer.text

    def test_earlier_versions_and_feedback_stand_below_the_work(self, group: Group) -> None:
        submission_id = hand_in(group, group.zoe)
        group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "Vul aan."})
        hand_in(group, group.zoe, text="De betere tekst")
        page = group.trainer.page(f"/review/{submission_id}")
        assert "Eerdere versies" in page
        assert "Vul aan." in page
        url = re.findall(r'href="(/version/[^"]+)"', page)[0]
        assert "Hoe kan ik dat?" in group.trainer.page(url)


def test_names_from_outside_are_shown_as_text(group: Group) -> None:
    world = group.world
    platform = world.platform("<i>School</i>")
    bas = world.launch(platform, "bas", Role.TRAINER, name="<b>Bas</b>")
    cohort_id = world.cohort(bas, "<u>Regio</u>")
    evil = world.launch(platform, "e", Role.PARTICIPANT, name="<script>alert(1)</script>", custom={"cohort": cohort_id})
    url = f"/cohort/{cohort_id}/assignment/leervraag"
    evil.post(url, {"text": "<img src=x onerror=alert(1)>", "action": "submit"})
    submission_id = Group(world, platform, cohort_id, bas, evil, evil).submission_id(evil)
    world.told.marks[submission_id] = [ScoreMark("refused", "<s>", world.clock(), "<i>School</i>")]
    pages = [
        bas.page(f"/cohort/{cohort_id}/board"),
        bas.page(f"/cohort/{cohort_id}/waiting"),
        bas.page(f"/review/{submission_id}"),
        bas.page(f"{url}/work"),
        evil.page(f"/cohort/{cohort_id}"),
        evil.page(url),
        evil.page(f"/cohort/{cohort_id}/name"),
    ]
    for page in pages:
        for tag in ("<script>alert", "<i>School", "<b>Bas", "<u>Regio", "<img", "<s>"):
            assert tag not in page


@pytest.fixture
def world_without_participants(group: Group) -> Group:
    """A second cohort of the same trainer, with nobody in it."""
    other = group.world.cohort(group.trainer, "Regio Noord")
    return Group(group.world, group.platform, other, group.trainer, group.zoe, group.noor)
