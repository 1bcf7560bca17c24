"""Who has gone quiet: when a participant last did something here, and whether it has been their turn for a while.

Opening a page counts as nothing: a launch tells of the whole learning environment, not of this training. Of a draft only the
moment is told, never what is in it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.database import AnyRow, among
from lti_tool.training.access import Standing
from lti_tool.training.models import Submission, SubmissionVersion
from lti_tool.training.roster import Participant, participants
from mappings.progress import OutcomeState
from mappings.training import Training

QUIET_DAYS = 21
"""After how many days without activity somebody stands out, unless the trainer chooses otherwise."""
MOST_QUIET_DAYS = 365
_ANSWERED = frozenset((OutcomeState.RETURNED, OutcomeState.ACCEPTED))
NUDGE_EVERY = timedelta(days=7)
"""A participant is reminded no more often."""


@dataclass(frozen=True)
class Activity:
    """What somebody did last."""

    at: datetime
    """Came into the cohort, saved a draft or handed in."""
    turn_since: datetime
    """The same, or when a trainer gave an answer after that: since then it is their turn."""

    def quiet(self, training: Training, states: Mapping[str, OutcomeState], now: datetime, days: int) -> bool:
        """Return whether it has been their turn for so many days.

        Args:
            states: how far the work is, by assignment. While some waits for a trainer it is not their turn, and
                once everything required is accepted there is nothing to do.
        """
        if OutcomeState.SUBMITTED in states.values():
            return False
        if all(states.get(one.key) is OutcomeState.ACCEPTED for one in training.required_assignments):
            return False
        return now - self.turn_since >= timedelta(days=days)


def may_be_nudged(last: datetime | None, now: datetime) -> bool:
    """Return whether it is long enough ago that somebody was reminded last; None: never."""
    return last is None or last <= now - NUDGE_EVERY


def quiet_days(asked: str | None) -> int:
    """Return after how many days somebody is quiet: what was asked for, within reason."""
    digits = (asked or "").strip()
    if not digits.isdecimal() or len(digits) > len(str(MOST_QUIET_DAYS)):
        return QUIET_DAYS
    return min(max(int(digits), 1), MOST_QUIET_DAYS)


def work_at_a_glance(session: Session, enrolment_ids: Collection[str]) -> Sequence[AnyRow]:
    """Return all work of these enrolments: `id`, `enrolment_id`, `assignment_key`, `state`, `changed_at`, and what tells of
    activity: `draft_saved_at` and `handed_in_at`, the last version's. It reads no text.
    """
    if not enrolment_ids:
        return ()
    handed_in = select(func.max(SubmissionVersion.handed_in_at)).where(SubmissionVersion.submission_id == Submission.id)
    query = select(
        Submission.id,
        Submission.enrolment_id,
        Submission.assignment_key,
        Submission.state,
        Submission.changed_at,
        Submission.draft_saved_at,
        handed_in.scalar_subquery().label("handed_in_at"),
    )
    return session.execute(query.where(among(Submission.enrolment_id, enrolment_ids))).all()


def quiet_participants(session: Session, standing: Standing, now: datetime, days: int) -> Sequence[str]:
    """Return the participants, by enrolment, whom who stands like this trains and who have been quiet for so many days."""
    people = [person for person in participants(session, standing) if not person.removed]
    work: dict[str, list[AnyRow]] = {}
    for row in work_at_a_glance(session, [person.enrolment_id for person in people]):
        work.setdefault(row.enrolment_id, []).append(row)

    def quiet(person: Participant) -> bool:
        own = work.get(person.enrolment_id, [])
        states = {row.assignment_key: OutcomeState(row.state) for row in own}
        return activity_of(person.joined_at, own).quiet(standing.training, states, now, days)

    return [person.enrolment_id for person in people if quiet(person)]


def activity_of(joined: datetime, work: Iterable[AnyRow]) -> Activity:
    """Return what a participant did last.

    Args:
        joined: when the participant came into the cohort.
        work: of `work_at_a_glance`.
    """
    at = turn_since = joined
    for row in work:
        handed_in, saved = row.handed_in_at, row.draft_saved_at
        if handed_in is not None and handed_in > at:
            at = handed_in
        if saved is not None and saved > at:
            at = saved
        if row.state in _ANSWERED and row.changed_at > turn_since:
            turn_since = row.changed_at
    return Activity(at, max(at, turn_since))
