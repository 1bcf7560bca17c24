"""The table: a part for each condition, a line for each way, then the aims; and the same for programs."""

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.launches.table import aim_head, aim_line
from benchmarks.scores.aims import aims
from benchmarks.scores.results import Cell, Condition, Results
from benchmarks.scores.sides import Way
from benchmarks.scores.work import COLUMNS, COURSES, PEOPLE

NAME = 64
OURS = (("connector", "alone x"), ("postgresql", "outbox x"))
FIGURES = (
    f"{'scores':>7} {'a second':>9} {'best':>7} {'CPU ms':>7} {'tokens':>7} {'calls':>6} {'connections':>12} {'at once':>8}"
    f" {'lost':>5}"
)
LEGEND = (
    f"Scores for {PEOPLE} people on each of up to {COURSES * COLUMNS} line items. Medians of the rounds, of counts the\n"
    "worst. Lost, over all rounds: what the platform's gradebook does not hold as it was to be delivered. Calls:\n"
    "requests with a token. Connections: opened to one platform, and how many of them were open at once. CPU ms a\n"
    "score: the tool's processes and its database. The last columns: how many times this line's rate our connector\n"
    "alone has, and our outbox on PostgreSQL. (cut off): it waits for calls without an answer until it is stopped. At\n"
    "100 ms, and where something goes wrong, there is one round. Where something goes wrong, and for who posts one by\n"
    "one, there are fewer scores."
)
BEGIN, END = "<!-- table of scores: begin -->", "<!-- table of scores: end -->"


def lines(results: Results) -> Iterator[str]:
    """Yield the lines of the whole table."""
    ours = [(key, title) for key, title in OURS if any(way.key == key for way in results.ways)]
    for condition in results.conditions:
        yield ""
        yield f"{condition.title:{NAME}} {FIGURES}" + "".join(f" {title:>9}" for _key, title in ours)
        for way in results.ways:
            yield from _way_line(results, condition, way, [key for key, _title in ours])
    yield ""
    yield LEGEND
    yield f"The machine has {os.cpu_count()} cores; its load average before the first round was {results.load_average:.1f}."
    yield ""
    yield aim_head("Aims")
    yield from map(aim_line, aims(results))
    yield from (f"not measured: {line}" for line in results.skipped)


def as_data(results: Results) -> dict[str, Any]:
    """Return everything measured, for programs; times in ms, rates a second."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_average": results.load_average},
        "cells": [
            {"way": way.key, "name": way.name, "condition": condition.key, **asdict(cell)}
            for condition in results.conditions
            for way in results.ways
            if (cell := results.cell(way.key, condition.key)) is not None
        ],
        "aims": [{**asdict(aim), "met": aim.met} for aim in aims(results)],
        "not_measured": results.skipped,
    }


def _way_line(results: Results, condition: Condition, way: Way, ours: list[str]) -> Iterator[str]:
    cell = results.cell(way.key, condition.key)
    if cell is None:
        return
    ratios = (results.ratio(key, way.key, condition.key) for key in ours)
    shown = "".join(f" {'-' if ratio is None else f'{ratio:.2f}':>9}" for ratio in ratios)
    yield f"{way.name:{NAME}} {_figures(cell)}{shown}{'  (cut off)' if cell.given_up else ''}"


def _figures(cell: Cell) -> str:
    rates = f"{cell.count:7} {cell.rate:9.1f} {cell.best_rate:7.1f} {cell.cpu_ms:7.2f}"
    return f"{rates} {cell.tokens:7} {cell.calls:6} {cell.connections:12} {cell.most_open:8} {cell.lost:5}"
