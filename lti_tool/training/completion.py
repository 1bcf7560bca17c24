"""Whether a learning environment ticks an activity off by its result, asked of whoever can know.

LTI tells a tool nothing about that. Somebody who is connected to a learning environment in another way (a Moodle by its web
services) can: `app.py` hands such an answerer over; without one nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CompletionRule(StrEnum):
    """Whether an activity has the rule by which its learning environment completes it by the grade."""

    PRESENT = "present"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ActivityAsked:
    """An activity of a course whose rule is asked, in the words of its own learning environment."""

    placement_id: str
    """Ours."""
    platform_id: str
    """Ours."""
    context_id: str
    """The course there: the claim `context.id`. In Moodle the course's number."""
    resource_link_id: str
    """The link there: the claim `resource_link.id`. In Moodle the number of the external tool, not of its course module."""
    whole: bool
    """Whether it shows a whole training, whose result grows phase by phase: then only a passing grade should complete it."""


class CompletionRules(Protocol):
    """Answers for activities of one course.

    It may call outside, so it is called in no transaction. What it cannot say it leaves out, which counts as unknown.

    Raises:
        OutsideError: the learning environment does not answer now; then nothing of it is known.
    """

    def __call__(self, activities: Sequence[ActivityAsked], /) -> Mapping[str, CompletionRule]:
        """Return what is known, by `placement_id`."""


def nobody_knows(_activities: Sequence[ActivityAsked], /) -> Mapping[str, CompletionRule]:
    """Answer where nobody is connected in another way than LTI (a `CompletionRules`)."""
    return {}
