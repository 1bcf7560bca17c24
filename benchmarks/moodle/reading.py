"""A reader: a process that reads a course when it is told to, and says what it knows, how long it took, and its memory.

It imports nothing but the standard library, so that another environment can run it.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Read = Callable[[str, str, int], dict[int, dict[int, bool]]]
"""Reads a course: given the site's address, a token and the course's id."""


def serve(reads: Mapping[str, Read]) -> None:
    """Read a course for each line of stdin, a JSON object that names the way; answer a JSON object a line.

    Memory is counted from what the process held after its first reading, which is there to warm it up.
    """
    before = 0
    for line in sys.stdin:
        order = json.loads(line)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5))
        start, cpu = time.perf_counter(), time.process_time()
        known = reads[order["way"]](order["url"], order["token"], order["course"])
        told = {
            "seconds": time.perf_counter() - start,
            "cpu_seconds": time.process_time() - cpu,
            "peak_kib": max(0, _memory_kib("VmHWM") - before),
            "known": [[user, sorted(found.items())] for user, found in known.items()],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        before = before or _memory_kib("VmRSS")


def _memory_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
