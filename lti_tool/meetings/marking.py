"""Marking who was at a meeting; every change is kept, with who made it and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.courses.upsert import insert_or_update
from lti_tool.database import Database, among
from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.drafts import minutes_typed
from lti_tool.training.access import Standing
from lti_tool.training.contact_hours import AttendanceState
from lti_tool.training.errors import Incomplete
from lti_tool.training.models import Attendance, AttendanceChange, Enrolment, Meeting
from lti_tool.training.outcomes import AttendanceFollower
from lti_tool.training.writing import clean_text

LONGEST_REASON = 300
WAS_THERE = (AttendanceState.PRESENT.value, AttendanceState.PARTLY.value)
TOO_EARLY = _l("De bijeenkomst is nog niet begonnen. Je kunt nu alleen invullen wie er niet bij is.")
"""Hours would count, and a certificate be made, of what has not taken place."""


@dataclass(frozen=True)
class Mark:
    """What somebody typed about one participant."""

    enrolment_id: str
    state: str
    """An `AttendanceState`; empty: nothing is known."""
    hours: str = ""
    """For how long, where it was a part of the time."""
    reason: str = ""


@dataclass(frozen=True)
class _Kept:
    """A mark as it is kept."""

    state: str
    minutes: int
    reason: str


_NOTHING = _Kept("", 0, "")


class MarkingService:
    """Keeps who was there.

    Args:
        database: its own short transactions.
        clock: when something was marked.
        access: who may.
        followers: told of everybody whose contact hours change, in the same transaction.
    """

    def __init__(
        self, database: Database, clock: Clock, access: MeetingAccess, followers: Sequence[AttendanceFollower]
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._followers = tuple(followers)

    def mark(self, viewer: Viewer, meeting_id: str, marks: Sequence[Mark]) -> int:
        """Mark participants and return how many marks changed; who is not among `marks` stays as marked before.

        Raises:
            NotFound: there is no such meeting, or the viewer does not train one of them.
            Incomplete: something is wrong, and nothing was kept; by field: ``hours-<enrolment>`` …
        """
        with self._database.session() as session:
            _meeting, standing = self._access.to_mark(session, viewer, meeting_id)
            return self.write(session, viewer, standing, {meeting_id: marks})

    def all_present(self, viewer: Viewer, meeting_id: str) -> int:
        """Mark everybody of whom nothing is known as present; return how many. Raises NotFound, as `mark`."""
        with self._database.session() as session:
            _meeting, standing = self._access.to_mark(session, viewer, meeting_id)
            known = select(Attendance.enrolment_id).where(Attendance.meeting_id == meeting_id)
            there = select(Enrolment.id).join(Person, Person.id == Enrolment.person_id).where(Person.erased_at.is_(None))
            unknown = session.scalars(there.where(standing.reviewable(), Enrolment.id.not_in(known))).all()
            present = AttendanceState.PRESENT.value
            return self.write(session, viewer, standing, {meeting_id: [Mark(one, present) for one in unknown]})

    def write(self, session: Session, viewer: Viewer, standing: Standing, marks: Mapping[str, Sequence[Mark]]) -> int:
        """Write marks of meetings of one cohort, by the meeting's id, in the caller's transaction. Raises as `mark`."""
        wanted = {meeting_id: {one.enrolment_id: kept_of(one) for one in some} for meeting_id, some in marks.items()}
        people = {one for some in wanted.values() for one in some}
        begins = self._check(session, standing, wanted, people)
        for meeting_id, some in wanted.items():
            for enrolment_id, kept in some.items():
                if self._clock() < begins[meeting_id] and kept.state in WAS_THERE:
                    raise Incomplete({f"state-{enrolment_id}": TOO_EARLY})
        there = {(row.meeting_id, row.enrolment_id): row for row in session.scalars(_marked(wanted, people))}
        changed: list[str] = []
        for meeting_id, some in wanted.items():
            for enrolment_id, kept in some.items():
                row = there.get((meeting_id, enrolment_id))
                if kept != (_Kept(row.state, row.minutes, row.reason) if row is not None else _NOTHING):
                    self._keep(session, viewer.person_id, meeting_id, enrolment_id, kept)
                    changed.append(enrolment_id)
        session.flush()
        for enrolment_id in sorted(set(changed)):
            for follower in self._followers:
                follower(session, enrolment_id)
        return len(changed)

    @staticmethod
    def _check(
        session: Session, standing: Standing, wanted: Mapping[str, object], people: set[str]
    ) -> Mapping[str, datetime]:
        """Hold the meetings, so that two who mark at once wait for each other, and see that all of it is the viewer's.

        Returns:
            When each of the meetings begins.
        """
        of_cohort = select(Meeting).where(Meeting.cohort_id == standing.cohort.id, Meeting.id.in_(wanted))
        meetings = session.scalars(of_cohort.order_by(Meeting.id).with_for_update()).all()
        if len(meetings) != len(wanted):
            raise NotFound("a meeting of another cohort")
        trained = session.scalars(select(Enrolment.id).where(standing.reviewable(), among(Enrolment.id, people)))
        if set(trained) != people:
            raise NotFound("a participant whom the viewer does not train")
        return {meeting.id: meeting.starts_at for meeting in meetings}

    def _keep(self, session: Session, by_id: str, meeting_id: str, enrolment_id: str, kept: _Kept) -> None:
        now, key = self._clock(), {"meeting_id": meeting_id, "enrolment_id": enrolment_id}
        said = {"state": kept.state, "minutes": kept.minutes, "reason": kept.reason}
        if kept.state:
            insert_or_update(session, Attendance, {**key, **said, "marked_by_id": by_id, "marked_at": now})
        else:
            of_both = (Attendance.meeting_id == meeting_id) & (Attendance.enrolment_id == enrolment_id)
            session.execute(delete(Attendance).where(of_both))
        session.add(AttendanceChange(**key, **said, by_id=by_id, at=now))


def kept_of(mark: Mark) -> _Kept:
    """Return a mark as it is kept.

    Raises:
        Incomplete: there is no such state, no good number of hours, or the reason is too long; by field.
    """
    who = mark.enrolment_id
    problems: dict[str, Words] = {}
    if mark.state and mark.state not in set(AttendanceState):
        problems[f"state-{who}"] = _l("Kies aanwezig, deels of afwezig.")
    minutes = minutes_typed(mark.hours) if mark.state == AttendanceState.PARTLY else 0
    if minutes is None or (mark.state == AttendanceState.PARTLY and not minutes):
        problems[f"hours-{who}"] = _l("Vul in hoeveel uur iemand er was, zoals 1,5.")
    reason = " ".join(clean_text(mark.reason).split())
    if mark.state in ("", AttendanceState.PRESENT):
        reason = ""
    if len(reason) > LONGEST_REASON:
        problems[f"reason-{who}"] = _l("Houd de reden bij hoogstens 300 tekens.")
    if problems:
        raise Incomplete(problems)
    return _Kept(mark.state, minutes or 0, reason)


def _marked(meetings: Mapping[str, object], people: set[str]) -> Select[Attendance]:
    return select(Attendance).where(Attendance.meeting_id.in_(meetings), among(Attendance.enrolment_id, people))
