"""Award by approval: the trainer proposes, the issuer decides, nobody does both, and every decision is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.deciding import NotDue, SameEyes
from lti_tool.certificates.models import Award, AwardState, DecisionKind
from lti_tool.config import Settings
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.training.models import Submission
from lti_tool.training.outcomes import CertificateCard
from mappings.progress import OutcomeState
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import APPROVAL, TRAINER, People, launched, write_training
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs

ISSUER = "Iris van de Uitgever"


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs, tmp_path: Path) -> Iterator[Parts]:
    """The application, with a training that is awarded by approval."""
    own = settings.model_copy(update={"trainings_dir": write_training(tmp_path / "trainings")})
    composed = compose(own, clock=clock, database=database, engine=jobs, make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts) -> Ready:
    return all_accepted(parts, training_key=APPROVAL)


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


def award(parts: Parts) -> Award:
    with parts.database.session() as session:
        return session.scalars(select(Award)).one()


def card(parts: Parts, ready: Ready) -> CertificateCard:
    with parts.database.session() as session:
        return parts.awards.card(session, ready.enrolment_id)


def test_an_award_by_approval_waits_for_the_proposal_then_for_the_decision(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    assert jobs.run() == 0
    assert card(parts, ready).state == "waiting_proposal"
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    assert jobs.run() == 0
    assert card(parts, ready).state == "waiting_decision"
    parts.decisions.approve(award(parts).id, ISSUER)
    jobs.run()
    assert card(parts, ready).state == "issued"
    kinds = [(one.kind, one.by) for one in parts.explanations.for_issuer(award(parts).id).decisions]
    assert kinds == [(DecisionKind.PROPOSED, TRAINER), (DecisionKind.APPROVED, ISSUER)]


def test_the_issuers_decision_waits_for_a_proposal(parts: Parts, ready: Ready) -> None:
    assert ready
    with pytest.raises(NotDue, match="waiting_proposal"):
        parts.decisions.approve(award(parts).id, ISSUER)
    with pytest.raises(NotFound):
        parts.decisions.approve("unknown", ISSUER)


@pytest.mark.parametrize("name", [TRAINER, "tess trainer", " TESS  Trainer "])
def test_who_proposed_or_accepted_the_last_work_may_not_approve(parts: Parts, people: People, name: str) -> None:
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    with pytest.raises(SameEyes):
        parts.decisions.approve(award(parts).id, name)
    assert award(parts).state == AwardState.WAITING_DECISION


def test_a_declined_award_tells_both_why_and_can_be_proposed_again(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    with pytest.raises(Invalid, match="reason"):
        parts.decisions.decline(award(parts).id, ISSUER, "  ")
    parts.decisions.decline(award(parts).id, ISSUER, "De terugblik mist het effect op school.")
    assert card(parts, ready).state == "declined"
    assert parts.awards.push() == 0
    parts.awards.sweep()
    assert jobs.run() == 0
    for page in (
        people.participant.page(f"/cohort/{ready.cohort_id}/certificate/why"),
        people.trainer.page(f"/cohort/{ready.cohort_id}/awards"),
        people.trainer.page(f"/award/{award(parts).id}"),
    ):
        assert "De terugblik mist het effect op school." in page
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    parts.decisions.approve(award(parts).id, ISSUER)
    jobs.run()
    assert card(parts, ready).state == "issued"
    assert [one.kind for one in parts.explanations.for_issuer(award(parts).id).decisions] == [
        DecisionKind.PROPOSED,
        DecisionKind.DECLINED,
        DecisionKind.PROPOSED,
        DecisionKind.APPROVED,
    ]


def test_only_a_trainer_of_the_participant_proposes_and_sees_the_dossier(parts: Parts, ready: Ready, people: People) -> None:
    for somebody in (people.participant, people.stranger):
        assert somebody.get(f"/award/{award(parts).id}").status_code == 404
        assert somebody.post(f"/award/{award(parts).id}/propose").status_code == 404
        assert somebody.get(f"/cohort/{ready.cohort_id}/awards").status_code == 404
    assert award(parts).state == AwardState.WAITING_PROPOSAL


def test_the_trainer_proposes_from_the_dossier_once(parts: Parts, ready: Ready, people: People) -> None:
    listed = people.trainer.page(f"/cohort/{ready.cohort_id}/awards")
    assert f"/award/{award(parts).id}" in listed
    dossier = people.trainer.page(f"/award/{award(parts).id}")
    assert f"akkoord gegeven door {TRAINER} op 23 november 2026" in dossier
    assert dossier.count("/review/") == 5
    assert "Draag voor bij LKCA" in dossier
    assert people.trainer.post(f"/award/{award(parts).id}/propose").status_code == 303
    assert "Draag voor bij LKCA" not in people.trainer.page(f"/award/{award(parts).id}")
    assert people.trainer.post(f"/award/{award(parts).id}/propose").status_code == 409
    assert len(parts.explanations.for_issuer(award(parts).id).decisions) == 1


def test_what_was_taken_back_after_the_rule_held_is_not_proposed(parts: Parts, people: People) -> None:
    with parts.database.session() as session:
        session.scalars(select(Submission)).first().state = OutcomeState.RETURNED  # type: ignore[union-attr]
    with pytest.raises(NotDue, match="rule does not hold"):
        parts.decisions.propose(people.trainer.viewer, award(parts).id)


def test_an_approval_does_not_outlive_the_rule(parts: Parts, people: People, jobs: RecordingJobs) -> None:
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    parts.decisions.approve(award(parts).id, ISSUER)
    with parts.database.session() as session:
        session.scalars(select(Submission)).first().state = OutcomeState.RETURNED  # type: ignore[union-attr]
    jobs.run()
    assert parts.certificates.list() == []
    left = award(parts)
    assert (left.state, left.proposed_at, left.approved_at) == (AwardState.WAITING_APPROVAL, None, None)


def test_the_name_is_asked_before_or_after_the_decision(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    with parts.database.session() as session:
        session.get_one(Person, ready.person_id).certificate_name = None
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    parts.decisions.approve(award(parts).id, ISSUER)
    assert card(parts, ready).state == "waiting_name"
    assert people.participant.post(f"/cohort/{ready.cohort_id}/name", {"certificate_name": NAME}).status_code == 303
    jobs.run()
    assert card(parts, ready).state == "issued"


def test_a_participant_reads_who_decides_and_what_is_wanting(parts: Parts, ready: Ready, people: People) -> None:
    with parts.database.session() as session:
        session.get_one(Person, ready.person_id).certificate_name_at = parts.clock()
    home = people.participant.page(f"/cohort/{ready.cohort_id}")
    assert "Je trainer draagt je certificaat voor bij LKCA" in home
    assert "Voordracht door je trainer" in people.participant.page(f"/cohort/{ready.cohort_id}/name")
    parts.decisions.propose(people.trainer.viewer, award(parts).id)
    assert "Je certificaat is voorgedragen" in people.participant.page(f"/cohort/{ready.cohort_id}")
    why = people.participant.page(f"/cohort/{ready.cohort_id}/certificate/why")
    assert "Voorgedragen" in why
    assert "/review/" not in why
