"""From the award rule to the issued certificate: once, and only when everything is there."""

import threading

import pytest
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.certificates.awards import LEASE
from lti_tool.certificates.models import Award, AwardState, Certificate, IssuingKey
from lti_tool.certificates.snapshot import snapshot_from_json
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.courses.models import Person
from lti_tool.errors import Invalid
from lti_tool.training.models import Cohort, Submission
from lti_tool.training.outcomes import CertificateCard
from tests.certificates.award import NAME, Ready, accept, all_accepted
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs


def certificates(parts: Parts) -> list[Certificate]:
    return list(parts.certificates.list())


def state(parts: Parts) -> str | None:
    with parts.database.session() as session:
        return session.scalar(select(Award.state))


def card(parts: Parts, ready: Ready) -> CertificateCard:
    with parts.database.session() as session:
        return parts.awards.card(session, ready.enrolment_id)


def test_a_certificate_follows_when_everything_is_accepted(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts)
    assert card(parts, ready).state == "queued"
    jobs.run()
    (certificate,) = certificates(parts)
    shown = card(parts, ready)
    assert (shown.state, shown.certificate_id) == ("issued", certificate.id)
    assert shown.url == f"http://localhost:8401/c/{certificate.id}"
    assert verify(certificate.credential.encode(), parts.certificates.trust(), now=parts.clock()).state is VerdictState.VALID
    assert verify(certificate.jwt.encode(), parts.certificates.trust(), now=parts.clock()).state is VerdictState.VALID


def test_the_snapshot_holds_what_was_accepted_when_and_of_which_version(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts)
    jobs.run()
    (certificate,) = certificates(parts)
    snapshot = snapshot_from_json(certificate.snapshot)
    assert snapshot.sha256() == certificate.snapshot_sha256
    assert snapshot.name == NAME
    assert snapshot.edition == "Regio Zuid 2026"
    assert [one.assignment for one in snapshot.accepted] == [
        assignment.key for assignment in parts.trainings["icc-vo"].assignments
    ]
    assert [phase.key for phase in snapshot.phases] == ["orientatie", "onderzoek", "uitvoering", "evaluatie"]
    assert {one.version for one in snapshot.accepted} == {1}
    assert len({one.content_sha256 for one in snapshot.accepted}) == 5
    assert ready.trainer_id not in certificate.snapshot
    assert ready.person_id not in certificate.snapshot


def test_an_assignment_that_is_only_handed_in_gives_no_award(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts, but="terugblik")
    jobs.run()
    assert (state(parts), certificates(parts), card(parts, ready).state) == (None, [], "none")


def test_the_certificate_waits_for_the_name(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts, name=None)
    assert jobs.run() == 0
    assert card(parts, ready).state == "waiting_name"
    with parts.database.session() as session:
        session.get_one(Person, ready.person_id).certificate_name = NAME
        parts.awards.follow_name(session, ready.person_id)
    jobs.run()
    assert card(parts, ready).state == "issued"


def test_the_certificate_waits_for_the_issuers_approval_of_the_cohort(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts, approved=False)
    assert jobs.run() == 0
    assert card(parts, ready).state == "waiting_approval"
    parts.cohorts.approve(ready.cohort_id)
    jobs.run()
    assert card(parts, ready).state == "issued"


def test_an_award_is_issued_once_whatever_is_told_again(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts)
    jobs.run()
    with parts.database.session() as session:
        parts.awards.follow_name(session, ready.person_id)
        parts.awards.follow_approval(session, ready.cohort_id)
    parts.awards.push()
    parts.awards.sweep()
    jobs.run()
    assert len(certificates(parts)) == 1


def test_two_workers_with_the_same_award_issue_one_certificate(parts: Parts, jobs: RecordingJobs) -> None:
    all_accepted(parts)
    (job,) = jobs.waiting_jobs
    ready = threading.Barrier(2)
    problems: list[BaseException] = []

    def work() -> None:
        ready.wait()
        try:
            parts.issuer.issue(job.key, job.number)
        except BaseException as problem:  # noqa: BLE001  # shown by the assertion below
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(certificates(parts)) == 1


def test_a_stale_job_number_does_nothing(parts: Parts, jobs: RecordingJobs) -> None:
    all_accepted(parts)
    (job,) = jobs.waiting_jobs
    parts.issuer.issue(job.key, job.number - 1)
    assert certificates(parts) == []


def test_a_job_that_was_lost_is_given_again_after_its_lease(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
    all_accepted(parts)
    jobs.waiting_jobs.clear()
    with parts.database.session() as session:
        session.scalars(select(Award)).one().claimed_until = clock() + LEASE
    parts.awards.sweep()
    assert jobs.waiting_jobs == []
    clock.advance(seconds=LEASE.total_seconds() + 1)
    parts.awards.sweep()
    parts.awards.sweep()
    assert jobs.run() == 1
    assert len(certificates(parts)) == 1


def test_what_nobody_told_the_award_of_is_noticed_by_the_sweeper(
    parts: Parts, jobs: RecordingJobs, clock: FakeClock
) -> None:
    ready = all_accepted(parts, approved=False, name=None)
    with parts.database.session() as session:
        session.get_one(Person, ready.person_id).certificate_name = NAME
        session.get_one(Cohort, ready.cohort_id).approved_at = clock()
    parts.awards.sweep()
    jobs.run()
    assert card(parts, ready).state == "issued"


def test_a_name_that_cannot_be_printed_is_asked_again_instead_of_leaving_a_gap(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts, name="Зоя 🎭 漢字")
    jobs.run()
    assert certificates(parts) == []
    assert card(parts, ready).state == "waiting_name"
    with parts.database.session() as session:
        assert session.get_one(Person, ready.person_id).certificate_name is None


def test_work_accepted_after_the_award_changes_nothing(parts: Parts, jobs: RecordingJobs) -> None:
    ready = all_accepted(parts, but="vervolgstappen")
    with parts.database.session() as session:
        assert session.scalar(select(Award.id)) is None
    other = all_accepted(parts, name="Łukasz Kowalczyk")
    jobs.run()
    assert card(parts, other).state == "issued"
    assert card(parts, ready).state == "none"
    assert state(parts) == AwardState.ISSUED


def test_revoking_shows_in_the_verdict_at_once_and_happens_once(parts: Parts, jobs: RecordingJobs) -> None:
    all_accepted(parts)
    jobs.run()
    (certificate,) = certificates(parts)
    before = parts.certificates.trust()
    parts.certificates.revoke(certificate.id, "per vergissing toegekend")
    assert verify(certificate.credential.encode(), before, now=parts.clock()).state is VerdictState.VALID
    assert (
        verify(certificate.credential.encode(), parts.certificates.trust(), now=parts.clock()).state is VerdictState.REVOKED
    )
    with pytest.raises(Invalid, match="revoked before"):
        parts.certificates.revoke(certificate.id, "nog een keer")
    with pytest.raises(Invalid, match="reason"):
        parts.certificates.revoke(certificate.id, " ")


def test_issuer_keys_survive_a_restart_and_stay_encrypted(parts: Parts) -> None:
    first = parts.certificates.did_document()
    assert parts.certificates.did_document() == first
    with parts.database.session() as session:
        stored = session.scalars(select(IssuingKey)).all()
        assert len(stored) == 3
        assert all("PRIVATE KEY" not in key.private_pem for key in stored)


def test_the_english_certificate_speaks_english(parts: Parts, jobs: RecordingJobs) -> None:
    all_accepted(parts, locale="en")
    jobs.run()
    (certificate,) = certificates(parts)
    assert snapshot_from_json(certificate.snapshot).language == "en"


def test_a_late_acceptance_completes_the_rule(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
    ready = all_accepted(parts, but="vervolgstappen")
    clock.advance(days=30)
    with parts.database.session() as session:
        session.delete(session.scalars(select(Submission).where(Submission.assignment_key == "vervolgstappen")).one())
    accept(parts, ready, "vervolgstappen")
    jobs.run()
    (certificate,) = certificates(parts)
    snapshot = snapshot_from_json(certificate.snapshot)
    assert (snapshot.ended_at - snapshot.started_at).days == 30
