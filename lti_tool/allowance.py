"""So many a minute: a counter a key, in this process, that starts anew with each minute of the clock.

No library: the in-memory store of `limits` 5.8 starts a thread for nearly every request (0.2 ms of CPU at 50 requests a
second, measured; this takes about a microsecond), and its clock cannot be handed in.
"""

import threading
from collections.abc import Callable

from lti_tool.clock import Clock


def _tell_nobody(_count: int) -> None:
    """Keep it to oneself."""


class Allowance:
    """Allows so many a minute for each key.

    Args:
        most: a minute and key; 0 allows everything.
        clock: the time.
        tell: is told, once when a new minute has begun, how many were over in the one before.
    """

    def __init__(self, most: int, clock: Clock, tell: Callable[[int], None] = _tell_nobody) -> None:
        self.most = most
        self._clock = clock
        self._tell = tell
        self._minute = -1
        self._taken: dict[str, int] = {}
        self._over = 0
        self._lock = threading.Lock()

    def take(self, key: str = "") -> int:
        """Take one; return 0 when it is allowed, else in how many seconds to come back (1 to 60)."""
        if not self.most:
            return 0
        minute, second = divmod(int(self._clock().timestamp()), 60)
        over = 0
        with self._lock:
            if minute != self._minute:
                over, self._over = self._over, 0
                self._minute, self._taken = minute, {}
            taken = self._taken[key] = self._taken.get(key, 0) + 1
            allowed = taken <= self.most
            self._over += not allowed
        if over:
            self._tell(over)
        return 0 if allowed else 60 - second
