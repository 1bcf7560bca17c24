"""Activities of a learning environment that stand for assignments: what of them counts, and from when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

HAND_IN_KIND: Final = "assign"
"""Moodle's kind of activity in which people hand in texts and files."""
OWN_KIND: Final = "lti"
"""Moodle's kind of activity that is an external tool: ours among them."""
GRADED_KINDS: Final = frozenset(("quiz", "workshop", "lesson", "scorm", "h5pactivity"))
"""Kinds that are there to be graded."""


class Counts(StrEnum):
    """What has to have happened in an activity for it to count."""

    SUBMITTED = "submitted"
    """Something was handed in."""
    GRADED = "graded"
    """It was graded, with enough."""
    COMPLETED = "completed"
    """The learning environment holds it complete."""


@dataclass(frozen=True, slots=True)
class NativeActivity:
    """An activity of a course, as far as it matters for what it may stand for."""

    cm_id: int
    """The learning environment's id of it in the course."""
    kind: str
    """Moodle's name of the module: assign, quiz, forum …"""
    title: str
    section: str = ""
    """The title of the section that it stands in."""
    hidden: bool = False
    """Participants do not see it."""
    instance_id: int = 0
    """Its id within its kind."""
    takes_work: bool = False
    """People hand in texts or files in it, and the learning environment tells which."""
    graded: bool = False
    """It has grades that can be read."""
    maximum: float | None = None
    """The most points that it gives; None: a scale, no grade, or not known."""
    tracked: bool = False
    """The learning environment keeps whether a participant has completed it."""

    @property
    def ways(self) -> tuple[Counts, ...]:
        """In which ways it can count."""
        possible = {Counts.SUBMITTED: self.takes_work, Counts.GRADED: self.graded, Counts.COMPLETED: self.tracked}
        return tuple(counts for counts in Counts if possible[counts])


def usual_counts(kind: str, ways: Collection[Counts]) -> Counts | None:
    """Return what usually counts in an activity of a kind; None: it can count in no way.

    Args:
        ways: in which ways it can count.
    """
    first = Counts.SUBMITTED if kind == HAND_IN_KIND else Counts.GRADED if kind in GRADED_KINDS else Counts.COMPLETED
    others = (Counts.COMPLETED, Counts.SUBMITTED, Counts.GRADED)
    return next((counts for counts in (first, *others) if counts in ways), None)


def usual_grade(maximum: float | None) -> float | None:
    """Return the grade from which an activity usually counts: 5.5 out of 10."""
    return None if maximum is None else round(maximum * 0.55, 2)


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
