"""A participant who has done everything, as rows, and the application over them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.app import Parts
from lti_tool.courses.models import Person
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import OutcomeChanged
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role

NAME = "Zoë van ’t Höfen-Çelik"


@dataclass(frozen=True)
class Ready:
    """Ids of what `all_accepted` made."""

    cohort_id: str
    enrolment_id: str
    person_id: str
    trainer_id: str


def all_accepted(
    parts: Parts,
    *,
    approved: bool = True,
    name: str | None = NAME,
    but: str | None = None,
    locale: str = "nl",
    training_key: str = "icc-vo",
) -> Ready:
    """Make a participant whose assignments are all accepted, and tell the award service of the last one.

    Args:
        but: an assignment that is only handed in.
    """
    training, now = parts.trainings[training_key], parts.clock()
    with parts.database.session() as session:
        trainer, person = Person(created_at=now), Person(created_at=now, certificate_name=name, locale=locale)
        cohort = Cohort(
            training_key=training_key, name="Regio Zuid 2026", created_at=now, approved_at=now if approved else None
        )
        session.add_all((trainer, person, cohort))
        session.flush()
        enrolment = Enrolment(cohort_id=cohort.id, person_id=person.id, role=Role.PARTICIPANT, created_at=now)
        session.add(enrolment)
        session.flush()
        ready = Ready(cohort.id, enrolment.id, person.id, trainer.id)
    for assignment in training.assignments:
        accept(parts, ready, assignment.key, accepted=assignment.key != but)
    return ready


def accept(parts: Parts, ready: Ready, key: str, *, accepted: bool = True) -> None:
    """Hand in work and accept it, as `training` would, followers included."""
    now = parts.clock()
    with parts.database.session() as session:
        state = OutcomeState.ACCEPTED if accepted else OutcomeState.SUBMITTED
        submission = Submission(
            enrolment_id=ready.enrolment_id, assignment_key=key, state=state, origin=Origin.TOOL, changed_at=now
        )
        session.add(submission)
        session.flush()
        version = SubmissionVersion(
            submission_id=submission.id, number=1, text=f"Werk voor {key}", handed_in_at=now, receipt="V1-TEST"
        )
        session.add(version)
        session.flush()
        if accepted:
            session.add(Review(version_id=version.id, reviewer_id=ready.trainer_id, verdict="accepted", reviewed_at=now))
        session.flush()
        _tell(parts, session, ready, submission, state)


def _tell(parts: Parts, session: Session, ready: Ready, submission: Submission, state: OutcomeState) -> None:
    parts.awards.follow_outcome(
        session,
        OutcomeChanged(
            submission_id=submission.id,
            enrolment_id=ready.enrolment_id,
            person_id=ready.person_id,
            cohort_id=ready.cohort_id,
            assignment_key=submission.assignment_key,
            state=state,
            feedback=None,
            at=parts.clock(),
        ),
    )
