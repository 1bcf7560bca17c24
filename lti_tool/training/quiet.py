"""Who has gone quiet: when a participant last did something here, and whether it has been their turn for a while.

Opening a page counts as nothing: a launch tells of the whole learning environment, not of this training. Of a draft only the
moment is told, never what is in it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from mappings.progress import OutcomeState
from mappings.training import Training

QUIET_DAYS = 21
"""After how many days without activity somebody stands out, unless the trainer chooses otherwise."""
MOST_QUIET_DAYS = 365


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


def quiet_days(asked: str | None) -> int:
    """Return after how many days somebody is quiet: what was asked for, within reason."""
    digits = (asked or "").strip()
    if not digits.isdecimal() or len(digits) > len(str(MOST_QUIET_DAYS)):
        return QUIET_DAYS
    return min(max(int(digits), 1), MOST_QUIET_DAYS)


def activity_of(session: Session, enrolment_ids: Collection[str]) -> Mapping[str, Activity]:
    """Return what the participants with these enrolments did last."""
    if not enrolment_ids:
        return {}
    handed_in = (
        select(Submission.enrolment_id, func.max(SubmissionVersion.handed_in_at).label("at"))
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .where(Submission.enrolment_id.in_(enrolment_ids))
        .group_by(Submission.enrolment_id)
        .subquery()
    )
    query = (
        select(
            Enrolment.id,
            Enrolment.created_at,
            handed_in.c.at,
            Submission.draft_saved_at,
            Submission.state,
            Submission.changed_at,
        )
        .outerjoin(Submission, Submission.enrolment_id == Enrolment.id)
        .outerjoin(handed_in, handed_in.c.enrolment_id == Enrolment.id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    found: dict[str, Activity] = {}
    for enrolment_id, joined, handed, saved, state, changed in session.execute(query):
        before = found.get(enrolment_id, Activity(joined, joined))
        at = max(moment for moment in (before.at, handed, saved) if moment is not None)
        answered = changed if state in (OutcomeState.RETURNED, OutcomeState.ACCEPTED) else at
        found[enrolment_id] = Activity(at, max(before.turn_since, at, answered))
    return found
