"""Whom a trainer sees: the participants of a cohort, and lists of their work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Person
from lti_tool.database import among
from lti_tool.errors import Words
from lti_tool.training.access import CohortSeen, Standing
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from lti_tool.training.people import NO_SCHOOL, School, names_of, participant_name, schools_of
from mappings.progress import Origin, OutcomeState
from mappings.training import Assignment, Phase

Columns = TypeVarTuple("Columns")

HANDED_IN = (OutcomeState.SUBMITTED, OutcomeState.RETURNED, OutcomeState.ACCEPTED)


@dataclass(frozen=True)
class Participant:
    """A participant as a trainer sees one."""

    enrolment_id: str
    person_id: str
    name: Words
    school: School
    joined_at: datetime
    removed: bool = False
    """Had all data erased: what was accepted still counts, and nothing is expected any more."""


@dataclass(frozen=True)
class Waiting:
    """A piece of work in a list for the trainer."""

    submission_id: str
    cohort: CohortSeen
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
    return _people(session, [standing], None if enrolment_id is None else [enrolment_id])


def listed(
    session: Session,
    standings: Sequence[Standing],
    states: Sequence[OutcomeState],
    now: datetime,
    *,
    assignment_key: str | None = None,
    most: int | None = None,
) -> tuple[Waiting, ...]:
    """Return the work in these states that somebody with these standings sees, what is longest in its state first.

    Args:
        standings: of one person, each in another cohort.
        now: to say how many days that is.
        assignment_key: only this assignment.
        most: how many at most; None for all.
    """
    if not standings:
        return ()
    query = _in_order(standings, states).limit(most)
    if assignment_key is not None:
        query = query.where(Submission.assignment_key == assignment_key)
    return _shown(session, standings, session.execute(query).all(), now)


def listed_around(
    session: Session,
    standings: Sequence[Standing],
    states: Sequence[OutcomeState],
    now: datetime,
    work: Submission,
    most: int,
) -> tuple[tuple[Waiting, ...], Waiting | None]:
    """Return the first of such a list, and what comes in it right after a piece of work; None after the last.

    Args:
        work: need not be in the list itself.
        most: how many at most.
    """
    if not standings:
        return (), None
    query = _in_order(standings, states)
    later = (Submission.changed_at == work.changed_at) & (Submission.id > work.id)
    first = session.execute(query.limit(most)).all()
    after = session.execute(query.where((Submission.changed_at > work.changed_at) | later).limit(1)).all()
    shown = _shown(session, standings, [*first, *after], now)
    return shown[: len(first)], shown[-1] if after else None


def counted(session: Session, standings: Sequence[Standing], states: Sequence[OutcomeState]) -> Mapping[str, int]:
    """Return how much work in these states somebody with these standings sees, by cohort; cohorts without are missing."""
    if not standings:
        return {}
    query = _work(select(Enrolment.cohort_id, func.count(Submission.id).label("found")), standings, states).group_by(
        Enrolment.cohort_id
    )
    return {row.cohort_id: row.found for row in session.execute(query)}


def _in_order(standings: Sequence[Standing], states: Sequence[OutcomeState]) -> Select[Submission, int, str]:
    number = (
        select(func.max(SubmissionVersion.number)).where(SubmissionVersion.submission_id == Submission.id).scalar_subquery()
    )
    query = _work(select(Submission, number, Enrolment.cohort_id), standings, states)
    return query.order_by(Submission.changed_at, Submission.id)


def _shown(
    session: Session, standings: Sequence[Standing], rows: Sequence[Row[Submission, int, str]], now: datetime
) -> tuple[Waiting, ...]:
    found = _people(session, standings, {row.enrolment_id for row, _version, _cohort in rows}) if rows else []
    people = {person.enrolment_id: person for person in found}
    places = {standing.cohort.id: standing for standing in standings}
    return tuple(
        Waiting(
            submission_id=row.id,
            cohort=places[cohort_id].cohort,
            participant=people[row.enrolment_id],
            assignment=places[cohort_id].training.assignment(row.assignment_key),
            phase=places[cohort_id].training.phase_of(row.assignment_key),
            state=OutcomeState(row.state),
            version=version,
            since=row.changed_at,
            days=(now - row.changed_at).days,
            origin=Origin(row.origin),
        )
        for row, version, cohort_id in rows
    )


def _work(query: Select[*Columns], standings: Sequence[Standing], states: Sequence[OutcomeState]) -> Select[*Columns]:
    """Narrow a query of work to what was handed in, for assignments that the training still has."""
    handed_in = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == Submission.id).exists()
    return (
        query.select_from(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(or_(*(_seen(standing) for standing in standings)), Submission.state.in_(states), handed_in)
    )


def _seen(standing: Standing) -> ColumnElement[bool]:
    keys = [assignment.key for assignment in standing.training.assignments]
    return and_(standing.reviewable(), Submission.assignment_key.in_(keys))


def _people(session: Session, standings: Sequence[Standing], enrolment_ids: Collection[str] | None) -> list[Participant]:
    """Return the participants whom somebody with these standings sees, by name; None for all, else only these."""
    query = (
        select(Enrolment.id, Enrolment.person_id, Enrolment.cohort_id, Enrolment.created_at, Person.erased_at)
        .join(Person, Person.id == Enrolment.person_id)
        .where(or_(*(standing.reviewable() for standing in standings)))
    )
    if enrolment_ids is not None:
        query = query.where(among(Enrolment.id, enrolment_ids))
    rows = session.execute(query.order_by(Enrolment.created_at, Enrolment.id)).all()
    names = names_of(session, [row.person_id for row in rows])
    wholes = {standing.cohort.id for standing in standings if standing.whole}
    courses = {course_id for standing in standings if not standing.whole for course_id in standing.course_ids}
    schools = {
        **schools_of(session, [row.id for row in rows if row.cohort_id in wholes]),
        **schools_of(session, [row.id for row in rows if row.cohort_id not in wholes], courses),
    }
    found = [
        Participant(
            row.id,
            row.person_id,
            participant_name(names.get(row.person_id), row.id, removed=row.erased_at is not None),
            schools.get(row.id, NO_SCHOOL),
            row.created_at,
            removed=row.erased_at is not None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (str(one.name).casefold(), one.enrolment_id))
