"""How much work something is, in calls of functions: the same on every machine, however busy it is."""

import gc
import sys
from collections.abc import Callable
from types import FrameType


def calls_of(what: Callable[[], object]) -> int:
    """Do something and return how many functions that called in this thread, of Python and of C."""
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # whom it wakes is not what this does
    sys.setprofile(see)
    try:
        what()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return count
