"""Activities of a learning environment that stand for assignments: what of them counts, and from when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Counts(StrEnum):
    """What has to have happened in an activity for it to count."""

    SUBMITTED = "submitted"
    """Something was handed in."""
    GRADED = "graded"
    """It was graded, with enough."""
    COMPLETED = "completed"
    """The learning environment holds it complete."""


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did in an activity, as the learning environment says."""

    submitted_at: datetime | None = None
    """When what is handed in was changed last; None: nothing is."""
    grade: float | None = None
    """In the activity's own points."""
    graded_at: datetime | None = None
    complete: bool | None = None
    """None: not known."""
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What of an activity counts for an assignment."""

    counts: Counts
    from_grade: float | None = None
    """The least grade that counts, in the activity's own points; None: any grade. Only where grades count."""

    def __post_init__(self) -> None:
        if self.from_grade is not None and self.counts is not Counts.GRADED:
            raise ValueError("a least grade without grades that count")

    def met(self, done: Done) -> bool:
        """Return whether it counts."""
        if self.counts is Counts.SUBMITTED:
            return done.submitted_at is not None
        if self.counts is Counts.COMPLETED:
            return done.complete is True
        return done.grade is not None and (self.from_grade is None or done.grade >= self.from_grade)

    def met_at(self, done: Done) -> datetime | None:
        """Return the moment since which it counts, as the learning environment says; None: it does not, or no moment."""
        if not self.met(done):
            return None
        return {
            Counts.SUBMITTED: done.submitted_at,
            Counts.GRADED: done.graded_at,
            Counts.COMPLETED: done.completed_at,
        }[self.counts]
