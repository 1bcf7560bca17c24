"""The aims, each with what was measured and whether it is met."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.launches.conditions import CROWD, CROWD_SIZE, EIGHT, SLOW
from benchmarks.launches.results import Results

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BESIDE = (("pylti-tuned", "PyLTI1p3, tuned", 1.4), ("pylti-readme", "PyLTI1p3, README", 4.0), ("ltijs", "ltijs", 5.0))
"""Other ways by their keys, and how many times their rate is aimed at."""
UNCHANGED = 1.2
"""A key set fetched on the way would add 100 ms to a launch of a few; a fifth is the noise of two rounds."""


@dataclass(frozen=True)
class Aim:
    """One aim on one database.

    Args:
        database: for people.
        what: what is measured.
        bound: what is aimed at.
        at_least: whether `value` must not be below the bound; else not above it.
        value: what was measured; None: it was not.
        unit: of both.
    """

    database: str
    what: str
    bound: float
    at_least: bool
    value: float | None
    unit: str

    @property
    def met(self) -> bool | None:
        """Whether it is met; None when it was not measured."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def aims(results: Results) -> Iterator[Aim]:
    """Yield the aims for each of our databases that was measured; rates, p95 and CPU at 8 at once."""
    for key, name in DATABASES.items():
        if any(way.key.startswith(key) for way in results.ways):
            yield from _aims_on(name, key, f"{key}-page", results)


def _aims_on(name: str, bare: str, page: str, results: Results) -> Iterator[Aim]:
    at_eight, with_page = results.cell(bare, EIGHT.key), results.cell(page, EIGHT.key)
    crowd = results.cell(page, CROWD.key)
    for other, called, bound in BESIDE:
        ratio = results.ratio(bare, other, EIGHT.key)
        yield Aim(name, f"to the redirect: rate beside {called}", bound, True, ratio, "x")
    yield Aim(name, "to the redirect: p95", 25.0, False, at_eight.p95 if at_eight else None, "ms")
    yield Aim(name, "to the redirect: CPU a launch", 2.2, False, at_eight.cpu_ms if at_eight else None, "ms")
    ratio = results.ratio(page, "pylti-tuned", EIGHT.key)
    yield Aim(name, "with the page: rate beside PyLTI1p3, tuned", 1.0, True, ratio, "x")
    yield Aim(name, "with the page: p95", 45.0, False, with_page.p95 if with_page else None, "ms")
    change = results.slowdown(bare, EIGHT.key, SLOW.key)
    yield Aim(name, "to the redirect: p50 when the platform takes 100 ms", UNCHANGED, False, change, "x")
    yield Aim(name, f"{CROWD_SIZE} at once: failed", 0.0, False, float(crowd.failed) if crowd else None, "")
