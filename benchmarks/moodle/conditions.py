"""Which courses are read."""

from dataclasses import dataclass
from typing import Final

from benchmarks.moodle.work import Course


@dataclass(frozen=True)
class Condition:
    """One part of the table.

    Args:
        key: for the command line and for programs.
        title: for people.
        course: what is read.
        once: it is played in the first round only: its memory counts, which is the same each time.
    """

    key: str
    title: str
    course: Course
    once: bool = False


LATENCY_MS: Final = 20
SMALL: Final = Condition("30", f"30 participants, {LATENCY_MS} ms a request", Course(30, LATENCY_MS))
LARGE: Final = Condition("120", f"120 participants, {LATENCY_MS} ms a request", Course(120, LATENCY_MS))
HUGE: Final = Condition("5000", "5,000 participants, at once", Course(5000), once=True)
ALL: Final = (SMALL, LARGE, HUGE)
QUICK: Final = (SMALL, LARGE)
