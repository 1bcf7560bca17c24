"""The rows of one piece of work: found or made under a lock, its draft's files, its last version, its outcome."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.ids import new_id
from lti_tool.training.access import Standing
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion, WorkFile
from lti_tool.training.outcomes import OutcomeChanged, OutcomeFollower
from mappings.progress import Origin, OutcomeState


def find(session: Session, standing: Standing, assignment_key: str) -> Submission | None:
    """Return the participant's own work for an assignment, None while nothing was begun."""
    return session.scalar(_own(standing.enrolment_id, assignment_key))


def hold_maker(session: Session, submission_id: str) -> None:
    """Let work stay with whom it belongs to until this transaction ends: whoever puts two people together holds both."""
    maker = select(Person.id).join(Enrolment, Enrolment.person_id == Person.id)
    of_work = maker.join(Submission, Submission.enrolment_id == Enrolment.id).where(Submission.id == submission_id)
    session.execute(of_work.with_for_update(of=Person, read=True, key_share=True))


def lock(session: Session, submission_id: str) -> Submission:
    """Return work as it is now; nobody else changes it until this transaction ends."""
    # NO KEY UPDATE: rows that refer to this one can be written meanwhile, so that no two changes wait for each other
    query = select(Submission).where(Submission.id == submission_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_or_begin(session: Session, enrolment_id: str | None, assignment_key: str, now: datetime) -> Submission:
    """Return a participant's work for an assignment, locked; two that begin it at once begin it once."""
    values = {
        "id": new_id(),
        "enrolment_id": enrolment_id,
        "assignment_key": assignment_key,
        "state": OutcomeState.OPEN.value,
        "origin": Origin.TOOL.value,
        "draft_text": "",
        "draft_link": "",
        "changed_at": now,
    }
    own = _own(enrolment_id, assignment_key).with_only_columns(Submission.id)
    known = session.scalar(own)
    if known is None:
        insert_unless_there(session, Submission, values)
        known = session.scalars(own).one()
    return lock(session, known)


def draft_files(session: Session, submission_id: str) -> Sequence[WorkFile]:
    """Return the files that will be handed in next, in the order in which they were added."""
    query = select(WorkFile).where(WorkFile.submission_id == submission_id, WorkFile.in_draft.is_(True))
    return session.scalars(query.order_by(WorkFile.added_at, WorkFile.id)).all()


def last_version(session: Session, submission_id: str) -> SubmissionVersion | None:
    """Return what was handed in last, None when nothing was."""
    query = select(SubmissionVersion).where(SubmissionVersion.submission_id == submission_id)
    return session.scalar(query.order_by(SubmissionVersion.number.desc()).limit(1))


def change_state(
    session: Session,
    submission: Submission,
    state: OutcomeState,
    now: datetime,
    followers: Sequence[OutcomeFollower],
    *,
    feedback: str | None = None,
) -> None:
    """Set what work amounts to and tell the followers; they are told of a review also when the state stays.

    Args:
        feedback: the trainer's; None when nobody reviewed.
    """
    if submission.state == state and feedback is None:
        return
    if submission.state != state:
        submission.state = state.value
        submission.changed_at = now
    session.flush()
    enrolment = session.get_one(Enrolment, submission.enrolment_id)
    change = OutcomeChanged(
        submission_id=submission.id,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        cohort_id=enrolment.cohort_id,
        assignment_key=submission.assignment_key,
        state=state,
        feedback=feedback or None,
        at=now,
    )
    for follower in followers:
        follower(session, change)


def _own(enrolment_id: str | None, assignment_key: str) -> Select[Submission]:
    return select(Submission).where(Submission.enrolment_id == enrolment_id, Submission.assignment_key == assignment_key)
