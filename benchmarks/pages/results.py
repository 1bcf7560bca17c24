"""What was measured, round by round, and the medians of it."""

from dataclasses import dataclass
from statistics import median

from benchmarks.measuring import percentile
from benchmarks.pages.conditions import Condition
from benchmarks.pages.visits import Page
from benchmarks.results import Rounds


@dataclass(frozen=True)
class Measured:
    """One round of one page.

    Args:
        seconds: of each visit, sorted.
        cpu_seconds: of the application, all visits together; `database_cpu_seconds` of the database's own processes.
        queries: statements that one visit sends to the database.
        size: of the page, in bytes.
    """

    seconds: tuple[float, ...]
    cpu_seconds: float
    database_cpu_seconds: float
    queries: int
    size: int


@dataclass(frozen=True)
class Cell:
    """All rounds of one page on one database: medians, and the most queries. Times of one visit, in milliseconds."""

    p50: float
    p95: float
    cpu_ms: float
    database_cpu_ms: float
    queries: int
    size: int


class Results(Rounds[Page, Condition, Measured]):
    """What was measured of each page on each database."""

    def cell(self, page: str, condition: str) -> Cell | None:
        """Return what was measured; None where nothing was."""
        rounds = self.of(page, condition)
        if not rounds:
            return None
        return Cell(
            p50=median(percentile(one.seconds, 0.5) for one in rounds) * 1000,
            p95=median(percentile(one.seconds, 0.95) for one in rounds) * 1000,
            cpu_ms=median(one.cpu_seconds / len(one.seconds) for one in rounds) * 1000,
            database_cpu_ms=median(one.database_cpu_seconds / len(one.seconds) for one in rounds) * 1000,
            queries=max(one.queries for one in rounds),
            size=rounds[-1].size,
        )
