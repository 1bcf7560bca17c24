"""The table: a part for each condition, a line for each way, then the aims; and the same for programs."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.launches.aims import DATABASES, Aim, aims
from benchmarks.launches.conditions import Condition
from benchmarks.launches.results import Cell, Results
from benchmarks.launches.sides import Way

NAME = 52
AIM = 68
FIGURES = f"{'a second':>9} {'best':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'CPU ms':>7} {'failed':>7}"
LEGEND = (
    "Medians of the rounds; CPU ms a launch: server, database and cache together; the last columns: how many times this\n"
    "line's rate ours has on that database, to the redirect or with the page as in this line."
)
BEGIN, END, NEWLINE = "<!-- table of one run: begin -->", "<!-- table of one run: end -->", "\n"
VERDICTS = {True: "met", False: "NOT MET", None: "not measured"}


def lines(results: Results) -> Iterator[str]:
    """Yield the lines of the whole table."""
    ours = [(key, name) for key, name in DATABASES.items() if any(way.key == key for way in results.ways)]
    for condition in results.conditions:
        yield ""
        ratios = "" if condition.once else "".join(f" {name + ' x':>13}" for _key, name in ours)
        yield f"{condition.title:{NAME}} {FIGURES}{ratios}"
        for way in results.ways:
            yield from _way_lines(results, condition, way, [key for key, _name in ours])
    yield ""
    yield LEGEND
    yield f"The machine has {os.cpu_count()} cores; its load average before the first round was {results.load_average:.1f}."
    yield ""
    yield aim_head("Aims (8 at once unless said)")
    yield from map(aim_line, aims(results))
    yield from (f"not measured: {line}" for line in results.skipped)


def in_document(document: str, shown: Sequence[str], begin: str = BEGIN, end: str = END) -> str:
    """Return a document with these lines in the place that is marked for them.

    Args:
        begin, end: the marks.

    Raises:
        ValueError: there is no such place.
    """
    before, _begin, rest = document.partition(begin)
    _former, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the document has no place for the table: {begin} … {end}")
    return f"{before}{begin}\n```text\n{NEWLINE.join(shown).strip()}\n```\n{end}{after}"


def as_data(results: Results) -> dict[str, Any]:
    """Return everything measured, for programs; times in ms, rates a second."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_average": results.load_average},
        "cells": [
            {"way": way.key, "name": way.name, "condition": condition.key, "failed": cell.failed, **asdict(cell)}
            for condition in results.conditions
            for way in results.ways
            if (cell := results.cell(way.key, condition.key)) is not None
        ],
        "aims": [{**asdict(aim), "met": aim.met} for aim in aims(results)],
        "not_measured": results.skipped,
    }


def _way_lines(results: Results, condition: Condition, way: Way, ours: list[str]) -> Iterator[str]:
    cell = results.cell(way.key, condition.key)
    if cell is None:
        return
    page = "-page" if way.key.endswith("-page") else ""
    ratios = [] if condition.once else [results.ratio(key + page, way.key, condition.key) for key in ours]
    yield f"{way.name:{NAME}} {_figures(cell)}" + "".join(f" {_number(ratio, 2):>13}" for ratio in ratios)
    if cell.failures:
        yield "    failed: " + ", ".join(f"{count} x {reason}" for reason, count in sorted(cell.failures.items()))


def _figures(cell: Cell) -> str:
    latencies = " ".join(f"{_number(one, 1):>8}" for one in (cell.p50, cell.p95, cell.p99))
    return f"{cell.rate:9.1f} {cell.best_rate:7.1f} {latencies} {_number(cell.cpu_ms, 2):>7} {cell.failed:7}"


def aim_head(title: str) -> str:
    """Return the line above the aims."""
    return f"{title:{AIM}} {'aimed at':>10} {'measured':>9}"


def aim_line(aim: Aim) -> str:
    """Return the line of an aim."""
    bound = f"{'>=' if aim.at_least else '<='} {aim.bound:g} {aim.unit}".rstrip()
    return f"{f'{aim.database}, {aim.what}':{AIM}} {bound:>10} {_number(aim.value, 2):>9}  {VERDICTS[aim.met]}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
