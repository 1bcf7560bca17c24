"""A side of the comparison: something that delivers scores to platforms, started once and played many times."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scores.work import Fault, Played, Score, Terms

Deliver = Callable[[Sequence[str], Sequence[Score], float], Played]
"""Delivers scores to platforms at these addresses, one or more (`platform_of`); gives up after so many seconds."""


@dataclass(frozen=True)
class Way:
    """One row of the table.

    Args:
        key: for the command line and for programs.
        name: for people.
        deliver: does it.
        plain: how many scores by the platform's latency in ms; it is not played at others.
        faulty: how many by what goes wrong at the platform; it is not played when something else does.
        platforms: how many platforms share the scores.
        times_out: whether it ends a call by itself that gets no answer.
    """

    key: str
    name: str
    deliver: Deliver
    plain: Mapping[int, int]
    faulty: Mapping[Fault, int]
    platforms: int = 1
    times_out: bool = True

    def count(self, terms: Terms) -> int:
        """Return how many scores it delivers under these terms; 0: it is not played."""
        by_fault = self.faulty.get(terms.fault, 0)
        return self.plain.get(terms.latency_ms, 0) if terms.fault is Fault.NONE else by_fault


@dataclass(frozen=True)
class Opening:
    """A side that can be started.

    Args:
        keys: of its ways.
        name: for messages.
        start: starts it in an empty folder of its own; raises Missing, NotStarted, PostgresqlMissing.
    """

    keys: tuple[str, ...]
    name: str
    start: Callable[[Path], AbstractContextManager[Sequence[Way]]]


def platform_of(course: int, platforms: Sequence[str]) -> str:
    """Return at which of some platforms a course is."""
    return platforms[course % len(platforms)]
