"""When a platform is left alone: it asked us to wait, or it fails again and again whatever is sent.

A platform that is down is probed now and then, by one score at a time, instead of by every score that waits for it; once
a probe gets through, what waits goes out again. Each process keeps this for itself; nothing is lost with it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.advantage.scores import Posted, PostResult
from lti_tool.clock import Clock
from lti_tool.sync.codes import NOT_CALLED

TROUBLES_UNTIL_PAUSE = 3
FIRST_PAUSE = 4.0
LONGEST_PAUSE = 300.0
LONGEST_ASKED = 3600.0
PROBE = timedelta(minutes=2)
"""How long the others wait for what a probe finds; longer than a delivery, all its time-outs included."""


def is_platforms_trouble(code: str | None) -> bool:
    """Return whether a failure is about the platform as a whole, not about one score."""
    return code is not None and (
        code in ("timeout", "unreachable", "html", "bad-answer") or code.startswith(("http-5", "http-429", "token-"))
    )


@dataclass
class _State:
    troubles: int = 0
    until: datetime | None = None
    asked: bool = False
    """Whether the platform itself said how long."""
    failed_at: datetime | None = None
    """When it failed last."""
    probed_until: datetime | None = None
    """A probe is under way; from then on its answer is not waited for any more."""

    def left(self, now: datetime) -> timedelta:
        ends = [end for end in (self.until, self.probed_until) if end is not None and end > now]
        return max(ends) - now if ends else timedelta(0)


class Pauses:
    """Which platforms are left alone until when.

    Args:
        clock: the time.
        jitter: a random number from 0 to 1, so that processes do not return at the same moment.
    """

    def __init__(self, clock: Clock, jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def left(self, platform_id: str) -> timedelta:
        """Return how long a platform is still left alone; nothing when it may be called."""
        with self._lock:
            state = self._states.get(platform_id)
            return state.left(self._clock()) if state is not None else timedelta(0)

    def enter(self, platform_id: str) -> timedelta:
        """Return how long a platform is still left alone; nothing: call it now.

        After trouble the first who comes is the probe, and the others wait for what it finds (`note`).
        """
        with self._lock:
            state, now = self._states.get(platform_id), self._clock()
            if state is None:
                return timedelta(0)
            left = state.left(now)
            if not left and state.troubles >= TROUBLES_UNTIL_PAUSE:
                state.probed_until = now + PROBE
            return left

    def failed_at(self, platform_id: str) -> datetime | None:
        """Return when a platform failed last that is left alone for its failures; None for any other."""
        with self._lock:
            state = self._states.get(platform_id)
            if state is None or state.asked or state.troubles < TROUBLES_UNTIL_PAUSE:
                return None
            return state.failed_at

    def lift(self, platform_id: str) -> None:
        """Leave a platform alone no longer: it is known to work again."""
        with self._lock:
            self._states.pop(platform_id, None)

    def note(self, platform_id: str, posted: Posted) -> bool:
        """Note what a platform answered; return whether it works again after trouble that had made us pause."""
        with self._lock:
            state, now = self._states.setdefault(platform_id, _State()), self._clock()
            state.probed_until = None
            if posted.code in NOT_CALLED:
                return False
            if posted.result is PostResult.LATER and is_platforms_trouble(posted.code):
                self._note_trouble(state, posted.retry_after, now)
                return False
            recovered = state.until is not None
            self._states[platform_id] = fresh = _State()
            if posted.retry_after is not None:
                self._pause(fresh, posted.retry_after, now, asked=True)
            return recovered and posted.retry_after is None

    def _note_trouble(self, state: _State, retry_after: float | None, now: datetime) -> None:
        # What was under way when the pause began fails with it, and says nothing new.
        if state.until is None or state.until <= now:
            state.troubles += 1
            state.failed_at, state.asked = now, False
            over = state.troubles - TROUBLES_UNTIL_PAUSE
            if over >= 0 and retry_after is None:
                longest = min(FIRST_PAUSE * 2.0 ** min(over, 12), LONGEST_PAUSE)
                self._pause(state, longest * (0.5 + 0.5 * self._jitter()), now)
        if retry_after is not None:
            self._pause(state, retry_after, now, asked=True)

    @staticmethod
    def _pause(state: _State, seconds: float, now: datetime, *, asked: bool = False) -> None:
        until = now + timedelta(seconds=min(seconds, LONGEST_ASKED))
        state.until = max(state.until, until) if state.until is not None else until
        state.asked |= asked
