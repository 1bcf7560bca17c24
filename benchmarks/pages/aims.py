"""The aims, each with what was measured and whether it is met."""

from collections.abc import Iterator

from benchmarks.launches.aims import Aim
from benchmarks.pages.results import Results


def aims(results: Results) -> Iterator[Aim]:
    """Yield the aims for each database that was measured."""
    for condition in results.conditions:
        for page in results.ways:
            cell = results.cell(page.key, condition.key)
            if page.aim_ms is not None and cell is not None:
                yield Aim(condition.title, f"{page.name}: p95", page.aim_ms, False, cell.p95, "ms")
