"""What one reading of a course leaves for the next: up to where it read, and what it learned of the course.

The marks are moments of Moodle's own clock, so that ours does not matter; what lies within the client's overlap before
one comes again, and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Marks:
    """What `MoodleCourse.marks` holds."""

    submissions: Mapping[int, datetime] = field(default_factory=dict)
    """Up to where what was handed in was read, by the assignment's id."""
    grades: Mapping[int, datetime] = field(default_factory=dict)
    whole_at: datetime | None = None
    """When everything was read last, whatever the marks said; by our clock."""
    sees_suspended: bool = False
    """Whether the account may tell who is suspended (moodle/course:enrolreview)."""
    workflow: frozenset[int] = frozenset()
    """Assignments, by id, whose grades are released later: a release is stamped nowhere, so they are read whole."""
    blind: frozenset[int] = frozenset()
    """Activities (cm ids) in which Moodle hides from its graders who made the work."""
    unreadable: frozenset[int] = frozenset()
    """Users whose completion Moodle does not compute: each stops a batch, so they are asked about less often."""
    unreadable_at: datetime | None = None

    @staticmethod
    def of(kept: Mapping[str, Any]) -> "Marks":
        """Read what a row keeps."""
        return Marks(
            submissions=_moments(kept.get("submissions")),
            grades=_moments(kept.get("grades")),
            whole_at=_moment(kept.get("whole_at")),
            sees_suspended=bool(kept.get("sees_suspended")),
            workflow=frozenset(kept.get("workflow", ())),
            blind=frozenset(kept.get("blind", ())),
            unreadable=frozenset(kept.get("unreadable", ())),
            unreadable_at=_moment(kept.get("unreadable_at")),
        )

    def as_row(self) -> dict[str, Any]:
        """Return it as a row keeps it."""
        return {
            "submissions": {str(key): moment.isoformat() for key, moment in self.submissions.items()},
            "grades": {str(key): moment.isoformat() for key, moment in self.grades.items()},
            "whole_at": self.whole_at.isoformat() if self.whole_at else None,
            "sees_suspended": self.sees_suspended,
            "workflow": sorted(self.workflow),
            "blind": sorted(self.blind),
            "unreadable": sorted(self.unreadable),
            "unreadable_at": self.unreadable_at.isoformat() if self.unreadable_at else None,
        }


def _moments(kept: Mapping[str, str] | None) -> Mapping[int, datetime]:
    return {int(key): datetime.fromisoformat(moment) for key, moment in (kept or {}).items()}


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
