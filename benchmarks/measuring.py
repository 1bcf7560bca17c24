"""Measuring: how many a second, and what each costs the processor."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Round:
    """What one round did."""

    count: int
    seconds: float
    cpu_seconds: float


def measure(work: Callable[[], object], *, seconds: float) -> Round:
    """Do something for a while, in this thread; at least once."""
    count, start, cpu = 0, time.perf_counter(), time.thread_time()
    while count == 0 or time.perf_counter() - start < seconds:
        work()
        count += 1
    return Round(count, time.perf_counter() - start, time.thread_time() - cpu)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of sorted values that at least this share of them does not exceed (nearest rank).

    Args:
        values: one or more, sorted.
        share: above 0, at most 1.
    """
    return values[max(ceil(share * len(values)) - 1, 0)]
