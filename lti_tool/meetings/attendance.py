"""The list of a meeting: how everybody is marked, and every change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.drafts import as_hours
from lti_tool.training.access import Standing
from lti_tool.training.contact_hours import AttendanceState, MeetingShown, minutes_of
from lti_tool.training.home import Place
from lti_tool.training.models import Attendance, AttendanceChange
from lti_tool.training.outcomes import NO_CARD, CertificateCard, Extras
from lti_tool.training.people import names_of
from lti_tool.training.roster import Participant, participants
from mappings.progress import ContactHours


@dataclass(frozen=True)
class MarkShown:
    """How one participant is marked now."""

    participant: Participant
    state: str
    """An `AttendanceState`; empty: nothing is known."""
    hours: str
    """As it would be typed; empty unless it was a part of the time."""
    reason: str


@dataclass(frozen=True)
class ChangeShown:
    """A change of somebody's attendance."""

    name: Words
    state: str
    hours: str
    reason: str
    by: str | None
    """The name of who marked it, if the learning environment shares it."""
    at: datetime


@dataclass(frozen=True)
class HoursLine:
    """A participant's contact hours."""

    participant: Participant
    hours: ContactHours
    card: CertificateCard

    @property
    def taken_back(self) -> bool:
        """Whether there is a certificate, and not the hours for it any more."""
        return self.card.state == "issued" and self.hours.missing > 0


@dataclass(frozen=True)
class AttendancePage:
    """The list of a meeting."""

    place: Place
    meeting: MeetingShown
    begun: bool
    marks: Sequence[MarkShown]
    changes: Sequence[ChangeShown]
    """The newest first."""
    taken_back: Sequence[HoursLine]
    """Who has a certificate, and not the hours for it any more."""

    @property
    def unmarked(self) -> int:
        """Of how many nothing is known."""
        return sum(not one.state for one in self.marks)


class AttendanceService:
    """Reads the lists, each in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: whether the meeting has begun.
        access: who may.
        extras: whose certificate is made.
    """

    def __init__(self, database: Database, clock: Clock, access: MeetingAccess, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def page(self, viewer: Viewer, meeting_id: str) -> AttendancePage:
        """Return the list of a meeting, of those whom the viewer sees. Raises NotFound when the viewer trains nobody."""
        with self._database.reading() as session:
            meeting, standing = self._access.to_mark(session, viewer, meeting_id)
            people = participants(session, standing)
            of_meeting = select(Attendance).where(Attendance.meeting_id == meeting_id)
            rows = {row.enrolment_id: row for row in session.scalars(of_meeting)}
            lines = hours_lines(session, standing, people, self._extras)
            return AttendancePage(
                place=Place.of(standing),
                meeting=MeetingShown.of(meeting),
                begun=meeting.starts_at <= self._clock(),
                marks=[mark_shown(person, rows.get(person.enrolment_id)) for person in people],
                changes=_changes(session, meeting_id, {person.enrolment_id: person for person in people}),
                taken_back=[line for line in lines if line.taken_back],
            )


def mark_shown(person: Participant, row: Attendance | None) -> MarkShown:
    """Return how somebody is marked."""
    if row is None:
        return MarkShown(person, "", "", "")
    hours = as_hours(row.minutes) if row.state == AttendanceState.PARTLY else ""
    return MarkShown(person, row.state, hours, row.reason)


def hours_lines(session: Session, standing: Standing, people: Iterable[Participant], extras: Extras) -> Sequence[HoursLine]:
    """Return the contact hours of participants, in their order."""
    found = list(people)
    ids = [person.enrolment_id for person in found]
    minutes, needed = minutes_of(session, ids), standing.training.award.contact_minutes_needed
    cards = extras.certificates(session, ids) if ids and needed else {}
    return [
        HoursLine(
            person,
            ContactHours(minutes.get(person.enrolment_id, 0), needed),
            cards.get(person.enrolment_id, NO_CARD),
        )
        for person in found
    ]


def _changes(session: Session, meeting_id: str, people: Mapping[str, Participant]) -> Sequence[ChangeShown]:
    query = select(AttendanceChange).where(AttendanceChange.meeting_id == meeting_id)
    newest = query.order_by(AttendanceChange.at.desc(), AttendanceChange.id)
    rows = [row for row in session.scalars(newest) if row.enrolment_id in people]
    names = names_of(session, {row.by_id for row in rows})
    return [
        ChangeShown(
            people[row.enrolment_id].name,
            row.state,
            as_hours(row.minutes) if row.minutes else "",
            row.reason,
            names.get(row.by_id),
            row.at,
        )
        for row in rows
    ]
