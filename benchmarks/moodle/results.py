"""What was measured, round by round, and the medians of it."""

from dataclasses import dataclass
from statistics import median

from benchmarks.moodle.conditions import Condition
from benchmarks.moodle.sides import Way
from benchmarks.moodle.work import Played, Tally
from benchmarks.results import Rounds


@dataclass(frozen=True)
class Measured:
    """One round: what the reader says, and what the Moodle saw."""

    played: Played
    tally: Tally


@dataclass(frozen=True)
class Cell:
    """All rounds of one way under one condition: medians of times, the worst of everything that is counted.

    Args:
        requests: HTTP requests.
        wrong: facts that are missing or not as they are, over all rounds.
        seconds: in all; `best_seconds` in the best round; `cpu_ms` of the reader's process.
        peak_kib: how far memory grew in the first round; later ones find what was there.
    """

    rounds: int
    requests: int
    wrong: int
    seconds: float
    best_seconds: float
    cpu_ms: float
    peak_kib: int


class Results(Rounds[Way, Condition, Measured]):
    """What was measured of each way under each condition."""

    def cell(self, way: str, condition: str) -> Cell | None:
        """Return what was measured; None where nothing was."""
        rounds = self.of(way, condition)
        if not rounds:
            return None
        seconds = [one.played.seconds for one in rounds]
        return Cell(
            rounds=len(rounds),
            requests=max(one.tally.requests for one in rounds),
            wrong=sum(one.played.wrong for one in rounds),
            seconds=median(seconds),
            best_seconds=min(seconds),
            cpu_ms=median(one.played.cpu_seconds for one in rounds) * 1000,
            peak_kib=rounds[0].played.peak_kib,
        )

    def times(self, way: str, other: str, condition: str) -> float | None:
        """Return how many times as long a way takes as another: the median over the rounds, each beside its neighbour."""
        return self.beside((way, condition), (other, condition), lambda one, two: one.played.seconds / two.played.seconds)

    def requests(self, way: str, other: str, condition: str) -> float | None:
        """Return how many times as many requests a way makes as another."""
        ours, theirs = self.cell(way, condition), self.cell(other, condition)
        return ours.requests / theirs.requests if ours and theirs and theirs.requests else None
