"""Work that was handed in elsewhere: it becomes a version like any other, and may be accepted there as well.

It is called within the transaction of who read it. Each piece of work is locked; nothing here calls anything outside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.ids import new_id, new_reference
from lti_tool.training import submissions
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.training.reviewing import Verdict
from mappings.progress import Origin, OutcomeState


@dataclass(frozen=True)
class NativeFacts:
    """What the other side says of a version; pages put it in words, in the reader's language."""

    counts: str
    """A `mappings.activities.Counts`: what of the activity counts."""
    digest: str
    """Of all that makes this version."""
    grade: float | None = None
    maximum: float | None = None
    """Of how many points `grade` is; None: of a scale, or not known."""
    activity_url: str | None = None
    """Where its maker sees it."""
    cut: bool = False
    """The text was longer than a version holds."""

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Self | None:
        """Read what a version keeps; None for one that was handed in here."""
        return cls(**kept) if kept else None


@dataclass(frozen=True)
class Brought:
    """What was handed in elsewhere."""

    text: str = field(repr=False)
    handed_in_at: datetime
    """As the other side says."""
    source_url: str
    facts: NativeFacts
    surely_newer: bool = False
    """It was handed in after everything that is here, whatever the two clocks say."""


@dataclass(frozen=True)
class Taken:
    """What it became here."""

    submission_id: str
    version_id: str
    state: OutcomeState
    """What the work amounts to now."""
    made: bool = True
    """A version was made; else it was there already, from an earlier reading."""


class ImportService:
    """Takes work in.

    Args:
        clock: the time.
        followers: told when the outcome changes, in the same transaction.
    """

    def __init__(self, clock: Clock, followers: Sequence[OutcomeFollower] = ()) -> None:
        self._clock = clock
        self._followers = tuple(followers)

    def bring(self, session: Session, enrolment_id: str, assignment_key: str, brought: Brought) -> Taken | None:
        """Add a version; what was accepted stays accepted, and a draft stays where it is.

        Returns:
            None: there is a newer version, so that this one is none; nothing was changed.
        """
        now = self._clock()
        at = min(brought.handed_in_at, now)
        submission = submissions.lock_or_begin(session, enrolment_id, assignment_key, at)
        last = submissions.last_version(session, submission.id)
        if last is not None and _is_there(last, brought):
            return Taken(submission.id, last.id, OutcomeState(submission.state), made=False)
        if last is not None and brought.handed_in_at < last.handed_in_at and not brought.surely_newer:
            return None
        number = last.number + 1 if last is not None else 1
        reference = new_reference()
        version = SubmissionVersion(
            id=new_id(),
            submission_id=submission.id,
            number=number,
            text=brought.text,
            handed_in_at=brought.handed_in_at,
            receipt=f"V{number}-{reference[:4]}-{reference[4:]}",
            origin=Origin.MOODLE.value,
            source_url=brought.source_url,
            facts=asdict(brought.facts),
        )
        session.add(version)
        session.flush()
        if submission.state != OutcomeState.ACCEPTED:
            submission.origin = Origin.MOODLE.value
            submissions.change_state(session, submission, OutcomeState.SUBMITTED, at, self._followers)
        return Taken(submission.id, version.id, OutcomeState(submission.state))

    def accept(self, session: Session, version_id: str, reviewers: Sequence[str | None]) -> bool:
        """Accept a version because the other side did; return whether it is accepted now by this.

        Only what waits for a trainer, and is the last version, is accepted.

        Args:
            reviewers: persons, the best first, who may have said so; nobody accepts their own work.
        """
        version = session.get_one(SubmissionVersion, version_id)
        submission = submissions.lock(session, version.submission_id)
        last = submissions.last_version(session, submission.id)
        if submission.state != OutcomeState.SUBMITTED or last is None or last.id != version_id:
            return False
        maker = session.get_one(Enrolment, submission.enrolment_id).person_id
        reviewer = next((person for person in reviewers if person is not None and person != maker), None)
        if reviewer is None:
            return False
        now = self._clock()
        session.add(
            Review(
                id=new_id(),
                version_id=version_id,
                reviewer_id=reviewer,
                verdict=Verdict.ACCEPTED.value,
                feedback="",
                reviewed_at=now,
                origin=Origin.MOODLE.value,
            )
        )
        submissions.change_state(session, submission, OutcomeState.ACCEPTED, now, self._followers, feedback="")
        return True

    @staticmethod
    def accepted_version(session: Session, submission_id: str) -> tuple[int, NativeFacts | None] | None:
        """Return number and facts of the version that was accepted; None while none is."""
        query = (
            select(SubmissionVersion)
            .join(Submission, Submission.id == SubmissionVersion.submission_id)
            .join(Review, Review.version_id == SubmissionVersion.id)
            .where(
                Submission.id == submission_id,
                Submission.state == OutcomeState.ACCEPTED.value,
                Review.verdict == Verdict.ACCEPTED.value,
            )
            .order_by(SubmissionVersion.number.desc())
        )
        version = session.scalars(query.limit(1)).first()
        return None if version is None else (version.number, NativeFacts.of(version.facts))


def _is_there(last: SubmissionVersion, brought: Brought) -> bool:
    """Return whether the last version is this very content: its activity was unlinked, and linked again."""
    facts = NativeFacts.of(last.facts)
    return facts is not None and (facts.digest, last.source_url) == (brought.facts.digest, brought.source_url)
