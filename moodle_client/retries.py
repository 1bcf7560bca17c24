"""When and how long to wait before a read is tried again, and when to give up.

A retry costs; a site that is down gets fewer, not more requests: each client has a budget of retries that only
answered calls fill again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How reads are retried. Writes never are.

    `attempts` counts the first one; `first_wait` and `longest_wait` are seconds. A server that asks for more patience
    than `longest_wait` (Retry-After) is not waited for: the error says when to come back.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0

    def wait(self, tried: int, retry_after: float | None, random: Callable[[], float]) -> float | None:
        """Return how many seconds to wait after `tried` attempts, or None to give up.

        The wait doubles each time and is drawn between half and whole of that, so that many clients do not come back
        at the same moment.
        """
        if tried >= self.attempts or (retry_after or 0.0) > self.longest_wait:
            return None
        step = min(self.longest_wait, self.first_wait * 2.0 ** (tried - 1))
        return max(retry_after or 0.0, step * (0.5 + 0.5 * random()))


NO_RETRIES = RetryPolicy(attempts=1)


class RetryBudget:
    """How many retries a client may still make.

    Args:
        capacity: retries that may be made in a row.
        refill: what an answered call gives back, as a part of one retry.
    """

    def __init__(self, capacity: float = 10.0, refill: float = 0.25) -> None:
        self._capacity = capacity
        self._refill = refill
        self._left = capacity
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take one retry; False when there is none left."""
        with self._lock:
            if self._left < 1.0:
                return False
            self._left -= 1.0
            return True

    def earn(self) -> None:
        """Count an answered call."""
        with self._lock:
            self._left = min(self._capacity, self._left + self._refill)
