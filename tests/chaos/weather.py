"""What the school does wrong, one thing after the other, as the seed says."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta

from lti_tool.demo.school import FaultKind, SchoolServer, Service

SHORTEST, LONGEST = 0.3, 2.0
"""Seconds that one kind of misbehaviour lasts."""


class Weather:
    """Lets a school misbehave in a thread of its own.

    Args:
        server: the school.
        seed: the same one brings the same weather.
    """

    def __init__(self, server: SchoolServer, seed: int) -> None:
        self._server = server
        self._chance = random.Random(f"weather-{seed}")  # noqa: S311  # chance that can be repeated
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._blow, name="weather", daemon=True)
        self.had: Counter[str] = Counter()
        """How often each kind of misbehaviour came."""

    def begin(self) -> None:
        """Begin to misbehave."""
        self._thread.start()

    def end(self) -> None:
        """Behave from now on."""
        self._over.set()
        self._thread.join()

    def _blow(self) -> None:
        kinds = self._kinds()
        names = list(kinds)
        while not self._over.is_set():
            # every kind has its turn before one comes again
            self._chance.shuffle(names)
            for name in names:
                if self._over.is_set():
                    break
                self.had[name] += 1
                kinds[name]()
                self._over.wait(self._chance.uniform(SHORTEST, LONGEST))
                self._clear()
                if self._chance.random() < 0.5:
                    self._over.wait(self._chance.uniform(0, SHORTEST))

    def _clear(self) -> None:
        self._server.start()
        self._server.school.faults.clear()
        self._server.school.clock_skew = timedelta(0)

    def _kinds(self) -> Mapping[str, Callable[[], object]]:
        faults, chance = self._server.school.faults, self._chance

        def scores(kind: FaultKind, *, every: int = 1, after: bool = False, seconds: float = 0.0) -> Callable[[], object]:
            return lambda: faults.add(Service.SCORES, kind, times=None, every=every, after=after, seconds=seconds)

        def slow() -> None:
            for service in (Service.SCORES, Service.RESULTS):
                faults.add(service, FaultKind.SLOW, times=None, every=3, seconds=1.5, after=chance.random() < 0.5)

        def busy() -> None:
            faults.add(Service.SCORES, FaultKind.STATUS, times=chance.randint(1, 4), status=429, retry_after=1)

        def skew() -> None:
            self._server.school.clock_skew = timedelta(seconds=chance.uniform(1, 4))

        def refuse_tokens() -> None:
            self._server.school.tokens.clear()
            faults.add(Service.TOKEN, FaultKind.STATUS, times=None, every=chance.randint(1, 2), status=400)

        def forget_tokens() -> None:
            self._server.school.tokens.clear()

        def unreadable() -> None:
            faults.add(Service.RESULTS, FaultKind.STATUS, times=None, every=3, status=500)

        return {
            "down": self._server.stop,
            "silent": faults.down,
            "one in ten 502": lambda: faults.add(
                Service.SCORES, FaultKind.STATUS, times=None, every=10, skip=chance.randint(0, 9), status=502
            ),
            "failing": scores(FaultKind.STATUS, every=2),
            "429": busy,
            "clock ahead": skew,
            "slow": slow,
            "answers lost": scores(FaultKind.DROP, every=2, after=True),
            "late answers": scores(FaultKind.SLOW, every=2, after=True, seconds=1.0),
            "connections dropped": scores(FaultKind.DROP, every=3),
            "HTML": scores(FaultKind.HTML, every=3),
            "HTML after storing": scores(FaultKind.HTML, every=3, after=True),
            "no token": refuse_tokens,
            "tokens forgotten": forget_tokens,
            "results unreadable": unreadable,
        }
