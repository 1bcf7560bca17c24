"""The load: as much as is borne, to find the rate; then so many deeds a second, whether the answers come in time or not."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from tests.soak.book import Book

AT_ONCE = 8
"""How many do something at the same time while the rate is looked for; at most twice as many afterwards."""
Deeds = Mapping[str, tuple[int, Callable[[], None]]]


def bear(deeds: Deeds, book: Book, seconds: float, chance: random.Random) -> float:
    """Do as much as is borne for a while; return deeds a second."""
    until = time.monotonic() + seconds
    done = 0
    counting = threading.Lock()

    def go_on() -> None:
        nonlocal done
        while time.monotonic() < until:
            _do(deeds, _choose(deeds, chance), book)
            with counting:
                done += 1

    _together([go_on] * AT_ONCE)
    return done / seconds


def keep(deeds: Deeds, book: Book, rate: float, seconds: float, chance: random.Random) -> int:
    """Begin so many deeds a second, at moments of chance; return how many could not begin, because all were busy.

    What waits when the time is over is still done.
    """
    wanted: SimpleQueue[str | None] = SimpleQueue()
    begin, late = time.monotonic(), 0

    def serve() -> None:
        while (name := wanted.get()) is not None:
            _do(deeds, name, book)

    def call() -> None:
        nonlocal late
        at = begin
        while (at := at + chance.expovariate(rate)) < begin + seconds:
            time.sleep(max(at - time.monotonic(), 0.0))
            if wanted.qsize() > AT_ONCE * 10:
                late += 1
            else:
                wanted.put(_choose(deeds, chance))
        for _ in range(2 * AT_ONCE):
            wanted.put(None)

    _together([call, *[serve] * 2 * AT_ONCE])
    return late


def _choose(deeds: Deeds, chance: random.Random) -> str:
    (name,) = chance.choices(list(deeds), [weight for weight, _do_it in deeds.values()])
    return name


def _do(deeds: Deeds, name: str, book: Book) -> None:
    with book.deed(name):
        deeds[name][1]()


def _together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
