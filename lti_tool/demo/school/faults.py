"""Misbehaviour on demand: what the school's services do wrong, for how many requests, and how often they were asked."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """The services of the platform that can be disturbed and are counted."""

    CONFIGURATION = "configuration"
    REGISTRATION = "registration"
    CERTS = "certs"
    AUTH = "auth"
    TOKEN = "token"  # noqa: S105 - the name of a service
    LINEITEMS = "lineitems"
    SCORES = "scores"
    RESULTS = "results"
    MEMBERSHIPS = "memberships"
    DEEP_LINKING = "deeplinking"
    WEB_SERVICES = "webservices"
    FILES = "files"
    """Files of hand-ins, for programs."""
    ALL = "all"
    """Every service, and the pages for people too."""


class FaultKind(StrEnum):
    STATUS = "status"
    SLOW = "slow"
    HTML = "html"
    EMPTY = "empty"
    DROP = "drop"
    NO_KEYS = "nokeys"
    HUGE = "huge"
    BUSY = "busy"
    """Asked too often, in the words of this learning environment."""


@dataclass(slots=True)
class Fault:
    """One way a service goes wrong.

    ``times`` is how many requests it hits (None: until cleared), ``skip`` how many it lets through first, ``every`` k
    hits only each k-th one. With ``after`` the request is carried out first and only its answer goes wrong.
    """

    service: Service
    kind: FaultKind
    times: int | None = 1
    skip: int = 0
    every: int = 1
    after: bool = False
    status: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    seen: int = 0

    def hits(self) -> bool:
        """Count one request and say whether this one goes wrong."""
        self.seen += 1
        place = self.seen - self.skip
        if place <= 0 or place % self.every:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def spent(self) -> bool:
        return self.times is not None and self.times <= 0


class Faults:
    """The faults now set, first in first out per service, and the counters of requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._woken = threading.Condition(self._lock)
        self._generation = 0
        self._faults: dict[Service, list[Fault]] = defaultdict(list)
        self.requests: Counter[Service] = Counter()

    def add(
        self,
        service: Service | str,
        kind: FaultKind | str = FaultKind.STATUS,
        *,
        times: int | None = 1,
        skip: int = 0,
        every: int = 1,
        after: bool = False,
        status: int = 503,
        retry_after: int | None = None,
        seconds: float = 0.0,
    ) -> Fault:
        """Let ``service`` go wrong; raises ValueError for an unknown service or kind, or numbers that make no sense."""
        if times is not None and times < 1:
            raise ValueError("times is at least 1, or None for: until cleared")
        if every < 1 or skip < 0 or not 0 <= seconds <= 600 or not 400 <= status <= 599:
            raise ValueError("every >= 1, skip >= 0, seconds 0 to 600, status 400 to 599")
        fault = Fault(
            service=Service(service),
            kind=FaultKind(kind),
            times=times,
            skip=skip,
            every=every,
            after=after,
            status=status,
            retry_after=retry_after,
            seconds=seconds,
        )
        with self._lock:
            self._faults[fault.service].append(fault)
        return fault

    def down(self) -> Fault:
        """Drop every connection, pages included, until ``clear`` is called."""
        return self.add(Service.ALL, FaultKind.DROP, times=None)

    def clear(self, service: Service | str | None = None) -> None:
        """Take back the faults of one service, or all of them, and wake requests that are being slow."""
        with self._lock:
            if service is None:
                self._faults.clear()
            else:
                self._faults.pop(Service(service), None)
            self._generation += 1
            self._woken.notify_all()

    def active(self) -> list[Fault]:
        """The faults that are still set, in order."""
        with self._lock:
            return [fault for faults in self._faults.values() for fault in faults]

    def draw(self, service: Service) -> Fault | None:
        """Count a request to ``service`` and return the fault that hits it, if any."""
        with self._lock:
            if service is not Service.ALL:
                self.requests[service] += 1
            queue = self._faults.get(service)
            if not queue:
                return None
            fault = queue[0]
            hit = fault.hits()
            if fault.spent:
                queue.pop(0)
            return fault if hit else None

    def pause(self, seconds: float) -> None:
        """Wait as long as a slow answer takes, or until the faults are cleared."""
        with self._woken:
            generation = self._generation
            self._woken.wait_for(lambda: self._generation != generation, timeout=seconds)
