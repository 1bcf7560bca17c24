"""What the issuer does in the console: once, by somebody else than who proposed, and kept with the name and the account."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.certificates.models import Award, AwardDecision, AwardState, DecisionKind
from lti_tool.certificates.snapshot import snapshot_from_json
from lti_tool.courses.models import Person
from lti_tool.signin.gate import Role
from tests.certificates.award import NAME, Ready
from tests.certificates.decided import TRAINER, People
from tests.console.conftest import Desk, award_of
from tests.recording_jobs import RecordingJobs

REASON = "De terugblik mist het effect op school."


def at(award_id: str, deed: str = "") -> str:
    return f"/console/certificates/{award_id}/{deed}".rstrip("/")


def kinds(parts: Parts, award_id: str) -> list[tuple[DecisionKind, str | None, str | None]]:
    with parts.database.session() as session:
        query = select(AwardDecision).where(AwardDecision.award_id == award_id).order_by(AwardDecision.number)
        return [(DecisionKind(row.kind), row.by_name, row.by_staff_id) for row in session.scalars(query)]


def noted(parts: Parts, desk: Desk) -> list[str]:
    return [one.what for one in parts.audit.last(50, account_id=desk.member.id, outcome=DONE) if "signin" not in one.what]


def test_a_proposal_is_approved_once_although_the_form_is_sent_twice(
    parts: Parts, iris: Desk, proposed: str, jobs: RecordingJobs
) -> None:
    page = iris.page(at(proposed, "approve"))
    assert "Dit gebeurt er" in page
    assert award_of(parts).state == AwardState.WAITING_DECISION
    for _time in range(2):
        assert iris.post(at(proposed, "approve"), {"seen": "1"}).status_code == 303
    jobs.run()
    assert len(parts.certificates.list()) == 1
    assert kinds(parts, proposed)[1:] == [(DecisionKind.APPROVED, "Iris de Vries", iris.member.id)]
    assert noted(parts, iris) == ["certificates.approved"]
    dossier = iris.page(at(proposed))
    for words in (NAME, "Goedgekeurd", "Iris de Vries", "Toegekend", "Regel 1", parts.certificates.list()[0].id):
        assert words in dossier, words


def test_who_bears_the_name_of_the_trainer_cannot_approve(parts: Parts, sit: Callable[..., Desk], proposed: str) -> None:
    namesake = sit(Role.ISSUER, name=TRAINER.upper())
    assert "Een collega moet dit goedkeuren" in namesake.page(at(proposed))
    refused = namesake.post(at(proposed, "approve"), {"seen": "1"})
    assert (refused.status_code, "Een collega moet dit goedkeuren" in refused.text) == (409, True)
    assert award_of(parts).state == AwardState.WAITING_DECISION


def test_the_account_that_proposed_cannot_approve_under_another_name(
    parts: Parts, iris: Desk, sit: Callable[..., Desk], proposed: str
) -> None:
    with parts.database.session() as session:
        session.scalars(select(AwardDecision)).one().by_staff_id = iris.member.id
    assert at(proposed, "approve") not in iris.page(at(proposed))
    assert iris.post(at(proposed, "approve"), {"seen": "1"}).status_code == 409
    assert sit(Role.ISSUER, name="Ilse").post(at(proposed, "approve"), {"seen": "1"}).status_code == 303
    assert award_of(parts).approved_at is not None


def test_a_refusal_needs_a_reason_that_trainer_and_participant_read(
    parts: Parts, iris: Desk, people: People, proposed: str
) -> None:
    without = iris.post(at(proposed, "decline"), {"seen": "1", "reason": "  "})
    assert (without.status_code, "Schrijf een reden" in without.text) == (422, True)
    assert iris.post(at(proposed, "decline"), {"seen": "1", "reason": REASON}).status_code == 303
    assert award_of(parts).state == AwardState.DECLINED
    assert REASON in people.trainer.page(f"/award/{proposed}")


def test_a_form_that_is_about_how_things_were_does_nothing(
    parts: Parts, iris: Desk, sit: Callable[..., Desk], proposed: str
) -> None:
    ilse = sit(Role.ISSUER, name="Ilse")
    assert ilse.post(at(proposed, "decline"), {"seen": "1", "reason": REASON}).status_code == 303
    late = iris.post(at(proposed, "approve"), {"seen": "1"})
    assert (late.status_code, "Iemand anders was je voor" in late.text) == (409, True)
    assert award_of(parts).state == AwardState.DECLINED


def test_a_certificate_is_revoked_with_a_reason_that_its_page_says(parts: Parts, iris: Desk, issued: str) -> None:
    certificate = parts.certificates.list()[0]
    form = {"seen": "0", "certificate": certificate.id, "reason": "Twee keer toegekend"}
    assert iris.post(at(issued, "revoke"), {**form, "certificate": "of another"}).status_code == 400
    for _time in range(2):
        assert iris.post(at(issued, "revoke"), form).status_code == 303
    assert "Twee keer toegekend" in iris.client.get(f"/c/{certificate.id}", headers={"Accept": "text/html"}).text
    assert kinds(parts, issued) == [(DecisionKind.REVOKED, "Iris de Vries", iris.member.id)]
    assert "Ingetrokken" in iris.page(at(issued))


def test_a_corrected_name_gives_one_new_certificate_and_the_old_one_says_so(parts: Parts, iris: Desk, issued: str) -> None:
    old = parts.certificates.list()[0]
    form = {"seen": "0", "certificate": old.id, "reason": "Tikfout", "name": NAME}
    same = iris.post(at(issued, "replace"), form)
    assert (same.status_code, "staat al op het certificaat" in same.text) == (422, True)
    unprintable = iris.post(at(issued, "replace"), {**form, "name": "زوي"})
    assert (unprintable.status_code, "Latijnse letters" in unprintable.text) == (422, True)
    for _time in range(2):
        assert iris.post(at(issued, "replace"), {**form, "name": "Zoë Çelik"}).status_code == 303
    before, after = sorted(parts.certificates.list(), key=lambda one: one.replaced_by_id is None)
    assert (before.replaced_by_id, snapshot_from_json(after.snapshot).name) == (after.id, "Zoë Çelik")
    dossier = iris.page(at(old.id))
    assert dossier.index(after.id) < dossier.index(old.id)


def test_who_gave_the_name_otherwise_gets_a_certificate_by_hand(
    parts: Parts, iris: Desk, proposed: str, ready: Ready, jobs: RecordingJobs
) -> None:
    with parts.database.session() as session:
        session.get_one(Person, ready.person_id).certificate_name = None
    iris.post(at(proposed, "approve"), {"seen": "1"})
    assert award_of(parts).state == AwardState.WAITING_NAME
    form = {"seen": "2", "reason": "Naam per telefoon doorgegeven", "name": ""}
    nameless = iris.post(at(proposed, "issue"), form)
    assert (nameless.status_code, "Geef de naam in." in nameless.text) == (422, True)
    for _time in range(2):
        assert iris.post(at(proposed, "issue"), {**form, "name": "Piet de Wit"}).status_code == 303
    jobs.run()
    (certificate,) = parts.certificates.list()
    assert snapshot_from_json(certificate.snapshot).name == "Piet de Wit"
    assert kinds(parts, proposed)[-1] == (DecisionKind.BY_HAND, "Iris de Vries", iris.member.id)


def test_nobody_is_passed_over_by_hand(parts: Parts, iris: Desk, ready: Ready) -> None:
    assert ready
    award_id = award_of(parts).id
    assert iris.client.get(at(award_id, "issue")).status_code == 303
    assert iris.post(at(award_id, "issue"), {"seen": "0", "reason": REASON}).status_code == 409
    assert kinds(parts, award_id) == []


def test_erasing_wants_to_be_sure_and_leaves_the_number(parts: Parts, iris: Desk, issued: str) -> None:
    certificate = parts.certificates.list()[0]
    form = {"seen": "0", "certificate": certificate.id}
    unsure = iris.post(at(issued, "erase"), form)
    assert (unsure.status_code, "Zet een vinkje" in unsure.text) == (422, True)
    assert iris.post(at(issued, "erase"), {**form, "sure": "1"}).status_code == 303
    dossier = iris.page(at(issued))
    assert certificate.id in dossier
    assert NAME not in dossier
    assert iris.client.get(f"{at(issued)}/file/{certificate.id}/pdf").status_code == 404


def test_the_holders_question_for_another_name_is_answered(parts: Parts, iris: Desk, issued: str) -> None:
    certificate = parts.certificates.list()[0]
    with parts.database.session() as session:
        session.merge(certificate).wanted_name = "Zoë Çelik"
    assert "Gevraagd: Zoë Çelik" in iris.page(at(issued))
    assert 'value="Zoë Çelik"' in iris.page(at(issued, "replace"))
    form = {"seen": "0", "certificate": certificate.id, "reason": "Dit staat in je paspoort"}
    assert iris.post(at(issued, "keep-name"), form).status_code == 303
    assert parts.certificates.get(certificate.id).wanted_name is None


@pytest.mark.parametrize(("form", "begins"), [("json", b"{"), ("jwt", b"ey"), ("svg", b"<"), ("png", b"\x89PNG")])
def test_the_issuer_downloads_what_the_holder_does_not_share(
    parts: Parts, iris: Desk, issued: str, form: str, begins: bytes
) -> None:
    certificate = parts.certificates.list()[0]
    with parts.database.session() as session:
        session.merge(certificate).shared = False
    answer = iris.client.get(f"{at(issued)}/file/{certificate.id}/{form}")
    assert (answer.status_code, answer.data[: len(begins)]) == (200, begins)
    assert noted(parts, iris) == ["certificates.download"]


def test_a_problem_is_told_in_words(parts: Parts, iris: Desk, ready: Ready) -> None:
    assert ready
    award_id = award_of(parts).id
    with parts.database.session() as session:
        award = session.get_one(Award, award_id)
        award.state, award.last_error = AwardState.QUEUED, "not printable: edition"
    for page in ("/console/certificates?status=waiting", at(award_id)):
        assert "tekens die niet gedrukt kunnen worden" in iris.page(page)
    assert "kon niet gemaakt worden" in iris.page("/console/")
