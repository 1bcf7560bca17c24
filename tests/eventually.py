"""Waiting for what another thread or process does, with a deadline instead of a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], *, within: float = 30.0, every: float = 0.05) -> T:
    """Look until it is true and return it.

    Args:
        look: what to look at.
        within: seconds until the test fails.
        every: seconds between two looks.
    """
    until = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, f"not within {within:.0f} s"
        time.sleep(every)
