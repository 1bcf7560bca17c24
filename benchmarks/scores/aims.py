"""The aims, each with what was measured and whether it is met."""

from collections.abc import Iterable, Iterator

from benchmarks.launches.aims import Aim
from benchmarks.scores.results import Results

CONNECTOR = "our connector alone"
RATES = {"0": 1500.0, "20": 300.0, "100": 70.0}
"""Of the connector alone, scores a second by the key of the condition."""
END_TO_END = 150.0
CONNECTIONS = 8.0
OURS = {
    "connector": CONNECTOR,
    "postgresql": "outbox on PostgreSQL",
    "postgresql-school": "outbox on PostgreSQL, 1 school",
    "sqlite": "outbox on SQLite",
}


def aims(results: Results) -> Iterator[Aim]:
    """Yield the aims for each of our ways that was measured."""
    measured = {way.key for way in results.ways}
    if "connector" in measured:
        for key, bound in RATES.items():
            cell = results.cell("connector", key)
            yield Aim(CONNECTOR, f"{key} ms: scores", bound, True, cell.rate if cell else None, "/s")
        plain = results.cells("connector", faults=False)
        yield Aim(CONNECTOR, "tokens for a run", 1.0, False, _most(cell.tokens for cell in plain), "")
    if "postgresql" in measured:
        cell = results.cell("postgresql", "20")
        yield Aim(OURS["postgresql"], "20 ms, end to end: scores", END_TO_END, True, cell.rate if cell else None, "/s")
    for key, name in OURS.items():
        if key in measured:
            cells = results.cells(key)
            most = _most(cell.most_open for cell in cells)
            yield Aim(name, "connections to a platform at once", CONNECTIONS, False, most, "")
            lost = float(sum(cell.lost for cell in cells)) if cells else None
            yield Aim(name, "scores lost under all conditions", 0.0, False, lost, "")


def _most(counts: Iterable[int]) -> float | None:
    return max(map(float, counts), default=None)
