"""The outbox: which line items should hold which outcome, written in the transaction that changes the outcome.

`follow` is what `training` calls when an outcome changes; `catch_up` is what `launch` calls when a placement shows
itself, so that work accepted before a learning environment was there still arrives in it. A placement of the training as
a whole has a score phase by phase, where its platform gave it a column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, CourseMember, Placement
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.errors import Refused
from lti_tool.ids import new_id
from lti_tool.jobs.queue import Jobs
from lti_tool.launch.service import Launch
from lti_tool.platforms.models import Platform
from lti_tool.platforms.scopes import LINEITEM, SCORE
from lti_tool.statements import Statement
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS, NO_LINE_ITEM, NO_SCOPE, PLACE_GONE
from lti_tool.sync.models import SLOTS, ScoreOutbox, slot_of
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import OutcomeChanged
from mappings.platforms import PlatformProfile, profile_for
from mappings.progress import Outcome, OutcomeState, phase_progress
from mappings.roles import Role
from mappings.scores import Score, score_for, score_for_certificate, score_for_phases
from mappings.training import Training

POST_SCORE = "post-score"
"""The job that posts one row of the outbox."""


class ScoreOutboxService:
    """Keeps the outbox in step with the outcomes.

    Args:
        jobs: the durable engine.
        clock: the time.
        trainings: the trainings by key.
        locale: the language of what is said about phases in gradebooks: nl or en.
        profile_of: the profile of a family of platforms.
    """

    def __init__(
        self,
        jobs: Jobs,
        clock: Clock,
        trainings: Mapping[str, Training],
        locale: str = "nl",
        profile_of: Callable[[str], PlatformProfile] = profile_for,
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._trainings = trainings
        self._locale = locale
        self._profile_of = profile_of

    def follow(self, session: Session, change: OutcomeChanged) -> None:
        """Write what every learning environment should now hold for this outcome (an `OutcomeFollower`)."""
        person = {"cohort_id": change.cohort_id, "person_id": change.person_id}
        targets = session.execute(_TARGETS_OF_WORK, {**person, "assignment_key": change.assignment_key}).all()
        for placement, account, family in targets:
            profile = self._profile_of(family)
            score = score_for(change.state, change.feedback, profile)
            self._put(session, placement, account, change.submission_id, score, profile)
        if change.state is OutcomeState.ACCEPTED:
            self._put_whole(session, session.execute(_WHOLES_OF_PERSON, person).all())

    def catch_up(self, session: Session, launch: Launch) -> None:
        """Write the rows that a placement lacks, and try again what its launch repaired (a `LaunchFollower`).

        A participant's launch looks at that participant alone: a class that starts at once must not look at each other's
        work. Anybody else's looks at all.
        """
        if launch.placement_id is None:
            return
        session.flush()
        own = launch.role is Role.PARTICIPANT
        key = {"placement_id": launch.placement_id, "account_id": launch.account_id}
        lacks, lacks_whole, was_refused = (_NEWS_OF_ACCOUNT if own else _NEWS).one(session.connection(), key)
        if lacks:
            self._write_missing(session, _missing().where(*_of_launch(launch)))
        if lacks_whole:
            self._put_whole(session, session.execute(_missing_wholes().where(*_of_launch(launch))).all())
        if was_refused:
            self._retry_repaired(session, launch.placement_id, launch.account_id)

    def catch_up_everywhere(self, session: Session, most: int) -> int:
        """Write rows that any placement lacks, `most` at a time; return how many.

        Two transactions that ran side by side can miss each other: work accepted while a launch made the placement
        known. And a placement may get its assignment after its participants have launched it.
        """
        return self._write_missing(session, _missing().limit(most))

    def catch_up_person(self, session: Session, person_id: str) -> None:
        """Write what every learning environment of a person should hold, of work that came to be the person's otherwise."""
        session.flush()
        other = (
            _accepted()
            .outerjoin(ScoreOutbox, (ScoreOutbox.placement_id == Placement.id) & (ScoreOutbox.account_id == Account.id))
            .where(Account.person_id == person_id)
            .where(ScoreOutbox.id.is_(None) | (ScoreOutbox.submission_id != Submission.id))
        )
        self._write_missing(session, other)
        self._put_whole(session, session.execute(_wholes().where(Account.person_id == person_id)).all())

    def put_certificate(self, session: Session, placement: Placement, account: Account, family: str, *, valid: bool) -> None:
        """Write what the column of a certificate should hold for one account."""
        self._put(session, placement, account, None, score_for_certificate(valid=valid), self._profile_of(family))

    def retry(self, session: Session, row: ScoreOutbox, *, overwrite: bool = False) -> None:
        """Post a row again now, whatever went wrong before; the caller holds it locked.

        Args:
            overwrite: also when somebody changed the grade by hand.
        """
        row.dirty, row.refused, row.fails, row.last_error, row.overwrite = True, False, 0, None, overwrite
        row.version = max(row.version, row.sent_version + 1)
        family = session.get_one(Platform, row.platform_id).family
        enqueue(session, self._jobs, self._clock, row, self._profile_of(family))

    def keep(self, row: ScoreOutbox) -> None:
        """Let the grade count that somebody put in the place of ours; the caller holds the row locked.

        Raises:
            Refused: nobody did, or something newer is on its way.
        """
        if not row.refused or row.last_error != CHANGED_IN_LMS:
            raise Refused("nobody changed this grade by hand")
        row.dirty, row.refused, row.last_error, row.checked = False, False, KEPT_IN_LMS, True

    def _retry_repaired(self, session: Session, placement_id: str, account_id: str) -> None:
        refused = (
            select(ScoreOutbox, Placement)
            .join(Placement, Placement.id == ScoreOutbox.placement_id)
            .where(Placement.id == placement_id, ScoreOutbox.refused.is_(True))
            .order_by(ScoreOutbox.account_id)
            .with_for_update(of=ScoreOutbox)
        )
        for row, placement in session.execute(refused).all():
            if _repaired(row, placement, account_id):
                self.retry(session, row)

    def _write_missing(self, session: Session, query: Select[Placement, Account, str, Submission]) -> int:
        written = 0
        for placement, account, family, submission in session.execute(query).all():
            profile = self._profile_of(family)
            score = score_for(OutcomeState.ACCEPTED, _last_feedback(session, submission.id), profile)
            written += self._put(session, placement, account, submission.id, score, profile)
        return written

    def _put_whole(self, session: Session, targets: Iterable[tuple[Placement, Account, str, Enrolment, str]]) -> None:
        for placement, account, family, enrolment, training_key in targets:
            training = self._trainings.get(training_key)
            if training is None:
                continue
            # Two changes at once would each miss the other: of one person they wait for each other here, before they look.
            # NO KEY UPDATE: rows that refer to this one can be written meanwhile.
            held = select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update(key_share=True)
            session.execute(held)
            work = select(Submission).where(Submission.enrolment_id == enrolment.id)
            outcomes = [Outcome(row.assignment_key, OutcomeState(row.state)) for row in session.scalars(work)]
            score = score_for_phases(phase_progress(training, outcomes), self._locale)
            self._put(session, placement, account, None, score, self._profile_of(family))

    def _put(
        self,
        session: Session,
        placement: Placement,
        account: Account,
        submission_id: str | None,
        score: Score | None,
        profile: PlatformProfile,
    ) -> bool:
        if score is None:
            return False
        now = self._clock()
        key = {"placement_id": placement.id, "account_id": account.id}
        row = session.scalar(_ROW, key)
        if row is None:
            values = {
                "id": new_id(),
                "platform_id": account.platform_id,
                "placement_id": placement.id,
                "account_id": account.id,
                "submission_id": submission_id,
                "slot": slot_of(account.id),
                "score_given": score.score_given,
                "score_maximum": score.score_maximum,
                "version": 0,
                "sent_version": 0,
                "dirty": True,
                "job": 0,
                "fails": 0,
                "refused": False,
                "changed_at": now,
            }
            insert_unless_there(session, ScoreOutbox, values)
            row = session.scalars(_ROW, key).one()
        elif score.score_given is None and row.score_given is not None:
            return False  # what only announces something never takes the place of a grade
        row.score_given, row.score_maximum, row.comment = score.score_given, score.score_maximum, score.comment
        row.activity = score.activity_progress.value
        row.version += 1
        row.changed_at = now
        row.dirty, row.refused, row.fails, row.last_error, row.overwrite = True, False, 0, None, False
        enqueue(session, self._jobs, self._clock, row, profile)
        return True


def enqueue(
    session: Session, jobs: Jobs, clock: Clock, row: ScoreOutbox, profile: PlatformProfile, delay: float = 0.0
) -> None:
    """Give a row its next job; from now on the one before does nothing. The caller holds the row locked.

    Args:
        profile: of its platform; decides the lane.
        delay: seconds before it may start.
    """
    row.job += 1
    row.next_attempt_at = clock() + timedelta(seconds=delay)
    session.flush()
    lane = f"{row.platform_id}:{lane_of(row, profile)}"
    jobs.enqueue(session, POST_SCORE, row.id, row.job, lane=lane, delay=delay)


def lane_of(row: ScoreOutbox, profile: PlatformProfile) -> int:
    """Return the lane of a row, of as many as its platform may be called at once."""
    return row.slot % profile.max_parallel


def slots_of(lane: int, profile: PlatformProfile) -> list[int]:
    """Return the slots whose rows are in a lane."""
    return list(range(lane, SLOTS, profile.max_parallel))


def _targets() -> Select[Placement, Account, str]:
    """Participants' accounts in the courses of placements; always in one order, so that no two writers wait in a ring."""
    return (
        select(Placement, Account, Platform.family)
        .join(CourseMember, CourseMember.course_id == Placement.course_id)
        .join(Account, Account.id == CourseMember.account_id)
        .join(Platform, Platform.id == Account.platform_id)
        .where(CourseMember.role == Role.PARTICIPANT)
        .order_by(Placement.id, Account.id)
    )


def _of_launch(launch: Launch) -> Sequence[ColumnElement[bool]]:
    of_placement = Placement.id == launch.placement_id
    return (of_placement, Account.id == launch.account_id) if launch.role is Role.PARTICIPANT else (of_placement,)


def _wholes() -> Select[Placement, Account, str, Enrolment, str]:
    """Participants' accounts in the courses of placements that show a whole training and have a column."""
    return (
        _targets()
        .add_columns(Enrolment, Cohort.training_key)
        .join(Cohort, Cohort.id == Placement.cohort_id)
        .join(Enrolment, (Enrolment.person_id == Account.person_id) & (Enrolment.cohort_id == Placement.cohort_id))
        .where(
            Placement.assignment_key.is_(None),
            Placement.lineitem_url.is_not(None),
            Enrolment.role == Role.PARTICIPANT,
        )
    )


def _missing_wholes() -> Select[Placement, Account, str, Enrolment, str]:
    return (
        _wholes()
        .outerjoin(ScoreOutbox, (ScoreOutbox.placement_id == Placement.id) & (ScoreOutbox.account_id == Account.id))
        .where(ScoreOutbox.id.is_(None))
    )


def _accepted() -> Select[Placement, Account, str, Submission]:
    """Accepted work of participants, with each placement of its assignment."""
    return (
        _targets()
        .add_columns(Submission)
        .join(Enrolment, (Enrolment.person_id == Account.person_id) & (Enrolment.cohort_id == Placement.cohort_id))
        .join(
            Submission,
            (Submission.enrolment_id == Enrolment.id) & (Submission.assignment_key == Placement.assignment_key),
        )
        .where(Submission.state == OutcomeState.ACCEPTED)
    )


def _missing() -> Select[Placement, Account, str, Submission]:
    """Accepted work of participants that a placement of its assignment has no row for."""
    return (
        _accepted()
        .outerjoin(ScoreOutbox, (ScoreOutbox.placement_id == Placement.id) & (ScoreOutbox.account_id == Account.id))
        .where(ScoreOutbox.id.is_(None))
    )


# Made once, because every launch and every review asks: to build a statement costs more than to run it.
_ROW = (
    select(ScoreOutbox)
    .where(ScoreOutbox.placement_id == bindparam("placement_id"), ScoreOutbox.account_id == bindparam("account_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_OF_PERSON = Placement.cohort_id == bindparam("cohort_id"), Account.person_id == bindparam("person_id")
_TARGETS_OF_WORK = _targets().where(*_OF_PERSON, Placement.assignment_key == bindparam("assignment_key"))
_WHOLES_OF_PERSON = _wholes().where(*_OF_PERSON)
_OF_PLACEMENT = Placement.id == bindparam("placement_id")
_LACKING = _missing().order_by(None).with_only_columns(Placement.id).where(_OF_PLACEMENT)
_LACKING_WHOLE = _missing_wholes().order_by(None).with_only_columns(Placement.id).where(_OF_PLACEMENT)
_REFUSED = exists().where(ScoreOutbox.placement_id == bindparam("placement_id"), ScoreOutbox.refused.is_(True))
_NEWS = Statement(select(_LACKING.exists(), _LACKING_WHOLE.exists(), _REFUSED))
"""Whether a placement lacks a row of an assignment, or of the whole training; and whether one of its rows was refused."""
_OF_ACCOUNT = Account.id == bindparam("account_id")
_NEWS_OF_ACCOUNT = Statement(
    select(_LACKING.where(_OF_ACCOUNT).exists(), _LACKING_WHOLE.where(_OF_ACCOUNT).exists(), _REFUSED)
)
"""The same, with what it lacks of one account."""


def _repaired(row: ScoreOutbox, placement: Placement, launched_by: str) -> bool:
    """Whether a launch may have set right what a row was refused for: it brings the line item and the scopes anew."""
    if row.last_error == CHANGED_IN_LMS:
        return False
    if row.last_error == NO_SCOPE:
        return SCORE in placement.ags_scopes
    if row.last_error == NO_LINE_ITEM:
        return placement.lineitem_url is not None or LINEITEM in placement.ags_scopes
    # Everything else is about the account, which is enrolled (again) when it launches.
    return row.last_error in PLACE_GONE or row.account_id == launched_by


def _last_feedback(session: Session, submission_id: str) -> str | None:
    return session.scalar(
        select(Review.feedback)
        .join(SubmissionVersion, SubmissionVersion.id == Review.version_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(Review.reviewed_at.desc())
        .limit(1)
    )
