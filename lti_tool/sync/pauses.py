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

TROUBLES_UNTIL_PAUSE = 3
FIRST_PAUSE = 4.0
LONGEST_PAUSE = 300.0
LONGEST_ASKED = 3600.0


def is_platforms_trouble(code: str | None) -> bool:
    """Return whether a failure is about the platform as a whole, not about one score."""
    return code is not None and (
        code in ("timeout", "unreachable", "html", "bad-answer") or code.startswith(("http-5", "http-429", "token-"))
    )


@dataclass
class _State:
    troubles: int = 0
    until: datetime | None = None


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
            if state is None or state.until is None:
                return timedelta(0)
            return max(timedelta(0), state.until - self._clock())

    def note(self, platform_id: str, posted: Posted) -> bool:
        """Note what a platform answered; return whether it works again after trouble that had made us pause."""
        with self._lock:
            state = self._states.setdefault(platform_id, _State())
            if posted.retry_after is not None:
                self._pause(state, min(posted.retry_after, LONGEST_ASKED))
            if posted.result is PostResult.LATER and is_platforms_trouble(posted.code):
                state.troubles += 1
                over = state.troubles - TROUBLES_UNTIL_PAUSE
                if over >= 0 and posted.retry_after is None:
                    longest = min(FIRST_PAUSE * 2.0 ** min(over, 12), LONGEST_PAUSE)
                    self._pause(state, longest * (0.5 + 0.5 * self._jitter()))
                return False
            recovered = state.until is not None
            self._states[platform_id] = _State(until=state.until if posted.retry_after is not None else None)
            return recovered and posted.retry_after is None

    def _pause(self, state: _State, seconds: float) -> None:
        until = self._clock() + timedelta(seconds=seconds)
        state.until = max(state.until, until) if state.until is not None else until
