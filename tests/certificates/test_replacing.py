"""Another name, sharing and erasing: the old certificate says what happened, and nothing that was signed changes."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from lti_tool.app import Parts, create_app
from lti_tool.certificates.issue_log_check import as_log, check_log
from lti_tool.certificates.models import Award, Certificate, DecisionKind
from lti_tool.certificates.problems import NameNotPrintable
from lti_tool.certificates.service import CertificateUnknown
from lti_tool.certificates.snapshot import snapshot_from_json
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.courses.models import Person
from lti_tool.errors import Invalid
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import People, launched
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs

HTML = {"Accept": "text/html"}
NEW = "Zoë Çelik"


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts, jobs: RecordingJobs) -> Ready:
    made = all_accepted(parts)
    jobs.run()
    return made


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


@pytest.fixture
def old(parts: Parts, ready: Ready) -> Certificate:
    assert ready
    return parts.certificates.list()[0]


def log_of(parts: Parts) -> list[tuple[str, str]]:
    return [(entry.what, entry.certificate_id) for entry in parts.issue_log.entries()]


def test_the_new_one_says_the_new_name_and_all_else_as_before(parts: Parts, old: Certificate, clock: FakeClock) -> None:
    clock.advance(days=30)
    made = parts.replacements.replace(old.id, NEW, "Naam gewijzigd na huwelijk", "Iris")
    new = parts.certificates.get(made)
    before, after = snapshot_from_json(old.snapshot), snapshot_from_json(new.snapshot)
    assert (before.name, after.name) == (NAME, NEW)
    assert (after.awarded_at, after.phases, after.accepted) == (before.awarded_at, before.phases, before.accepted)
    assert after.subject_id != before.subject_id
    assert (new.status_list, new.status_index) != (old.status_list, old.status_index)
    assert new.issued_at == clock()
    assert json.loads(new.credential)["proof"]["created"].startswith("2026-12-23")
    trust = parts.certificates.trust()
    assert verify(new.credential.encode(), trust, now=clock()).state is VerdictState.VALID
    told = verify(old.credential.encode(), trust, now=clock())
    assert (told.state, told.successor) == (VerdictState.REPLACED, after.url)


def test_the_old_page_says_that_it_was_replaced_and_leads_to_the_new_one(parts: Parts, app: Flask, old: Certificate) -> None:
    made = parts.replacements.replace(old.id, NEW, "Tikfout in de naam")
    page = app.test_client().get(f"/c/{old.id}", headers=HTML).text
    assert "Dit certificaat is vervangen" in page
    assert f"/c/{made}" in page
    assert "Tikfout in de naam" in page
    assert "Dit certificaat is geldig" in app.test_client().get(f"/c/{made}", headers=HTML).text
    assert [row["state"] for row in parts.certificates.rows()] == ["replaced", "issued"]


def test_the_holder_then_has_the_new_one(parts: Parts, ready: Ready, people: People, old: Certificate) -> None:
    made = parts.replacements.replace(old.id, NEW, "Tikfout")
    page = people.participant.page(f"/cohort/{ready.cohort_id}/certificate")
    assert f"/c/{made}" in page
    assert f"/c/{old.id}" not in page
    with parts.database.session() as session:
        assert parts.awards.card(session, ready.enrolment_id).certificate_id == made
        assert session.get_one(Person, ready.person_id).certificate_name == NEW


@pytest.mark.parametrize("name", ["", "x", NAME, "zoe@school.example", "a\nb\x00c", "z" * 201])
def test_a_name_that_cannot_be_used_replaces_nothing(parts: Parts, old: Certificate, name: str) -> None:
    with pytest.raises(Invalid):
        parts.replacements.replace(old.id, name, "Tikfout")
    assert [one.id for one in parts.certificates.list()] == [old.id]
    assert log_of(parts) == [("issued", old.id)]


def test_a_name_that_cannot_be_printed_replaces_nothing(parts: Parts, old: Certificate) -> None:
    with pytest.raises(NameNotPrintable):
        parts.replacements.replace(old.id, "漢字", "Tikfout")
    assert parts.certificates.get(old.id).revoked_at is None


def test_a_certificate_is_replaced_once(parts: Parts, old: Certificate) -> None:
    parts.replacements.replace(old.id, NEW, "Tikfout")
    with pytest.raises(Invalid, match="replaced already"):
        parts.replacements.replace(old.id, "Iemand Anders", "Nog een")
    with pytest.raises(Invalid, match="revoked before"):
        parts.certificates.revoke(old.id, "Nog eens")
    with pytest.raises(CertificateUnknown):
        parts.replacements.replace("unknown", NEW, "Tikfout")
    with parts.database.session() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == 2


def test_the_participant_asks_and_the_issuer_gives_the_name(
    parts: Parts, ready: Ready, people: People, old: Certificate
) -> None:
    with pytest.raises(Invalid, match="--name"):
        parts.replacements.replace(old.id, None, "Op verzoek")
    own = f"/cohort/{ready.cohort_id}/certificate"
    assert people.participant.post(f"{own}/name", {"certificate_name": NEW}).status_code == 303
    asked = people.participant.page(own)
    assert "Je vroeg om een andere naam" in asked
    assert NEW in asked
    assert parts.certificates.rows()[0]["problem"] == "another name is asked for"
    made = parts.replacements.replace(old.id, None, "Op verzoek")
    assert snapshot_from_json(parts.certificates.get(made).snapshot).name == NEW
    assert "Je vroeg om een andere naam" not in people.participant.page(own)


def test_the_participant_asks_and_reads_why_the_name_stays(
    parts: Parts, ready: Ready, people: People, old: Certificate
) -> None:
    own = f"/cohort/{ready.cohort_id}/certificate"
    people.participant.post(f"{own}/name", {"certificate_name": "De Beste"})
    parts.replacements.keep_name(old.id, "Dit is geen naam van een persoon.", "Iris")
    page = people.participant.page(own)
    assert "Je naam blijft zoals hij is" in page
    assert "Dit is geen naam van een persoon." in page
    with pytest.raises(Invalid, match="no other name"):
        parts.replacements.keep_name(old.id, "Nog eens")


def test_a_name_that_is_asked_and_cannot_be_one_is_refused_on_the_page(ready: Ready, people: People) -> None:
    answer = people.participant.post(f"/cohort/{ready.cohort_id}/certificate/name", {"certificate_name": "x@y.nl"})
    assert answer.status_code == 422
    assert "Dit lijkt een e-mailadres" in answer.text
    assert 'value="x@y.nl"' in answer.text


def test_sharing_off_hides_the_name_and_all_forms_from_strangers(
    app: Flask, ready: Ready, people: People, old: Certificate
) -> None:
    own, stranger = f"/cohort/{ready.cohort_id}/certificate", app.test_client()
    assert NAME in stranger.get(f"/c/{old.id}", headers=HTML).text
    assert people.participant.post(f"{own}/sharing", {"shared": "0"}).status_code == 303
    page = stranger.get(f"/c/{old.id}", headers=HTML)
    assert page.status_code == 200
    assert "Dit certificaat is geldig" in page.text
    assert "Cultuurcoördinator VO" in page.text
    assert "De houder deelt niet van wie dit certificaat is" in page.text
    assert NAME not in page.text
    assert "Çelik" not in page.text
    for form in ("json", "jwt", "pdf", "png", "svg"):
        answer = stranger.get(f"/c/{old.id}.{form}")
        assert answer.status_code == 403
        assert "Çelik".encode() not in answer.data
        assert b"\\u00c7elik" not in answer.data
        assert people.participant.get(f"{own}/file/{form}").status_code == 200
    for media_type in ("application/json", "application/vc+ld+json", "application/jwt"):
        assert stranger.get(f"/c/{old.id}", headers={"Accept": media_type}).status_code == 403
    assert people.participant.post(f"{own}/sharing", {"shared": "1"}).status_code == 303
    assert NAME in stranger.get(f"/c/{old.id}", headers=HTML).text
    assert stranger.get(f"/c/{old.id}.json").status_code == 200


def test_a_successor_is_shared_as_its_predecessor_was(parts: Parts, ready: Ready, people: People, old: Certificate) -> None:
    people.participant.post(f"/cohort/{ready.cohort_id}/certificate/sharing", {"shared": "0"})
    made = parts.replacements.replace(old.id, NEW, "Tikfout")
    assert not parts.certificates.get(made).shared


def test_nobody_else_reaches_the_holders_page_or_files(ready: Ready, people: People) -> None:
    own = f"/cohort/{ready.cohort_id}/certificate"
    for path in ("", "/why", "/snapshot.json", "/file/pdf", "/file/json", "/file/jwt", "/portfolio.zip"):
        assert people.stranger.get(f"{own}{path}").status_code == 404
    assert people.trainer.get(f"{own}/file/pdf").status_code == 404
    assert people.trainer.get(own).location == f"/cohort/{ready.cohort_id}/awards"
    for path in ("/sharing", "/name"):
        assert people.stranger.post(f"{own}{path}").status_code == 404
        assert people.trainer.post(f"{own}{path}").status_code == 404


def test_erasing_takes_the_name_and_all_forms_and_leaves_number_hash_and_status(
    parts: Parts, app: Flask, ready: Ready, people: People, old: Certificate
) -> None:
    made = parts.replacements.replace(old.id, NEW, "Tikfout")
    credential = parts.certificates.get(made).credential
    parts.certificates.pdf(made)
    assert parts.erasures.erase_holder(made, "Iris") == 2
    assert parts.erasures.erase_holder(old.id) == 0
    for certificate in parts.certificates.list():
        assert (certificate.snapshot, certificate.credential, certificate.jwt, certificate.pdf) == ("", "", "", None)
        assert len(certificate.snapshot_sha256) == 64
        for form in ("", ".json", ".jwt", ".pdf", ".png", ".svg"):
            answer = app.test_client().get(f"/c/{certificate.id}{form}", headers=HTML)
            assert answer.status_code == 410
            assert "De gegevens van dit certificaat zijn gewist" in answer.text
    with parts.database.session() as session:
        assert session.get_one(Person, ready.person_id).certificate_name is None
        assert parts.awards.card(session, ready.enrolment_id).state == "erased"
    assert verify(credential.encode(), parts.certificates.trust(), now=parts.clock()).state is VerdictState.VALID
    assert "Je hebt de gegevens van je certificaat laten wissen" in people.participant.page(f"/cohort/{ready.cohort_id}")
    assert people.participant.get(f"/cohort/{ready.cohort_id}/certificate/file/pdf").status_code == 404


def test_an_erased_certificate_can_still_be_revoked_and_the_log_goes_on(parts: Parts, old: Certificate) -> None:
    parts.erasures.erase_holder(old.id)
    parts.certificates.revoke(old.id, "Onterecht toegekend")
    assert log_of(parts) == [("issued", old.id), ("revoked", old.id)]
    assert len({entry.credential_sha256 for entry in parts.issue_log.entries()}) == 1
    assert check_log(as_log(parts.issue_log.as_json(entries=True), "log")) == []


def test_every_decision_is_kept_with_who_and_why(parts: Parts, old: Certificate) -> None:
    made = parts.replacements.replace(old.id, NEW, "Tikfout", "Iris")
    parts.certificates.revoke(made, "Onterecht", "Joost")
    with parts.database.session() as session:
        award_id = session.scalars(select(Award.id)).one()
    decisions = parts.explanations.for_issuer(award_id).decisions
    assert [(one.kind, one.by, one.reason) for one in decisions] == [
        (DecisionKind.REPLACED, "Iris", "Tikfout"),
        (DecisionKind.REVOKED, "Joost", "Onterecht"),
    ]
    assert log_of(parts) == [("issued", old.id), ("replaced", old.id), ("issued", made), ("revoked", made)]
