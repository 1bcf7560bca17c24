"""Two accounts of one person come together by a code, with all that belongs to them, and are taken apart again."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from lti_tool.audit import DONE
from lti_tool.certificates.models import Award, AwardState
from lti_tool.courses.consents import LINK_CODE, LINKING
from lti_tool.linking.models import AccountLink
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.errors import Incomplete
from lti_tool.training.models import Submission
from mappings.roles import Role
from tests.builders import Builder
from tests.certificates.award import accept, all_accepted
from tests.linking.conftest import Town
from tests.training.samples import upload
from tests.training.world import Browser


def outbox(town: Town, browser: Browser) -> list[tuple[str | None, float | None]]:
    with town.parts.database.session() as session:
        rows = session.scalars(select(ScoreOutbox).where(ScoreOutbox.account_id == browser.viewer.account_id))
        return [(row.submission_id, row.score_given) for row in rows]


def test_work_of_one_school_is_there_in_the_other(town: Town) -> None:
    town.hand_in(town.zoe2, "Ingeleverd bij Kleurrijk.")
    town.link(town.zoe, town.zoe2)
    assert "Ingeleverd bij Kleurrijk." in town.zoe.page(town.group.assignment())
    assert "Ingeleverd bij Kleurrijk." in town.zoe2.page(town.group.assignment())
    with town.parts.database.reading() as session:
        (link,) = session.scalars(select(AccountLink)).all()
        assert (link.consent_version, link.code_consent_version) == (LINKING.version, LINK_CODE.version)
    assert LINKING.words["nl"] in town.zoe.page("/me")
    assert town.enrolments(town.zoe) == town.enrolments(town.zoe2) == ["participant"]
    board = town.group.trainer.page(f"{town.group.home()}/board")
    assert board.count("Höfen</th>") == 1


def test_the_page_says_what_comes_together_and_nothing_changes_by_looking(town: Town) -> None:
    town.hand_in(town.zoe2, "Bij Kleurrijk.")
    town.draft(town.zoe, "Bij het Zilverbos.")
    before = town.everything()
    page = town.zoe2.post(town.page("/look"), {"code": town.code(town.zoe).lower().replace("-", " ")}).text
    for said in ("Zilverbos College", "Kleurrijk", "Regio Zuid", "Werk voor 1 opdracht", "Voor 1 opdracht heb je"):
        assert said in page
    assert town.everything() == before


def test_both_gradebooks_get_what_was_accepted_before(town: Town) -> None:
    builder = Builder(town.parts.database, town.group.world.clock)
    with town.parts.database.session() as session:
        courses = {one.course_id: town.group.world.courses.course(session, one.course_id) for one in (town.zoe, town.zoe2)}
    cohort = next(one for one in town.parts.cohorts.list() if one.id == town.cohort_id)
    for browser in (town.zoe, town.zoe2):
        builder.placement(courses[browser.course_id], cohort, lineitem_url="https://lms.example/li")  # type: ignore[arg-type]
    town.hand_in(town.zoe, "Goed werk.")
    town.accept(town.zoe)
    assert outbox(town, town.zoe2) == []
    town.link(town.zoe, town.zoe2)
    (row,) = outbox(town, town.zoe2)
    assert row == outbox(town, town.zoe)[0]
    assert row[1] is not None
    town.unlink(town.zoe2)
    assert outbox(town, town.zoe2) == [], "what was not sent is not sent any more"
    assert len(outbox(town, town.zoe)) == 1


@pytest.mark.parametrize("further", ["first", "second"])
def test_of_two_works_the_furthest_goes_on_and_nothing_is_lost(town: Town, further: str) -> None:
    first, second = (town.zoe, town.zoe2) if further == "first" else (town.zoe2, town.zoe)
    town.hand_in(first, "Al ingeleverd.")
    second.post(town.group.assignment(), {"text": "Nog een concept.", "files": upload(), "action": "save"})
    town.link(second, first)
    for browser in (first, second):
        page = browser.page(town.group.assignment())
        assert "Al ingeleverd." in page
        assert "Nog een concept." in page, "beside the draft"
        assert "/file/" in page


def test_link_and_unlink_give_back_what_was_there(town: Town) -> None:
    """Whatever belongs to two people: one of each kind, on both sides, in the same cohort and in another."""
    world = town.group.world
    for browser in (town.zoe, town.zoe2):
        browser.post(town.group.assignment(), {"text": f"Van {browser.viewer.account_id}.", "files": upload()})
        browser.page(f"{town.group.home()}/exchange")
        browser.post(f"{town.group.home()}/directory", {"action": "join", "question": "1"})
        browser.post(f"{town.group.home()}/name", {"certificate_name": "Zoë van ’t Höfen"})
    town.hand_in(town.zoe2, "Ingeleverd.")
    submission_id = town.group.submission_id(town.zoe2)
    town.group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "Vul aan."})
    elsewhere = world.cohort(town.els, "Regio Noord")
    with town.parts.database.session() as session:
        world.cohorts.enrol(session, elsewhere, town.zoe2.viewer.person_id, town.zoe2.course_id)
        person = town.zoe2.viewer.person_id
        enrolment = world.cohorts.enrol(session, elsewhere, person, town.zoe2.course_id)
        key = {"achievement_key": "icc-vo", "achievement_version": 1, "met_at": world.clock()}
        session.add(Award(person_id=person, enrolment_id=enrolment, state=AwardState.WAITING_NAME, **key))
        mine = town.zoe.viewer.person_id
        first = world.cohorts.enrol(session, town.cohort_id, mine, town.zoe.course_id)
        session.add(Award(person_id=mine, enrolment_id=first, state=AwardState.WAITING_APPROVAL, **key))
    before = town.everything()
    town.link(town.zoe2, town.zoe)
    assert town.everything() != before
    town.unlink(town.zoe2)
    after = town.everything()
    for table, rows in before.items():
        assert after[table] == rows, table


def test_work_goes_on_while_linked_and_stays_with_its_place_afterwards(town: Town) -> None:
    town.hand_in(town.zoe2, "Bij Kleurrijk.")
    town.link(town.zoe, town.zoe2)
    town.hand_in(town.zoe, "Aangevuld vanuit het Zilverbos.")
    town.unlink(town.zoe)
    assert "Aangevuld vanuit het Zilverbos." in town.zoe2.page(town.group.assignment())
    assert "Aangevuld vanuit het Zilverbos." not in town.zoe.page(town.group.assignment())


def test_a_trainer_and_a_participant_of_one_cohort_stay_two(town: Town) -> None:
    before = town.everything()
    page = town.zoe.post(town.page("/look"), {"code": town.code(town.group.trainer)})
    assert "Niemand beoordeelt eigen werk" in page.text
    assert town.zoe.post(town.page("/link"), {"code": town.code(town.group.trainer)}).status_code == 422
    assert town.zoe2.post(town.page("/link"), {"code": town.code(town.els)}).status_code == 422, "also of one course"
    assert town.everything() == before


def test_two_certificates_of_one_training_stay_with_two(town: Town) -> None:
    for browser in (town.zoe, town.zoe2):
        ready = all_accepted(town.parts)
        town.parts.batches.issue(ready.cohort_id, lambda _done, _all: None)
        with town.parts.database.session() as session:
            award = session.scalars(select(Award).where(Award.person_id == ready.person_id)).one()
            award.person_id = browser.viewer.person_id
    answer = town.zoe.post(town.page("/link"), {"code": town.code(town.zoe2)})
    assert answer.status_code == 422
    assert "hebben een certificaat van dezelfde training" in answer.text


def test_together_the_work_may_be_enough_for_the_certificate(town: Town) -> None:
    training = town.parts.trainings["icc-vo"]
    keys = [assignment.key for assignment in training.assignments]
    with town.parts.database.session() as session:
        enrolments = {
            browser.viewer.person_id: town.group.world.cohorts.enrol(
                session, town.cohort_id, browser.viewer.person_id, browser.course_id
            )
            for browser in (town.zoe, town.zoe2)
        }
    ready = all_accepted(town.parts)
    for place, key in enumerate(keys):
        browser = (town.zoe, town.zoe2)[place % 2]
        whose = browser.viewer.person_id
        accept(town.parts, type(ready)(town.cohort_id, enrolments[whose], whose, ready.trainer_id), key)
    with town.parts.database.session() as session:
        assert session.scalars(select(Award).where(Award.person_id.in_(enrolments))).all() == []
    town.link(town.zoe, town.zoe2)
    with town.parts.database.session() as session:
        award = session.scalars(select(Award).where(Award.person_id.in_(enrolments))).one()
        held = session.scalars(select(Submission).where(Submission.enrolment_id == award.enrolment_id)).all()
    assert len(held) == len(keys)


def test_a_code_works_once_and_a_quarter_of_an_hour(town: Town) -> None:
    old, new = town.code(town.zoe), town.code(town.zoe)
    assert town.zoe2.post(town.page("/look"), {"code": old}).status_code == 422, "the newest counts"
    assert "Dit is de code van dit account" in town.zoe.post(town.page("/look"), {"code": new}).text
    assert town.zoe2.post(town.page("/link"), {"code": new}).status_code == 303
    assert town.zoe2.post(town.page("/link"), {"code": new}).status_code == 422
    late = town.code(town.zoe)
    town.group.world.clock.advance(minutes=15)
    assert town.group.noor.post(town.page("/look"), {"code": late}).status_code == 422


def test_guessing_ends_after_ten_tries_and_codes_after_five(town: Town) -> None:
    code = town.code(town.zoe)
    for _ in range(10):
        assert town.group.noor.post(town.page("/look"), {"code": "WRNG-CDES"}).status_code == 422
    answer = town.group.noor.post(town.page("/link"), {"code": code})
    assert "te vaak een verkeerde code" in answer.text
    for _ in range(4):
        town.code(town.zoe)
    assert town.zoe.post(town.page("/code")).status_code == 422
    town.group.world.clock.advance(hours=1, seconds=1)
    assert town.group.noor.post(town.page("/look"), {"code": town.code(town.zoe)}).status_code == 200


def test_of_two_posts_at_once_one_links(town: Town) -> None:
    code, barrier = town.code(town.zoe), Barrier(2)
    ended: list[str] = []

    def post() -> None:
        barrier.wait()
        try:
            town.parts.links.link(town.zoe2.viewer, town.cohort_id, code)
            ended.append("linked")
        except Incomplete:
            ended.append("refused")

    threads = [Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["linked", "refused"]
    with town.parts.database.session() as session:
        assert len(session.scalars(select(AccountLink)).all()) == 1


def test_linking_again_is_refused_in_words(town: Town) -> None:
    town.link(town.zoe, town.zoe2)
    assert "al gekoppeld" in town.zoe2.post(town.page("/look"), {"code": town.code(town.zoe)}).text


def test_of_three_the_last_comes_off_first(town: Town) -> None:
    world = town.group.world
    third = world.platform("Het Lage Land")
    gast = world.launch(third, "gast", Role.TRAINER)
    with town.parts.database.session() as session:
        world.courses.bind_cohort(session, gast.course_id, town.cohort_id, town.group.trainer.viewer.person_id)
    zoe3 = world.launch(third, "zoe3", Role.PARTICIPANT, custom={"cohort": town.cohort_id})
    before = town.everything()
    town.link(town.zoe, town.zoe2)
    first = town.link_id()
    world.clock.advance(seconds=1)
    town.link(town.zoe, zoe3)
    answer = town.zoe.post(town.page("/unlink"), {"link": first})
    assert answer.status_code == 422
    assert "Maak eerst die koppeling los" in answer.text
    town.unlink(zoe3)
    town.unlink(town.zoe)
    assert town.everything() == before


def test_nobody_takes_somebody_elses_link_apart(town: Town) -> None:
    town.link(town.zoe, town.zoe2)
    assert town.group.noor.post(town.page("/unlink"), {"link": town.link_id()}).status_code == 404
    assert town.enrolments(town.zoe2) == ["participant"]


def test_it_stands_in_the_audit_trail(town: Town) -> None:
    town.link(town.zoe, town.zoe2)
    link_id = town.link_id()
    town.unlink(town.zoe2)
    done = town.parts.audit.last(20, outcome=DONE)
    said = {(one.account_id, one.what) for one in done if one.target_id == link_id}
    both = {town.zoe.viewer.account_id, town.zoe2.viewer.account_id}
    assert said == {(one, "linking.link") for one in both} | {(town.zoe2.viewer.account_id, "linking.unlink")}
    assert sum(one.what == "linking.code" for one in done) == 1


def test_who_is_erased_while_linked_is_erased_on_both_sides(town: Town) -> None:
    town.hand_in(town.zoe, "Geheim van het Zilverbos.")
    town.hand_in(town.zoe2, "Geheim van Kleurrijk.")
    town.link(town.zoe, town.zoe2)
    person_id = town.person_of(town.zoe)
    town.parts.erasing.erase(person_id)
    left = repr(town.everything())
    assert "Geheim" not in left
    assert "Höfen" not in left
    with town.parts.database.session() as session:
        assert session.scalars(select(AccountLink)).all() == []
