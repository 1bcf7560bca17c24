"""The table: a part for each database, a line for each page, then the aims; and the same for programs."""

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.launches.table import aim_head, aim_line
from benchmarks.pages.aims import aims
from benchmarks.pages.results import Cell, Results

NAME = 44
FIGURES = f"{'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'database':>9} {'queries':>8} {'KB':>7}"
LEGEND = (
    "In one process, without a server or a network around it. Times: medians of the rounds. CPU ms: of the application a\n"
    "page; database: of the database's own processes. Queries: what one page sends to the database. KB: of the page."
)
BEGIN, END = "<!-- table of pages: begin -->", "<!-- table of pages: end -->"


def lines(results: Results) -> Iterator[str]:
    """Yield the lines of the whole table."""
    for condition in results.conditions:
        yield ""
        yield f"{condition.title:{NAME}} {FIGURES}"
        for page in results.ways:
            if (cell := results.cell(page.key, condition.key)) is not None:
                yield f"{page.name:{NAME}} {_figures(cell)}"
    yield ""
    yield LEGEND
    yield f"The machine has {os.cpu_count()} cores; its load average before the first round was {results.load_average:.1f}."
    yield ""
    yield aim_head("Aims")
    yield from map(aim_line, aims(results))
    yield from (f"not measured: {line}" for line in results.skipped)


def as_data(results: Results) -> dict[str, Any]:
    """Return everything measured, for programs; times in ms, sizes in bytes."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_average": results.load_average},
        "cells": [
            {"page": page.key, "name": page.name, "condition": condition.key, **asdict(cell)}
            for condition in results.conditions
            for page in results.ways
            if (cell := results.cell(page.key, condition.key)) is not None
        ],
        "aims": [{**asdict(aim), "met": aim.met} for aim in aims(results)],
        "not_measured": results.skipped,
    }


def _figures(cell: Cell) -> str:
    own = f"{cell.p50:8.1f} {cell.p95:8.1f} {cell.cpu_ms:8.1f} {cell.database_cpu_ms:9.1f}"
    return f"{own} {cell.queries:8} {cell.size / 1000:7.0f}"
