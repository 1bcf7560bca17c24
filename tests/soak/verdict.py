"""What a soak amounts to: nothing wrong, all delivered, the same processes, memory and answers as at the beginning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from tests.soak.book import Book, Minute, cpu_per_answer, median_memory, percentile_of

WARM_UP = 1 / 6
"""Share of the minutes in which caches fill; they are shown and not compared."""
MOST_GROWTH = 1.10
"""Of memory, from the first third after that to the last."""
P95 = 0.95
MOST_SLOWER = 1.25
"""Of the slowest answer in twenty, likewise."""


@dataclass(frozen=True)
class Comparison:
    """Something at the beginning and at the end, after warming up."""

    before: float
    after: float
    most: float

    @property
    def flat(self) -> bool:
        """Whether it stayed within its bound."""
        return self.after <= self.before * self.most


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Args:
        late: deeds that could not begin, because everybody was busy.
        waiting: scores that were not delivered at the end.
    """

    book: Book
    rate: float
    late: int
    waiting: int

    @property
    def memory(self) -> Comparison:
        """In MB."""
        first, *_, last = _thirds(self.book.minutes)
        return Comparison(median_memory(first), median_memory(last), MOST_GROWTH)

    @property
    def processes(self) -> Mapping[int, Comparison]:
        """The memory of each process in MB, by its id."""
        first, *_, last = _thirds(self.book.minutes)
        there = [*first, *last]
        pids = sorted({pid for minute in there for pid in minute.resident})
        return {pid: Comparison(median_memory(first, pid), median_memory(last, pid), MOST_GROWTH) for pid in pids}

    def slope(self, pid: int) -> float:
        """Return how fast the memory of a process grows after warming up, in MB an hour."""
        warm = [(number, median_memory([minute], pid)) for number, minute in enumerate(_warm(self.book.minutes))]
        points = [(number / 60, weight) for number, weight in warm if weight]
        if len(points) < 2:
            return 0.0
        return linear_regression(*zip(*points, strict=True)).slope

    @property
    def p95(self) -> Comparison:
        """In seconds."""
        first, *_, last = _thirds(self.book.minutes)
        return Comparison(percentile_of(first, P95), percentile_of(last, P95), MOST_SLOWER)

    @property
    def wrong(self) -> Sequence[str]:
        """What did not hold, a line each."""
        found = [f"{count} × {what}" for what, count in self.book.wrong.most_common()]
        if self.late:
            found.append(f"{self.late} deeds could not begin: the tool did not keep up")
        if self.waiting:
            found.append(f"{self.waiting} scores were not delivered")
        for pid, memory in self.processes.items():
            if not memory.after:
                found.append(f"process {pid} ended")
            elif not memory.before:
                found.append(f"process {pid} took the place of another")
            elif not memory.flat:
                found.append(f"process {pid} grew from {memory.before:.0f} to {memory.after:.0f} MB")
        if not self.memory.flat:
            found.append(f"memory grew from {self.memory.before:.0f} to {self.memory.after:.0f} MB")
        if not self.p95.flat:
            found.append(f"p95 went from {self.p95.before * 1000:.0f} to {self.p95.after * 1000:.0f} ms")
        return found

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        heads = " ".join(f"{head:>7}" for head in ("p50 ms", "p95 ms", "p99 ms", "CPU ms"))
        yield f"{'minute':>6} {'deeds':>6} {'answers':>8} {heads} {'MB':>6} {'wrong':>6}"
        for number, minute in enumerate(self.book.minutes, 1):
            times = " ".join(f"{percentile_of([minute], share) * 1000:>7.0f}" for share in (0.5, P95, 0.99))
            used = f"{cpu_per_answer([minute]) * 1000:>7.1f} {median_memory([minute]):>6.0f}"
            yield f"{number:>6} {minute.deeds:>6} {minute.answers:>8} {times} {used} {minute.wrong:>6}"
        deeds = ", ".join(f"{count} × {name}" for name, count in self.book.deeds.most_common())
        yield f"{self.rate:.1f} deeds a second: {deeds}"
        thirds = _thirds(self.book.minutes)
        for name in sorted(self.book.deeds):
            shown = (
                " → ".join(f"{percentile_of(third, share, name) * 1000:.0f}" for third in thirds) for share in (0.5, P95)
            )
            yield "{}: p50 {} ms, p95 {} ms".format(name, *shown)
        for pid, held in self.processes.items():
            yield f"process {pid}: {held.before:.0f} → {held.after:.0f} MB, {self.slope(pid):+.1f} MB an hour"
        slow = " → ".join(f"{percentile_of(third, P95) * 1000:.0f}" for third in thirds)
        cpu = " → ".join(f"{cpu_per_answer(third) * 1000:.1f}" for third in thirds)
        yield (
            f"memory {self.memory.before:.0f} → {self.memory.after:.0f} MB, processor time for an answer {cpu} ms, "
            f"p95 of each third {slow} ms, {self.waiting} scores undelivered"
        )
        yield from self.wrong or ["nothing went wrong"]


def _warm(minutes: Sequence[Minute]) -> Sequence[Minute]:
    # the last minute may be a few seconds only
    whole = minutes[:-1] if len(minutes) > 1 else minutes
    return whole[int(len(whole) * WARM_UP) :]


def _thirds(minutes: Sequence[Minute]) -> Sequence[Sequence[Minute]]:
    """Return the first, the middle and the last third after warming up; there is no middle of one or two minutes."""
    warm = _warm(minutes)
    third = max(len(warm) // 3, 1)
    middle = warm[third:-third]
    return [warm[:third], *([middle] if middle else []), warm[-third:]]
