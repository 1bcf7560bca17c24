"""How much work something is, in calls of functions: the same on every machine, however busy it is."""

import sys
from collections.abc import Callable
from types import FrameType


def calls_of(what: Callable[[], object]) -> int:
    """Do something and return how many functions that called in this thread, of Python and of C."""
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        what()
    finally:
        sys.setprofile(before)
    return count
