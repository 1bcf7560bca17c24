"""What was measured, round by round, and the medians of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.launches.conditions import Condition
from benchmarks.launches.load import Played
from benchmarks.launches.sides import Way
from benchmarks.results import Rounds, median_of


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


class Results(Rounds[Way, Condition, Measured]):
    """What was measured of each way under each condition."""

    def cell(self, way: str, condition: str) -> Cell | None:
        """Return the medians of what was measured; None where nothing was."""
        rounds = self.of(way, condition)
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
            p50=median_of(one.percentile(0.50) for one in played),
            p95=median_of(one.percentile(0.95) for one in played),
            p99=median_of(one.percentile(0.99) for one in played),
            cpu_ms=median_of(one.cpu_seconds / one.played.launched * 1000 for one in good),
            driver_cpu_ms=median_of(one.played.driver_seconds / one.played.launched * 1000 for one in good),
        )

    def ratio(self, way: str, other: str, condition: str) -> float | None:
        """Return how many times the rate of another way: the median over the rounds, each beside its neighbour."""
        return self.beside(
            (way, condition),
            (other, condition),
            lambda one, two: one.played.rate / two.played.rate if two.played.rate else None,
        )

    def slowdown(self, way: str, before: str, after: str) -> float | None:
        """Return how many times the p50 under another condition: the median over the rounds, as `ratio` does."""

        def slower(one: Measured, two: Measured) -> float | None:
            first, second = one.played.percentile(0.5), two.played.percentile(0.5)
            return second / first if first and second else None

        return self.beside((way, before), (way, after), slower)
