"""Measuring: how many a second, and what each costs the processor."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import TypeVar

ROUNDS = 4
ROUND_SECONDS = 1.0

T = TypeVar("T")


@dataclass(frozen=True)
class Round:
    """What one round did."""

    count: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `cpu_ms` is the sturdier figure on a machine that others use too; None where several processes share the work with us.
    """

    name: str
    rate: float
    cpu_ms: float | None
    remark: str = ""


def measure(work: Callable[[], object], *, seconds: float) -> Round:
    """Do something for a while, in this thread; at least once."""
    count, start, cpu = 0, time.perf_counter(), time.thread_time()
    while count == 0 or time.perf_counter() - start < seconds:
        work()
        count += 1
    return Round(count, time.perf_counter() - start, time.thread_time() - cpu)


def measure_each(work: Callable[[T], object], things: Sequence[T]) -> Round:
    """Do something with each of these, in this thread."""
    start, cpu = time.perf_counter(), time.thread_time()
    for thing in things:
        work(thing)
    return Round(len(things), time.perf_counter() - start, time.thread_time() - cpu)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of sorted values that at least this share of them does not exceed (nearest rank).

    Args:
        values: one or more, sorted.
        share: above 0, at most 1.
    """
    return values[max(ceil(share * len(values)) - 1, 0)]


def figure(name: str, rounds: Sequence[Round], remark: str = "") -> Figure:
    """Return the median of some rounds."""
    rate = median(one.count / one.seconds for one in rounds)
    return Figure(name, rate, median(one.cpu_seconds / one.count for one in rounds) * 1000, remark)


def compared(ours: Figure, theirs: Figure) -> str:
    """Return how ours compares with theirs, within this run."""
    words = f"{ours.rate / theirs.rate:.2f} of its rate"
    return f"{words}, {ours.cpu_ms / theirs.cpu_ms:.2f} of its CPU" if ours.cpu_ms and theirs.cpu_ms else words
