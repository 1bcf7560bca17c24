"""What was measured, round by round, and the medians of it."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.results import Rounds
from benchmarks.scores.sides import Way
from benchmarks.scores.work import Fault, Played, Tally, Terms


@dataclass(frozen=True)
class Condition:
    """One part of the table.

    Args:
        key: for the command line and for programs.
        title: for people.
        terms: how the platform behaves.
        once: it is played in the first round only.
    """

    key: str
    title: str
    terms: Terms
    once: bool = False


@dataclass(frozen=True)
class Measured:
    """One round: how many scores were to be delivered, what became of them, and what the platform saw."""

    count: int
    lost: int
    played: Played
    tally: Tally

    @property
    def rate(self) -> float:
        """Delivered scores a second."""
        return (self.count - self.lost) / self.played.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU ms a score."""
        return self.played.cpu_seconds / self.count * 1000


@dataclass(frozen=True)
class Cell:
    """All rounds of one way under one condition: medians of rate and CPU, and the worst of everything that is counted.

    Args:
        count: scores a round.
        tokens: fetched; `calls`: requests with one.
        connections: opened to one platform; `most_open`: of them at the same moment.
        lost: over all rounds.
        given_up: whether a round had to be stopped.
    """

    count: int
    rounds: int
    rate: float
    best_rate: float
    cpu_ms: float
    tokens: int
    calls: int
    connections: int
    most_open: int
    lost: int
    given_up: bool


class Results(Rounds[Way, Condition, Measured]):
    """What was measured of each way under each condition."""

    def cell(self, way: str, condition: str) -> Cell | None:
        """Return what was measured; None where nothing was."""
        rounds = self.of(way, condition)
        if not rounds:
            return None
        rates = [one.rate for one in rounds]

        def worst(counted: Callable[[Tally], int]) -> int:
            return max(counted(one.tally) for one in rounds)

        return Cell(
            count=rounds[0].count,
            rounds=len(rounds),
            rate=median(rates),
            best_rate=max(rates),
            cpu_ms=median(one.cpu_ms for one in rounds),
            tokens=worst(lambda tally: tally.tokens),
            calls=worst(lambda tally: tally.calls),
            connections=worst(lambda tally: tally.connections),
            most_open=worst(lambda tally: tally.most_open),
            lost=sum(one.lost for one in rounds),
            given_up=any(one.played.given_up for one in rounds),
        )

    def cells(self, way: str, *, faults: bool | None = None) -> list[Cell]:
        """Return all that was measured of a way.

        Args:
            faults: only where something went wrong at the platform, or only where nothing did.
        """
        chosen = [one for one in self.conditions if faults is None or (one.terms.fault is not Fault.NONE) == faults]
        return [cell for one in chosen if (cell := self.cell(way, one.key)) is not None]

    def ratio(self, way: str, other: str, condition: str) -> float | None:
        """Return how many times the rate of another way: the median over the rounds, each beside its neighbour."""
        return self.beside((way, condition), (other, condition), lambda one, two: one.rate / two.rate if two.rate else None)
