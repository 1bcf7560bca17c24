"""Somebody launches the tool whose work in Moodle waited for that: it is read and brought here at once."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account
from lti_tool.jobs.queue import Jobs
from lti_tool.launch.service import Launch
from lti_tool.moodle.course_rows import ask_for_sync
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, NativeWork
from lti_tool.moodle.states import WorkState
from lti_tool.statements import Statement
from mappings.roles import Role

_WAITS_FOR_ITS_MAKER = [state.value for state in (WorkState.UNKNOWN, WorkState.NO_PLACE, WorkState.LEFT)]

# Made once, because every launch asks: to build a statement costs more than to run it.
_SUBJECT = Statement(
    select(Account.subject)
    .select_from(MoodleCourse)
    .join(Account, Account.id == bindparam("account_id"))
    .where(MoodleCourse.course_id == bindparam("course_id"))
)
_WAITS = (
    select(NativeWork.user_id)
    .join(ActivityMapping, ActivityMapping.id == NativeWork.mapping_id)
    .where(
        ActivityMapping.course_id == bindparam("course_id"),
        NativeWork.user_id == bindparam("user_id"),
        NativeWork.state.in_(_WAITS_FOR_ITS_MAKER),
    )
    .limit(1)
)


class MoodleArrivals:
    """Follows launches.

    Args:
        jobs: the durable engine.
        clock: the time.
    """

    def __init__(self, jobs: Jobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    def catch_up(self, session: Session, launch: Launch) -> None:
        """Let the course be read when a participant comes whose work there is not here (a `LaunchFollower`)."""
        if launch.role is not Role.PARTICIPANT:
            return
        session.flush()
        connection = session.connection()
        key = {"course_id": launch.course_id, "account_id": launch.account_id}
        found = _SUBJECT.first(connection, key)
        if found is None or not found.subject.isdecimal():
            return
        own = {"course_id": launch.course_id, "user_id": int(found.subject)}
        if connection.execute(_WAITS, own).first() is None:
            return
        row = session.get(MoodleCourse, launch.course_id, with_for_update=True)
        if row is not None:
            ask_for_sync(session, self._jobs, row, self._clock())
