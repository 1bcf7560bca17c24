"""Whom a trainer sees: the participants of a cohort, and lists of their work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.errors import Words
from lti_tool.training.access import Standing
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from lti_tool.training.people import NO_SCHOOL, School, names_of, participant_name, schools_of
from mappings.progress import Origin, OutcomeState
from mappings.training import Assignment, Phase

HANDED_IN = (OutcomeState.SUBMITTED, OutcomeState.RETURNED, OutcomeState.ACCEPTED)


@dataclass(frozen=True)
class Participant:
    """A participant as a trainer sees one."""

    enrolment_id: str
    person_id: str
    name: Words
    school: School


@dataclass(frozen=True)
class Waiting:
    """A piece of work in a list for the trainer."""

    submission_id: str
    participant: Participant
    assignment: Assignment
    phase: Phase
    state: OutcomeState
    version: int
    since: datetime
    days: int
    """How many whole days it has been like this."""
    origin: Origin
    """Where it was handed in last."""


def participants(session: Session, standing: Standing, enrolment_id: str | None = None) -> list[Participant]:
    """Return the participants whom somebody with this standing sees, by name.

    Args:
        enrolment_id: only this one.
    """
    query = select(Enrolment.id, Enrolment.person_id).where(standing.reviewable())
    if enrolment_id is not None:
        query = query.where(Enrolment.id == enrolment_id)
    rows = session.execute(query.order_by(Enrolment.created_at, Enrolment.id)).all()
    names = names_of(session, [person_id for _id, person_id in rows])
    courses = None if standing.whole else standing.course_ids
    schools = schools_of(session, [enrolment for enrolment, _person in rows], courses)
    found = [
        Participant(enrolment, person, participant_name(names.get(person), enrolment), schools.get(enrolment, NO_SCHOOL))
        for enrolment, person in rows
    ]
    return sorted(found, key=lambda one: (str(one.name).casefold(), one.enrolment_id))


def listed(
    session: Session,
    standing: Standing,
    states: Sequence[OutcomeState],
    now: datetime,
    assignment_key: str | None = None,
) -> tuple[Waiting, ...]:
    """Return the work in these states that somebody with this standing sees, what is longest in its state first.

    Args:
        now: to say how many days that is.
        assignment_key: only this assignment.
    """
    number = (
        select(func.max(SubmissionVersion.number)).where(SubmissionVersion.submission_id == Submission.id).scalar_subquery()
    )
    query = (
        select(Submission, number)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(standing.reviewable(), Submission.state.in_(states), number.is_not(None))
        .order_by(Submission.changed_at, Submission.id)
    )
    if assignment_key is not None:
        query = query.where(Submission.assignment_key == assignment_key)
    rows = session.execute(query).all()
    people = {person.enrolment_id: person for person in participants(session, standing)} if rows else {}
    return tuple(
        Waiting(
            submission_id=row.id,
            participant=people[row.enrolment_id],
            assignment=standing.training.assignment(row.assignment_key),
            phase=standing.training.phase_of(row.assignment_key),
            state=OutcomeState(row.state),
            version=version,
            since=row.changed_at,
            days=(now - row.changed_at).days,
            origin=Origin(row.origin),
        )
        for row, version in rows
        if standing.training.has_assignment(row.assignment_key)
    )
