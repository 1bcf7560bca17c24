"""What a soak amounts to: nothing wrong, everything delivered, memory and answers as at the beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.soak.book import Book, Minute, median_memory

WARM_UP = 1 / 6
"""Share of the minutes in which caches fill; they are shown and not compared."""
MOST_GROWTH = 1.10
"""Of memory, from the first third after that to the last."""
MOST_SLOWER = 1.5
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
        first, last = _thirds(self.book.minutes)
        return Comparison(median_memory(first), median_memory(last), MOST_GROWTH)

    @property
    def p95(self) -> Comparison:
        """In seconds."""
        first, last = _thirds(self.book.minutes)
        return Comparison(_p95(first), _p95(last), MOST_SLOWER)

    @property
    def wrong(self) -> Sequence[str]:
        """What did not hold, a line each."""
        found = [f"{count} × {what}" for what, count in self.book.wrong.most_common()]
        if self.late:
            found.append(f"{self.late} deeds could not begin: the tool did not keep up")
        if self.waiting:
            found.append(f"{self.waiting} scores were not delivered")
        if not self.memory.flat:
            found.append(f"memory grew from {self.memory.before:.0f} to {self.memory.after:.0f} MB")
        if not self.p95.flat:
            found.append(f"p95 went from {self.p95.before * 1000:.0f} to {self.p95.after * 1000:.0f} ms")
        return found

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"{'minute':>6} {'deeds':>6} {'answers':>8} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'MB':>6} {'wrong':>6}"
        for number, minute in enumerate(self.book.minutes, 1):
            times = " ".join(f"{minute.percentile(share) * 1000:>7.0f}" for share in (0.5, 0.95, 0.99))
            memory = f"{median_memory([minute]):>6.0f}"
            yield f"{number:>6} {minute.deeds:>6} {len(minute.times):>8} {times} {memory} {minute.wrong:>6}"
        deeds = ", ".join(f"{count} × {name}" for name, count in self.book.deeds.most_common())
        yield f"{self.rate:.1f} deeds a second: {deeds}"
        yield (
            f"memory {self.memory.before:.0f} → {self.memory.after:.0f} MB, "
            f"p95 {self.p95.before * 1000:.0f} → {self.p95.after * 1000:.0f} ms, {self.waiting} scores undelivered"
        )
        yield from self.wrong or ["nothing went wrong"]


def _thirds(minutes: Sequence[Minute]) -> tuple[Sequence[Minute], Sequence[Minute]]:
    # the last minute may be a few seconds only
    whole = minutes[:-1] if len(minutes) > 1 else minutes
    warm = whole[int(len(whole) * WARM_UP) :]
    third = max(len(warm) // 3, 1)
    return warm[:third], warm[-third:]


def _p95(minutes: Sequence[Minute]) -> float:
    together = Minute(times=[one for minute in minutes for one in minute.times])
    return together.percentile(0.95)
