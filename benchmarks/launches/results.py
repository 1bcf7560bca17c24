"""What was measured, round by round, and the medians of it."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.launches.conditions import Condition
from benchmarks.launches.load import Played
from benchmarks.launches.sides import Way


@dataclass(frozen=True)
class Measured:
    """One round: what the driver saw, and the CPU seconds that the tool used with its database and cache."""

    played: Played
    cpu_seconds: float


@dataclass(frozen=True)
class Cell:
    """All rounds of one way under one condition; medians of the rounds, times in ms, None where nothing succeeded."""

    launched: int
    failures: Mapping[str, int]
    rate: float
    best_rate: float
    p50: float | None
    p95: float | None
    p99: float | None
    cpu_ms: float | None
    driver_cpu_ms: float | None

    @property
    def failed(self) -> int:
        """How many launches failed, over all rounds."""
        return sum(self.failures.values())


class Results:
    """Fills up while the rounds are played.

    Args:
        ways: the rows.
        conditions: the parts.
        skipped: what is not measured and why, one line each.
    """

    def __init__(self, ways: Iterable[Way], conditions: Iterable[Condition], skipped: Iterable[str] = ()) -> None:
        self.ways = tuple(ways)
        self.conditions = tuple(conditions)
        self.skipped = tuple(skipped)
        self.load_average = os.getloadavg()[0]
        """How many processes wanted a core in the last minute, before anything was played."""
        self._rounds: dict[tuple[str, str], list[Measured]] = {}

    def add(self, way: str, condition: str, measured: Measured) -> None:
        """Keep a round; both by their keys."""
        self._rounds.setdefault((way, condition), []).append(measured)

    def cell(self, way: str, condition: str) -> Cell | None:
        """Return the medians of what was measured; None where nothing was."""
        rounds = self._rounds.get((way, condition))
        if not rounds:
            return None
        played = [one.played for one in rounds]
        good = [one for one in rounds if one.played.launched]
        rates = [one.rate for one in played]
        return Cell(
            launched=sum(one.launched for one in played),
            failures=dict(sum((Counter(one.failures) for one in played), Counter[str]())),
            rate=median(rates),
            best_rate=max(rates),
            p50=_median(one.percentile(0.50) for one in played),
            p95=_median(one.percentile(0.95) for one in played),
            p99=_median(one.percentile(0.99) for one in played),
            cpu_ms=_median(one.cpu_seconds / one.played.launched * 1000 for one in good),
            driver_cpu_ms=_median(one.played.driver_seconds / one.played.launched * 1000 for one in good),
        )

    def ratio(self, way: str, other: str, condition: str) -> float | None:
        """Return how many times the rate of another way: the median over the rounds, each beside its neighbour."""
        ours, theirs = self._rounds.get((way, condition), []), self._rounds.get((other, condition), [])
        pairs = zip(ours, theirs, strict=False)
        return _median(one.played.rate / two.played.rate for one, two in pairs if two.played.rate)

    def slowdown(self, way: str, before: str, after: str) -> float | None:
        """Return how many times the p50 under another condition: the median over the rounds, as `ratio` does."""
        pairs = zip(self._rounds.get((way, before), []), self._rounds.get((way, after), []), strict=False)
        halves = ((one.played.percentile(0.5), two.played.percentile(0.5)) for one, two in pairs)
        return _median(second / first for first, second in halves if first and second)


def _median(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return median(found) if found else None
