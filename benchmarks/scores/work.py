"""What is to be delivered, and under which terms the platform takes it. Everything here travels between processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product
from typing import Final

COURSES: Final = 10
COLUMNS: Final = 10
"""Line items a course."""
PEOPLE: Final = 10
"""Participants a course."""
FULL: Final = 100


class Fault(StrEnum):
    """What goes wrong at the platform. Nothing that fails has been stored."""

    NONE = "none"
    ERROR = "500"
    BUSY = "429"
    DROPPED = "dropped"
    SHORT_TOKEN = "short-token"  # noqa: S105  # a fault, not a token
    SILENT = "silent"


EVERY: Final = {Fault.ERROR: 10, Fault.BUSY: 10, Fault.DROPPED: 10, Fault.SILENT: 50}
"""Which of the calls that carry a token fails: each tenth, each fiftieth. No token request fails."""
RETRY_AFTER_SECONDS: Final = 1
TOKEN_SECONDS: Final = 3600.0
SHORT_TOKEN_SECONDS: Final = 1.0


COUNTS: Final = {Fault.ERROR: 200, Fault.BUSY: 200, Fault.DROPPED: 200, Fault.SHORT_TOKEN: 1000, Fault.SILENT: 100}
"""How many scores are delivered while something goes wrong: enough for tokens to end, and few where each wait is long."""


@dataclass(frozen=True)
class Terms:
    """How a platform behaves.

    Args:
        latency_ms: how long it takes for each of its answers.
        fault: what goes wrong now and then.
    """

    latency_ms: int
    fault: Fault = Fault.NONE

    @property
    def token_seconds(self) -> float:
        """How long a token counts."""
        return SHORT_TOKEN_SECONDS if self.fault is Fault.SHORT_TOKEN else TOKEN_SECONDS


@dataclass(frozen=True)
class Score:
    """A full score for a person on a line item, with a comment that no other one has.

    Args:
        course: which course, from 0.
        column: which line item of the course, from 0.
        person: which participant of the course, from 0.
    """

    course: int
    column: int
    person: int

    @property
    def user(self) -> str:
        """The person's id at the platform."""
        return f"{self.course}-{self.person}"

    @property
    def path(self) -> str:
        """Of the line item at the platform; each course has a folder of its own."""
        return f"/{self.course}/lineitems/{self.column}/lineitem"

    @property
    def comment(self) -> str:
        """What the teacher reads."""
        return f"Akkoord, {self.course}-{self.column}-{self.person}"


def scores(count: int) -> Sequence[Score]:
    """Return so many scores, line item by line item, for all people of each: fewer scores are for fewer line items.

    Args:
        count: at most one for everybody on every line item.
    """
    return [
        Score(course, column, person)
        for column, course, person in islice(product(range(COLUMNS), range(COURSES), range(PEOPLE)), count)
    ]


@dataclass(frozen=True)
class Played:
    """What one delivery took.

    Args:
        seconds: from the first change or post until all was done, or was given up.
        cpu_seconds: of everything that belongs to the tool.
        given_up: whether it had to be stopped: it did not come to an end by itself.
    """

    seconds: float
    cpu_seconds: float
    given_up: bool = False


@dataclass(frozen=True)
class Tally:
    """What a platform has seen.

    Args:
        tokens: how many it gave.
        connections: how many were opened to it.
        most_open: how many were open at the same moment.
        calls: how many requests came with a token that counts.
        posts: how many scores it took, the same one twice counting twice.
        held: by line item path and user: given, maximum, comment.
    """

    tokens: int
    connections: int
    most_open: int
    calls: int
    posts: int
    held: dict[tuple[str, str], tuple[float, float, str | None]]

    def lost(self, wanted: Sequence[Score]) -> int:
        """Return how many scores it does not hold as they were to be delivered."""
        return sum(self.held.get((score.path, score.user)) != (FULL, FULL, score.comment) for score in wanted)


def together(tallies: Sequence[Tally]) -> Tally:
    """Return what several platforms have seen, one of which holds each score; connections are those of the busiest one."""
    return Tally(
        tokens=sum(one.tokens for one in tallies),
        connections=max(one.connections for one in tallies),
        most_open=max(one.most_open for one in tallies),
        calls=sum(one.calls for one in tallies),
        posts=sum(one.posts for one in tallies),
        held={key: value for one in tallies for key, value in one.held.items()},
    )
