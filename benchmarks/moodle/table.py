"""The table: a part for each condition, a line for each way, then the aims; and the same for programs."""

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.launches.table import aim_head, aim_line
from benchmarks.moodle.aims import aims
from benchmarks.moodle.conditions import Condition
from benchmarks.moodle.results import Results
from benchmarks.moodle.sides import Way
from benchmarks.moodle.work import ACTIVITIES

NAME = 56
OURS = "ours"
FIGURES = f"{'requests':>9} {'ms':>9} {'best':>9} {'CPU ms':>8} {'memory MB':>10} {'wrong':>6}"
RATIOS = f" {'requests x':>11} {'time x':>8}"
LEGEND = (
    f"Who of everybody in the course completed which of {ACTIVITIES} activities. Times: medians of the rounds.\n"
    "Memory: how far the reader's process grew while it read, in the first round. Wrong, over all rounds: facts that\n"
    "are missing or not as they are. The last columns: how many times the requests and the time of moodle_client."
)
BEGIN, END = "<!-- table of a Moodle's readers: begin -->", "<!-- table of a Moodle's readers: end -->"


def lines(results: Results) -> Iterator[str]:
    """Yield the lines of the whole table."""
    compared = any(way.key == OURS for way in results.ways)
    for condition in results.conditions:
        yield ""
        yield f"{condition.title:{NAME}} {FIGURES}{RATIOS if compared else ''}"
        for way in results.ways:
            yield from _way_line(results, condition, way, compared=compared)
    yield ""
    yield LEGEND
    yield f"The machine has {os.cpu_count()} cores; its load average before the first round was {results.load_average:.1f}."
    yield ""
    yield aim_head("Aims")
    yield from map(aim_line, aims(results))
    yield from (f"not measured: {line}" for line in results.skipped)


def as_data(results: Results) -> dict[str, Any]:
    """Return everything measured, for programs; times in seconds unless they say ms, memory in KiB."""
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


def _way_line(results: Results, condition: Condition, way: Way, *, compared: bool) -> Iterator[str]:
    cell = results.cell(way.key, condition.key)
    if cell is None:
        return
    shown = f"{cell.requests:9} {cell.seconds * 1000:9.1f} {cell.best_seconds * 1000:9.1f} {cell.cpu_ms:8.1f}"
    shown += f" {cell.peak_kib / 1024:10.1f} {cell.wrong:6}"
    if compared:
        more, longer = (find(way.key, OURS, condition.key) for find in (results.requests, results.times))
        shown += f" {'-' if more is None else f'{more:.1f}':>11} {'-' if longer is None else f'{longer:.1f}':>8}"
    yield f"{way.name:{NAME}} {shown}"
