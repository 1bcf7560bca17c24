"""Planning a meeting, changing it and calling it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.launch.sessions import Viewer
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.drafts import MeetingDraft, as_hours, facts_of
from lti_tool.training.contact_hours import MeetingShown, meetings_of
from lti_tool.training.home import Place
from lti_tool.training.models import Attendance, Meeting
from lti_tool.training.outcomes import AttendanceFollower
from lti_tool.web.locales import say
from mappings.programme import Meeting as Planned


@dataclass(frozen=True)
class MeetingForm:
    """The form for a meeting."""

    place: Place
    meeting: MeetingShown | None
    """None: a new one."""
    draft: MeetingDraft
    programme: Sequence[Planned]
    """What the training's programme proposes, as far as nothing of that name is planned."""


class PlanningService:
    """Keeps the meetings.

    Args:
        database: its own short transactions.
        clock: when something changed.
        access: who may.
        trail: holds who planned, changed and called off what.
        zone: in which days and times are typed.
        followers: told of everybody whose contact hours change with a meeting, in the same transaction.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: MeetingAccess,
        trail: AuditTrail,
        zone: ZoneInfo,
        followers: Sequence[AttendanceFollower],
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._trail = trail
        self._zone = zone
        self._followers = tuple(followers)

    def form(self, viewer: Viewer, cohort_id: str, number: int | None = None) -> MeetingForm:
        """Return the form for a new meeting.

        Args:
            number: of a meeting in the training's programme, to begin with.

        Raises:
            NotFound: the viewer is no trainer of the whole cohort.
        """
        with self._database.reading() as session:
            standing = self._access.planner(session, viewer, cohort_id)
            there = {meeting.title.casefold() for meeting in meetings_of(session, cohort_id) if not meeting.cancelled}
        proposed = standing.training.meetings
        chosen = next((one for one in proposed if one.number == number), None)
        draft = MeetingDraft()
        if chosen is not None:
            draft = MeetingDraft(
                title=say(chosen.theme), contact_hours=as_hours(chosen.hours * 60), notes=say(chosen.prepare)
            )
        left = [one for one in proposed if say(one.theme).casefold() not in there]
        return MeetingForm(Place.of(standing), None, draft, left)

    def form_of(self, viewer: Viewer, meeting_id: str) -> MeetingForm:
        """Return the form for a meeting as it stands. Raises NotFound, as `form`."""
        with self._database.session() as session:
            meeting, standing = self._access.to_change(session, viewer, meeting_id)
            shown = MeetingShown.of(meeting)
            return MeetingForm(Place.of(standing), shown, MeetingDraft.of(shown, self._zone), ())

    def plan(self, viewer: Viewer, cohort_id: str, draft: MeetingDraft) -> str:
        """Plan a meeting and return its id.

        Raises:
            NotFound: the viewer is no trainer of the whole cohort.
            Incomplete: something is missing or wrong; by field.
        """
        with self._database.session() as session:
            self._access.planner(session, viewer, cohort_id)
            facts = facts_of(draft, self._zone)
            meeting = Meeting(cohort_id=cohort_id, planned_by_id=viewer.person_id, changed_at=self._clock(), **vars(facts))
            session.add(meeting)
            session.flush()
            self._trail.done(session, viewer.actor_id, "meetings.plan", meeting.id)
            return meeting.id

    def change(self, viewer: Viewer, meeting_id: str, draft: MeetingDraft) -> str:
        """Change a meeting and return the id of its cohort. Raises as `plan`."""
        with self._database.session() as session:
            meeting, _standing = self._access.to_change(session, viewer, meeting_id)
            facts = vars(facts_of(draft, self._zone))
            if any(getattr(meeting, name) != value for name, value in facts.items()):
                for name, value in facts.items():
                    setattr(meeting, name, value)
                self._changed(session, viewer, meeting, "meetings.change")
            return meeting.cohort_id

    def call_off(self, viewer: Viewer, meeting_id: str, *, off: bool) -> str:
        """Call a meeting off, or let it take place after all; return the id of its cohort.

        Raises:
            NotFound: the viewer is no trainer of the whole cohort.
        """
        with self._database.session() as session:
            meeting, _standing = self._access.to_change(session, viewer, meeting_id)
            if off is not (meeting.cancelled_at is not None):
                meeting.cancelled_at = self._clock() if off else None
                self._changed(session, viewer, meeting, "meetings.call_off" if off else "meetings.restore")
            return meeting.cohort_id

    def _changed(self, session: Session, viewer: Viewer, meeting: Meeting, what: str) -> None:
        meeting.sequence += 1
        meeting.changed_at = self._clock()
        self._trail.done(session, viewer.actor_id, what, meeting.id)
        session.flush()
        people = select(Attendance.enrolment_id).where(Attendance.meeting_id == meeting.id)
        for enrolment_id in session.scalars(people.order_by(Attendance.enrolment_id)).all():
            for follower in self._followers:
                follower(session, enrolment_id)
