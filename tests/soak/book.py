"""What was seen, minute by minute: answers and how long they took, what went wrong, what the tool holds and uses."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests

from benchmarks.launches.usage import below, cpu_seconds, processes
from benchmarks.measuring import percentile

MINUTE = 60.0
MOST_WRONG = 20
"""How many different errors are kept in words."""


@dataclass
class Minute:
    """One of them; times in seconds, memory in MB."""

    deeds: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)
    """Of the answers to each deed, by its name."""
    memory: list[float] = field(default_factory=list)
    """Of all processes together."""
    resident: dict[int, list[float]] = field(default_factory=dict)
    """Of each process, by its id; what it shares with others is counted too."""
    cpu: float = 0.0
    """Seconds of processor time that the tool used, all its processes together."""
    wrong: int = 0

    @property
    def answers(self) -> int:
        """How many there were."""
        return sum(map(len, self.times.values()))


class Book:
    """Keeps it. Several threads may write.

    Args:
        minute: how long one is, in seconds.
    """

    def __init__(self, minute: float = MINUTE) -> None:
        self._minute = minute
        self._lock = threading.Lock()
        self._doing = threading.local()
        self.begin()

    def begin(self) -> None:
        """Forget everything, and count minutes from now on."""
        with self._lock:
            self._began = time.monotonic()
            self.minutes: list[Minute] = []
            self.wrong: Counter[str] = Counter()
            self.deeds: Counter[str] = Counter()
            self._used: float | None = None

    def heard(self, response: requests.Response, may_refuse: bool = False) -> None:
        """Write down an answer of the tool; a refusal counts as wrong unless it may refuse what was asked.

        It belongs to the deed that this thread is doing.
        """
        name = getattr(self._doing, "name", "")
        with self._lock:
            minute = self._now()
            minute.times.setdefault(name, []).append(response.elapsed.total_seconds())
            if response.status_code >= 400 and not may_refuse:
                self._note(minute, f"{response.status_code} of {response.request.method} {_kind(response.url)}")

    @contextmanager
    def deed(self, name: str) -> Iterator[None]:
        """Write down a deed, and what went wrong with it."""
        wrong = ""
        self._doing.name = name
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted and the load goes on
            wrong = f"{name}: {type(error).__name__}: {str(error)[:200]}"
        with self._lock:
            minute = self._now()
            minute.deeds += 1
            self.deeds[name] += 1
            if wrong:
                self._note(minute, wrong)

    def weigh(self, root: int) -> None:
        """Write down how much memory a process holds, and how much processor time it used, with all below it."""
        weights = memory_of(root)
        used = cpu_seconds([root])
        with self._lock:
            minute = self._now()
            minute.cpu += used - (used if self._used is None else self._used)
            self._used = used
            minute.memory.append(sum(weight.own for weight in weights.values()))
            for pid, weight in weights.items():
                minute.resident.setdefault(pid, []).append(weight.resident)

    def _note(self, minute: Minute, what: str) -> None:
        minute.wrong += 1
        if what in self.wrong or len(self.wrong) < MOST_WRONG:
            self.wrong[what] += 1

    def _now(self) -> Minute:
        number = int((time.monotonic() - self._began) // self._minute)
        while len(self.minutes) <= number:
            self.minutes.append(Minute())
        return self.minutes[number]


@dataclass(frozen=True)
class Weight:
    """The memory of a process in MB: its share of what several use (Linux: Pss), and all that it uses (Rss)."""

    own: float
    resident: float


def memory_of(root: int) -> Mapping[int, Weight]:
    """Return the memory of a process and of all below it, by their ids."""
    found = {}
    for pid in below(processes(), [root]):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        lines = (line.partition(":") for line in rollup.splitlines()[1:])
        read = {name: int(rest.split()[0]) / 1024 for name, _, rest in lines}
        if "Rss" in read:  # one that is just ending has none
            found[pid] = Weight(read["Pss"], read["Rss"])
    return found


@contextmanager
def weighing(book: Book, root: int, every: float) -> Iterator[None]:
    """Weigh a process every so many seconds for as long as the block runs."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every):
            book.weigh(root)

    scales = threading.Thread(target=go_on, daemon=True)
    book.weigh(root)
    scales.start()
    try:
        yield
    finally:
        over.set()
        scales.join()


def _kind(url: str) -> str:
    """Return an address without its ids."""
    return "/".join("…" if len(part) >= 20 else part for part in urlsplit(url).path.split("/"))


def percentile_of(minutes: Sequence[Minute], share: float, deed: str | None = None) -> float:
    """Return the time that this share of the answers did not exceed, to all deeds or to one; 0 without any."""
    times = sorted(
        one for minute in minutes for name, heard in minute.times.items() if deed in (None, name) for one in heard
    )
    return percentile(times, share) if times else 0.0


def cpu_per_answer(minutes: Sequence[Minute]) -> float:
    """Return the seconds of processor time that the tool used for each answer, work in the background included."""
    answers = sum(minute.answers for minute in minutes)
    return sum(minute.cpu for minute in minutes) / answers if answers else 0.0


def median_memory(minutes: Sequence[Minute], pid: int | None = None) -> float:
    """Return the median memory of some minutes, of all processes or of one; 0 when it was never weighed."""
    weights = sorted(
        weight for minute in minutes for weight in (minute.memory if pid is None else minute.resident.get(pid, ()))
    )
    return weights[len(weights) // 2] if weights else 0.0
