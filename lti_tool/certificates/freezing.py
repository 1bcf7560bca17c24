"""Freezing: from the rows of an award to the snapshot that its certificate rests on."""

import hashlib
import json
from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import outcomes_of, rule_applied
from lti_tool.certificates.models import Award
from lti_tool.certificates.problems import CertificateProblem
from lti_tool.certificates.snapshot import (
    Accepted,
    AttendedMeeting,
    AwardedAchievement,
    CertificateLines,
    ContactHoursMet,
    IssuerFacts,
    Language,
    PhaseResult,
    Snapshot,
)
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.models import Person
from lti_tool.training.contact_hours import attended
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from mappings.progress import OutcomeState, phase_progress
from mappings.training import Training


class RuleBroken(CertificateProblem):
    """The award rule does not hold any more, or the name or the approval is missing: nothing is issued."""


def freeze(
    session: Session, settings: Settings, clock: Clock, training: Training, award: Award, certificate_id: str
) -> Snapshot:
    """Return the frozen facts of an award, read in one transaction.

    Args:
        certificate_id: of the certificate that will rest on it.

    Raises:
        RuleBroken: the rule does not hold, the cohort is not approved, or the name is not confirmed.
    """
    enrolment = session.get_one(Enrolment, award.enrolment_id)
    cohort = session.get_one(Cohort, enrolment.cohort_id)
    person = session.get_one(Person, award.person_id)
    outcomes = outcomes_of(session, enrolment.id)
    holds = rule_applied(session, training, enrolment.id).holds
    if not holds or cohort.approved_at is None or person.certificate_name is None:
        raise RuleBroken("the award rule does not hold")
    now = clock()
    results = {result.key: result for result in training.achievement.results}
    phases = tuple(
        PhaseResult(
            key=progress.phase.key,
            name=progress.phase.name,
            result=results[progress.phase.key].name,
            evidence=results[progress.phase.key].evidence,
            completed_at=progress.complete_at or now,
        )
        for progress in phase_progress(training, outcomes)
    )
    accepted = _accepted(session, training, enrolment.id)
    lines = training.certificate
    return Snapshot(
        certificate_id=certificate_id,
        subject_id=f"urn:uuid:{uuid4()}",
        base_url=settings.base_url,
        language=Language.EN if person.locale == "en" else Language.NL,
        name=person.certificate_name,
        training_key=training.key,
        training_version=training.version,
        achievement=awarded_achievement(training),
        hours=training.achievement.hours,
        started_at=enrolment.created_at,
        ended_at=max(one.accepted_at for one in accepted),
        awarded_at=now,
        edition=cohort.name,
        phases=phases,
        accepted=accepted,
        rule=training.award.text,
        lines=CertificateLines(
            heading=lines.heading,
            body=lines.line_body,
            period=lines.line_period,
            edition=lines.line_edition,
            award=lines.line_award,
            verify=lines.line_verify,
            seal=lines.line_seal,
        ),
        issuer=IssuerFacts(settings.issuer_name, settings.issuer_url),
        contact_hours=_contact_hours(session, training, enrolment.id),
    )


def _contact_hours(session: Session, training: Training, enrolment_id: str) -> ContactHoursMet | None:
    needed = training.award.contact_minutes_needed
    if not needed:
        return None
    meetings = tuple(AttendedMeeting(one.title, one.starts_at, one.minutes) for one in attended(session, enrolment_id))
    return ContactHoursMet(needed, sum(one.minutes for one in meetings), meetings)


def awarded_achievement(training: Training) -> AwardedAchievement:
    """Return the achievement of a training as it is awarded now."""
    achievement = training.achievement
    return AwardedAchievement(
        key=achievement.key,
        version=achievement.version,
        human_code=achievement.human_code,
        type=achievement.type,
        name=achievement.name,
        description=achievement.description,
        criteria=achievement.criteria,
        tags=achievement.tags,
    )


def accepted_versions(session: Session, enrolment_id: str) -> Mapping[str, tuple[Submission, SubmissionVersion, Review]]:
    """Return which version was accepted last, and by which review, for each assignment of an enrolment."""
    rows = session.execute(
        select(Submission, SubmissionVersion, Review)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .join(Review, Review.version_id == SubmissionVersion.id)
        .where(Submission.enrolment_id == enrolment_id, Review.verdict == OutcomeState.ACCEPTED)
        .order_by(Review.reviewed_at)
    )
    return {submission.assignment_key: (submission, version, review) for submission, version, review in rows}


def _accepted(session: Session, training: Training, enrolment_id: str) -> tuple[Accepted, ...]:
    found = accepted_versions(session, enrolment_id)
    return tuple(
        Accepted(
            assignment=assignment.key,
            phase=training.phase_of(assignment).key,
            title=assignment.title,
            accepted_at=review.reviewed_at,
            accepted_by=reference(review.reviewer_id, enrolment_id),
            version=version.number,
            content_sha256=content_sha256(version),
        )
        for assignment in training.assignments
        if assignment.key in found
        for _submission, version, review in (found[assignment.key],)
    )


def content_sha256(version: SubmissionVersion) -> str:
    """Return the SHA-256 of what a version holds: text, link and the hashes of its files."""
    content = {"text": version.text, "link": version.link, "files": sorted(file.sha256 for file in version.files)}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def reference(person_id: str, enrolment_id: str) -> str:
    """Return a reference to a trainer that says the same of one person within one certificate, and nothing outside it."""
    return hashlib.sha256(f"{person_id}:{enrolment_id}".encode()).hexdigest()[:22]
