"""The meetings of a cohort: what comes, what was, and whose hours are how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.launch.sessions import Viewer
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.attendance import HoursLine, hours_lines
from lti_tool.training.access import Standing
from lti_tool.training.contact_hours import MeetingShown, coming, counted_minutes, meetings_of
from lti_tool.training.home import Place
from lti_tool.training.models import Attendance, Enrolment, Meeting
from lti_tool.training.outcomes import Extras
from lti_tool.training.roster import participants
from mappings.progress import ContactHours


@dataclass(frozen=True)
class OwnMark:
    """How the viewer is marked at a meeting."""

    state: str
    """An `AttendanceState`."""
    minutes: int
    """For how long it counts."""
    reason: str


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list."""

    meeting: MeetingShown
    own: OwnMark | None
    """None: nothing is known, or the viewer takes no part."""
    marked: int
    """Of how many participants, of those whom the viewer trains, it is known whether they were there."""


@dataclass(frozen=True)
class MeetingsPage:
    """All meetings of a cohort."""

    place: Place
    coming: Sequence[MeetingLine]
    past: Sequence[MeetingLine]
    """The last one first."""
    own_hours: ContactHours | None
    """Of the viewer; None: takes no part."""
    planned_minutes: int
    """What all meetings together count for."""
    participants: int
    """How many the viewer trains."""
    hours: Sequence[HoursLine]
    """Theirs."""


class MeetingsService:
    """Reads the meetings, in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: which are over.
        access: who may.
        extras: whose certificate is made.
    """

    def __init__(self, database: Database, clock: Clock, access: MeetingAccess, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def page(self, viewer: Viewer, cohort_id: str) -> MeetingsPage:
        """Return the meetings of a cohort. Raises NotFound when the viewer is nothing in it."""
        with self._database.reading() as session:
            standing = self._access.member(session, viewer, cohort_id)
            meetings = meetings_of(session, cohort_id)
            own = _own(session, standing)
            people = participants(session, standing) if standing.trains else []
            marked = _marked(session, standing) if standing.trains else {}
            hours = hours_lines(session, standing, people, self._extras)
        lines = {one.id: MeetingLine(one, own.get(one.id), marked.get(one.id, 0)) for one in meetings}
        ahead = coming(meetings, self._clock())
        made = ContactHours(sum(one.minutes for one in own.values()), standing.training.award.contact_minutes_needed)
        return MeetingsPage(
            place=Place.of(standing),
            coming=[lines[one.id] for one in ahead],
            past=[lines[one.id] for one in reversed(meetings) if one not in ahead],
            own_hours=made if standing.participates else None,
            planned_minutes=sum(one.contact_minutes for one in meetings if not one.cancelled),
            participants=len(people),
            hours=hours,
        )

    def meeting(self, viewer: Viewer, meeting_id: str) -> MeetingShown:
        """Return one meeting. Raises NotFound when the viewer is nothing in its cohort."""
        with self._database.reading() as session:
            meeting, _standing = self._access.meeting(session, viewer, meeting_id)
            return MeetingShown.of(meeting)


def _own(session: Session, standing: Standing) -> Mapping[str, OwnMark]:
    if standing.enrolment_id is None:
        return {}
    minutes = counted_minutes().label("counted")
    query = (
        select(Attendance.meeting_id, Attendance.state, minutes, Attendance.reason)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(Attendance.enrolment_id == standing.enrolment_id)
    )
    return {row.meeting_id: OwnMark(row.state, row.counted, row.reason) for row in session.execute(query)}


def _marked(session: Session, standing: Standing) -> Mapping[str, int]:
    query = (
        select(Attendance.meeting_id, func.count().label("found"))
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .where(standing.reviewable())
        .group_by(Attendance.meeting_id)
    )
    return {row.meeting_id: row.found for row in session.execute(query)}
