"""What was measured, round by round: the part that all comparisons share."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from typing import Generic, TypeVar

W = TypeVar("W")
C = TypeVar("C")
M = TypeVar("M")


class Rounds(Generic[W, C, M]):
    """Fills up while the rounds are played.

    Args:
        ways: the rows.
        conditions: the parts.
        skipped: what is not measured and why, one line each.
    """

    def __init__(self, ways: Iterable[W], conditions: Iterable[C], skipped: Iterable[str] = ()) -> None:
        self.ways = tuple(ways)
        self.conditions = tuple(conditions)
        self.skipped = tuple(skipped)
        self.load_average = os.getloadavg()[0]
        """How many processes wanted a core in the last minute, before anything was played."""
        self._rounds: dict[tuple[str, str], list[M]] = {}

    def add(self, way: str, condition: str, measured: M) -> None:
        """Keep a round; both by their keys."""
        self._rounds.setdefault((way, condition), []).append(measured)

    def of(self, way: str, condition: str) -> Sequence[M]:
        """Return the rounds of a way under a condition."""
        return self._rounds.get((way, condition), ())

    def beside(self, one: tuple[str, str], other: tuple[str, str], ratio: Callable[[M, M], float | None]) -> float | None:
        """Return the median of what the rounds of both gave, each beside its neighbour.

        Args:
            one, other: a way and a condition.
            ratio: of two rounds; None where they give none.
        """
        return median_of(ratio(first, second) for first, second in self._pairs(one, other))

    def _pairs(self, one: tuple[str, str], other: tuple[str, str]) -> Iterator[tuple[M, M]]:
        return zip(self.of(*one), self.of(*other), strict=False)


def median_of(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that there are; None when there is none."""
    found = [value for value in values if value is not None]
    return median(found) if found else None
