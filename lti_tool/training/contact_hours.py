"""Meetings and contact hours as pages and the award rule see them: what comes, who was there, and for how long.

Hours are counted in minutes. A meeting that was called off counts for nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from lti_tool.database import among
from lti_tool.statements import FoundRow, Statement
from lti_tool.training.models import Attendance, Meeting
from mappings.progress import ContactHours
from mappings.training import Training

SOON = 3
"""How many of the coming meetings stand on home."""
LONGEST = timedelta(hours=24)
"""No meeting takes longer."""
NO_HOURS = ContactHours(0, 0)


class AttendanceState(StrEnum):
    """Whether somebody was at a meeting."""

    PRESENT = "present"
    PARTLY = "partly"
    """For some of the time."""
    ABSENT = "absent"


@dataclass(frozen=True)
class MeetingShown:
    """A meeting, as everybody in the cohort sees it."""

    id: str
    title: str
    starts_at: datetime
    minutes: int
    contact_minutes: int
    place: str
    link: str
    notes: str
    sequence: int
    cancelled: bool
    changed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @staticmethod
    def of(row: Meeting | FoundRow) -> "MeetingShown":
        """Return a row of `Meeting` as it is shown."""
        return MeetingShown(
            row.id,
            row.title,
            row.starts_at,
            row.minutes,
            row.contact_minutes,
            row.place,
            row.link,
            row.notes,
            row.sequence,
            row.cancelled_at is not None,
            row.changed_at,
        )


@dataclass(frozen=True)
class Attended:
    """A meeting that somebody was at, and for how many minutes that counts."""

    title: str
    starts_at: datetime
    minutes: int


def counted_minutes() -> ColumnElement[int]:
    """Return for how many minutes an `Attendance` counts at its `Meeting`: never more than the meeting does."""
    part = case((Attendance.minutes > Meeting.contact_minutes, Meeting.contact_minutes), else_=Attendance.minutes)
    return case(
        (Meeting.cancelled_at.is_not(None), 0),
        (Attendance.state == AttendanceState.PRESENT, Meeting.contact_minutes),
        (Attendance.state == AttendanceState.PARTLY, part),
        else_=0,
    )


def attended(session: Session, enrolment_id: str) -> tuple[Attended, ...]:
    """Return the meetings that a participant was at, the first one first."""
    minutes = counted_minutes().label("counted")
    query = (
        select(Meeting.title, Meeting.starts_at, minutes)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Attendance.enrolment_id == enrolment_id, minutes > 0)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return tuple(Attended(row.title, row.starts_at, row.counted) for row in session.execute(query))


def minutes_attended(session: Session, enrolment_id: str) -> int:
    """Return for how many minutes a participant was at meetings, in one query."""
    session.flush()
    found = _MINUTES.first(session.connection(), {"enrolment_id": enrolment_id})
    return int(found.minutes) if found else 0


def hours_of(session: Session, training: Training, enrolment_id: str) -> ContactHours:
    """Return a participant's hours beside what the award takes; where attendance does not count nothing is asked."""
    needed = training.award.contact_minutes_needed
    return ContactHours(minutes_attended(session, enrolment_id), needed) if needed else NO_HOURS


def soon(session: Session, cohort_id: str, now: datetime) -> tuple[MeetingShown, ...]:
    """Return the next meetings of a cohort, in one query; what was called off stands between them until it would be over."""
    session.flush()
    rows = _SOON.rows(session.connection(), {"cohort_id": cohort_id, "since": now - LONGEST})
    return coming(map(MeetingShown.of, rows), now)[:SOON]


def minutes_of(session: Session, enrolment_ids: Iterable[str]) -> Mapping[str, int]:
    """Return for how many minutes participants were at meetings, in one query; who was at none may be missing."""
    rows = session.execute(_minutes().where(among(Attendance.enrolment_id, enrolment_ids)))
    return {row.enrolment_id: int(row.minutes) for row in rows}


def meetings_of(session: Session, cohort_id: str) -> tuple[MeetingShown, ...]:
    """Return all meetings of a cohort, the first one first."""
    query = select(Meeting).where(Meeting.cohort_id == cohort_id).order_by(Meeting.starts_at, Meeting.id)
    return tuple(MeetingShown.of(row) for row in session.scalars(query))


def coming(meetings: Iterable[MeetingShown], now: datetime) -> tuple[MeetingShown, ...]:
    """Return those that are not over yet, in their order."""
    return tuple(meeting for meeting in meetings if meeting.ends_at > now)


def _minutes() -> Select[str, int]:
    return (
        select(Attendance.enrolment_id, func.sum(counted_minutes()).label("minutes"))
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .group_by(Attendance.enrolment_id)
    )


# Made once, because pages of participants ask: to build a statement costs more than to run it.
_SOON = Statement(
    select(*Meeting.__table__.columns)
    .where(Meeting.cohort_id == bindparam("cohort_id"), Meeting.starts_at > bindparam("since"))
    .order_by(Meeting.starts_at, Meeting.id)
    .limit(2 * SOON)
)
_MINUTES = Statement(_minutes().where(Attendance.enrolment_id == bindparam("enrolment_id")))
