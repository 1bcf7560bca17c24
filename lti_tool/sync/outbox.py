"""The outbox: which line items should hold which outcome, written in the transaction that changes the outcome.

`follow` is what `training` calls when an outcome changes; `catch_up` is what `launch` calls when a placement shows
itself, so that work accepted before a learning environment was there still arrives in it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, CourseMember, Placement
from lti_tool.jobs.queue import Jobs
from lti_tool.launch.service import Launch
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import OutcomeChanged, ScoreMark
from mappings.platforms import profile_for
from mappings.progress import OutcomeState
from mappings.roles import Role
from mappings.scores import Score, score_for

POST_SCORE = "post-score"
"""The job that posts one row of the outbox."""
CHANGED_IN_LMS = "changed-in-lms"


class ScoreOutboxService:
    """Keeps the outbox in step with the outcomes.

    Args:
        jobs: the durable engine.
        clock: the time.
    """

    def __init__(self, jobs: Jobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    def follow(self, session: Session, change: OutcomeChanged) -> None:
        """Write what every learning environment should now hold for this outcome (an `OutcomeFollower`)."""
        query = self._targets().where(
            Placement.cohort_id == change.cohort_id,
            Placement.assignment_key == change.assignment_key,
            Account.person_id == change.person_id,
        )
        for placement, account, family in session.execute(query).tuples():
            score = score_for(change.state, change.feedback, profile_for(family))
            if score is not None:
                self._put(session, placement, account, change.submission_id, score)

    def catch_up(self, session: Session, launch: Launch) -> None:
        """Write the rows that a placement lacks: work accepted before it was known (a `LaunchFollower`)."""
        if launch.placement_id is None:
            return
        query = (
            self._targets()
            .add_columns(Submission)
            .join(Enrolment, Enrolment.person_id == Account.person_id)
            .join(Submission, Submission.enrolment_id == Enrolment.id)
            .outerjoin(ScoreOutbox, (ScoreOutbox.placement_id == Placement.id) & (ScoreOutbox.account_id == Account.id))
            .where(
                Placement.id == launch.placement_id,
                Enrolment.cohort_id == Placement.cohort_id,
                Enrolment.role == Role.PARTICIPANT,
                Submission.assignment_key == Placement.assignment_key,
                Submission.state == OutcomeState.ACCEPTED,
                ScoreOutbox.id.is_(None),
            )
        )
        for placement, account, family, submission in session.execute(query).tuples():
            score = score_for(OutcomeState.ACCEPTED, _last_feedback(session, submission.id), profile_for(family))
            if score is not None:
                self._put(session, placement, account, submission.id, score)
        self._try_again_what_the_launch_repaired(session, launch.placement_id)

    def retry(self, session: Session, row: ScoreOutbox) -> None:
        """Post a row again now, whatever went wrong before."""
        row.dirty, row.refused, row.fails, row.last_error = True, False, 0, None
        if row.sent_version >= row.version:
            row.version = row.sent_version + 1
        self._enqueue(session, row)

    def marks(self, session: Session, submission_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
        """Return how far the scores of these submissions are, one mark a line item, for the trainer's board."""
        rows = session.execute(
            select(ScoreOutbox, Platform.name)
            .join(Platform, Platform.id == ScoreOutbox.platform_id)
            .where(ScoreOutbox.submission_id.in_(submission_ids))
            .order_by(ScoreOutbox.changed_at)
        ).tuples()
        marks: dict[str, list[ScoreMark]] = {}
        for row, platform_name in rows:
            marks.setdefault(row.submission_id, []).append(mark(row, platform_name))
        return marks

    def _targets(self) -> Select[Placement, Account, str]:
        return (
            select(Placement, Account, Platform.family)
            .join(CourseMember, CourseMember.course_id == Placement.course_id)
            .join(Account, Account.id == CourseMember.account_id)
            .join(Platform, Platform.id == Account.platform_id)
            .where(CourseMember.role == Role.PARTICIPANT)
        )

    def _put(self, session: Session, placement: Placement, account: Account, submission_id: str, score: Score) -> None:
        row = session.scalar(
            select(ScoreOutbox)
            .where(ScoreOutbox.placement_id == placement.id, ScoreOutbox.account_id == account.id)
            .with_for_update()
        )
        if row is None:
            row = ScoreOutbox(
                platform_id=account.platform_id,
                placement_id=placement.id,
                account_id=account.id,
                submission_id=submission_id,
                version=0,
                sent_version=0,
                job=0,
                fails=0,
            )
            session.add(row)
        row.score_given, row.score_maximum = score.score_given or 0.0, score.score_maximum
        row.comment = score.comment
        row.version += 1
        row.changed_at = self._clock()
        row.dirty, row.refused, row.fails, row.last_error = True, False, 0, None
        session.flush()
        self._enqueue(session, row)

    def _enqueue(self, session: Session, row: ScoreOutbox, delay: float = 0.0) -> None:
        row.job += 1
        row.next_attempt_at = self._clock()
        self._jobs.enqueue(session, POST_SCORE, row.id, row.job, lane=row.platform_id, delay=delay)

    def _try_again_what_the_launch_repaired(self, session: Session, placement_id: str) -> None:
        """A launch brings the line item and the scopes anew: what was refused for lack of them may go now."""
        for row in session.scalars(
            select(ScoreOutbox).where(
                ScoreOutbox.placement_id == placement_id,
                ScoreOutbox.refused.is_(True),
                ScoreOutbox.last_error.in_(("no-line-item", "no-scope", "refused-404")),
            )
        ):
            self.retry(session, row)


def mark(row: ScoreOutbox, platform_name: str) -> ScoreMark:
    """Return what a trainer is told about a row."""
    if row.refused:
        changed = row.last_error == CHANGED_IN_LMS
        return ScoreMark("changed" if changed else "refused", row.last_error, row.changed_at, platform_name)
    if row.dirty:
        return ScoreMark("waiting", row.last_error, row.next_attempt_at, platform_name)
    return ScoreMark("sent", None, row.sent_at, platform_name)


def _last_feedback(session: Session, submission_id: str) -> str | None:
    return session.scalar(
        select(Review.feedback)
        .join(SubmissionVersion, SubmissionVersion.id == Review.version_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(Review.reviewed_at.desc())
        .limit(1)
    )
