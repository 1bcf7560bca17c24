"""What goes back to Moodle: written in the transaction in which a trainer accepts, one row an activity and user.

A grade that a teacher gave there is never replaced, and what Moodle itself accepted is not written back to it. Work that
is returned later takes nothing back.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseMember
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import among
from lti_tool.errors import Refused
from lti_tool.ids import new_id
from lti_tool.jobs.queue import Jobs
from lti_tool.moodle.advice import advice_for
from lti_tool.moodle.course_rows import lane_of
from lti_tool.moodle.models import ActivityMapping, MoodleWrite
from lti_tool.moodle.problems import CHANGED_THERE, INTERNAL, KEPT_THERE, PASSES
from lti_tool.training.models import Review, SubmissionVersion
from lti_tool.training.outcomes import MarkState, OutcomeChanged, ScoreMark
from mappings.activities import Counts
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role

WRITE_MOODLE = "write-moodle"
"""The job that writes one row."""


class MoodleWrites:
    """Keeps the rows in step with the outcomes.

    Args:
        jobs: the durable engine.
        clock: the time.
    """

    def __init__(self, jobs: Jobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    def follow(self, session: Session, change: OutcomeChanged) -> None:
        """Write what native activities should hold now that work was accepted here (an `OutcomeFollower`)."""
        if change.state is not OutcomeState.ACCEPTED:
            return
        targets = session.execute(
            select(ActivityMapping, Account, Course.platform_id)
            .join(Course, Course.id == ActivityMapping.course_id)
            .join(CourseMember, CourseMember.course_id == Course.id)
            .join(Account, Account.id == CourseMember.account_id)
            .where(
                ActivityMapping.cohort_id == change.cohort_id,
                ActivityMapping.assignment_key == change.assignment_key,
                ActivityMapping.writes_completion | ActivityMapping.writes_grade,
                Account.person_id == change.person_id,
                CourseMember.role == Role.PARTICIPANT.value,
            )
            .order_by(ActivityMapping.id, Account.id)
        ).all()
        if not targets or _was_accepted_there(session, change.submission_id):
            return
        for mapping, account, platform_id in targets:
            if account.subject.isdecimal():
                self._put(session, mapping, int(account.subject), change, platform_id)

    def again(self, session: Session, row: MoodleWrite, *, overwrite: bool = False) -> None:
        """Write a row again now, whatever went wrong before; the caller holds it locked.

        Args:
            overwrite: also over what somebody changed there.
        """
        row.dirty, row.refused, row.fails, row.problem, row.overwrite = True, False, 0, None, overwrite
        row.version = max(row.version, row.done_version + 1)
        enqueue_write(session, self._jobs, row, _platform_of(session, row), self._clock())

    @staticmethod
    def keep(row: MoodleWrite) -> None:
        """Let what somebody changed there count; the caller holds the row locked.

        Raises:
            Refused: nobody changed it.
        """
        if row.problem not in (CHANGED_THERE, KEPT_THERE):
            raise Refused("nobody changed this by hand")
        row.dirty, row.refused, row.problem = False, False, KEPT_THERE

    def marks(self, session: Session, submission_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
        """Return how far what goes back to Moodle is, one mark an activity, in one query."""
        rows = session.execute(
            select(MoodleWrite, ActivityMapping.title, ActivityMapping.maximum)
            .join(ActivityMapping, ActivityMapping.id == MoodleWrite.mapping_id)
            .where(among(MoodleWrite.submission_id, submission_ids))
            .order_by(MoodleWrite.changed_at, MoodleWrite.id)
        )
        marks: dict[str, list[ScoreMark]] = {}
        for row, title, maximum in rows:
            marks.setdefault(row.submission_id, []).append(_mark(row, title, maximum))
        return marks

    def _put(
        self, session: Session, mapping: ActivityMapping, user_id: int, change: OutcomeChanged, platform_id: str
    ) -> None:
        now = self._clock()
        own = (
            select(MoodleWrite)
            .where(MoodleWrite.mapping_id == mapping.id, MoodleWrite.user_id == user_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        row = session.scalar(own)
        if row is None:
            values = {
                "id": new_id(),
                "mapping_id": mapping.id,
                "user_id": user_id,
                "submission_id": change.submission_id,
                "version": 0,
                "done_version": 0,
                "dirty": True,
                "job": 0,
                "fails": 0,
                "refused": False,
                "changed_at": now,
                "overwrite": False,
            }
            insert_unless_there(session, MoodleWrite, values)
            row = session.scalars(own).one()
        # where the grade in Moodle is what counts, it is its teacher's
        grades = mapping.writes_grade and mapping.counts != Counts.GRADED
        row.submission_id = change.submission_id
        row.complete = True if mapping.writes_completion else None
        row.grade = mapping.maximum if grades else None
        row.feedback = _as_html(change.feedback) if grades and change.feedback else None
        row.version += 1
        row.changed_at = now
        row.dirty, row.refused, row.fails, row.problem, row.overwrite = True, False, 0, None, False
        enqueue_write(session, self._jobs, row, platform_id, now)


def enqueue_write(
    session: Session, jobs: Jobs, row: MoodleWrite, platform_id: str, now: datetime, delay: float = 0.0
) -> None:
    """Give a row its next job; from now on the one before does nothing. The caller holds the row locked.

    Args:
        delay: seconds before it may start.
    """
    row.job += 1
    row.next_attempt_at, row.claimed_until = now + timedelta(seconds=delay), None
    session.flush()
    jobs.enqueue(session, WRITE_MOODLE, row.id, row.job, lane=lane_of(platform_id), delay=delay)


def wake_writes(session: Session, jobs: Jobs, platform_id: str, now: datetime) -> None:
    """Write now what waits for a Moodle that was in trouble and answers again."""
    waiting = (
        select(MoodleWrite)
        .join(ActivityMapping, ActivityMapping.id == MoodleWrite.mapping_id)
        .join(Course, Course.id == ActivityMapping.course_id)
        .where(
            Course.platform_id == platform_id,
            MoodleWrite.dirty.is_(True),
            MoodleWrite.problem.is_not(None),
            MoodleWrite.next_attempt_at > now,
        )
        .order_by(MoodleWrite.id)
        .with_for_update(of=MoodleWrite, skip_locked=True)
    )
    for row in session.scalars(waiting).all():
        enqueue_write(session, jobs, row, platform_id, now)


def _platform_of(session: Session, row: MoodleWrite) -> str:
    query = (
        select(Course.platform_id)
        .join(ActivityMapping, ActivityMapping.course_id == Course.id)
        .where(ActivityMapping.id == row.mapping_id)
    )
    return session.scalars(query).one()


def _was_accepted_there(session: Session, submission_id: str) -> bool:
    query = (
        select(Review.origin)
        .join(SubmissionVersion, SubmissionVersion.id == Review.version_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(Review.reviewed_at.desc(), SubmissionVersion.number.desc())
    )
    return session.scalar(query.limit(1)) == Origin.MOODLE


def _as_html(feedback: str) -> str:
    paragraphs = [html.escape(part.strip()) for part in feedback.split("\n\n") if part.strip()]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)


def _mark(row: MoodleWrite, title: str, maximum: float | None) -> ScoreMark:
    state: MarkState = "sent"
    at = row.done_at
    if row.problem == KEPT_THERE:
        state, at = "kept", row.changed_at
    elif row.problem == CHANGED_THERE:
        state, at = "changed", row.changed_at
    elif row.refused or (row.problem is not None and row.problem not in PASSES | {INTERNAL}):
        state, at = "refused", row.changed_at
    elif row.dirty:
        state, at = "waiting", row.next_attempt_at
    advice = advice_for(row.problem) if row.problem is not None else None
    return ScoreMark(
        state,
        row.problem,
        at,
        f"{title} (Moodle)",
        score_id=row.id,
        room="moodle",
        reason=advice.what if advice is not None else None,
        who=advice.who if advice is not None else None,
        ours=(row.grade, maximum) if row.grade is not None and maximum else None,
        held=(row.held, maximum) if row.held is not None and maximum else None,
    )
