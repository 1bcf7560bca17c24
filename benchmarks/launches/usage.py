"""CPU time of whole process trees, from Linux's /proc (proc(5), stat)."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """What one process has used so far.

    Args:
        parent: its parent's id.
        ticks: user and system time, its own and that of the children it has waited for.
    """

    parent: int
    ticks: int


def read_stat(text: str) -> Process:
    """Read a line of ``/proc/<pid>/stat``; the name in it may hold anything, brackets and spaces too."""
    fields = text.rpartition(")")[2].split()
    return Process(int(fields[1]), sum(int(field) for field in fields[11:15]))


def processes() -> dict[int, Process]:
    """Return all processes of the machine, by id."""
    found: dict[int, Process] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = read_stat((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                continue
    return found


def below(known: Mapping[int, Process], roots: Iterable[int]) -> set[int]:
    """Return the ids of some processes and of everything below them."""
    children: dict[int, list[int]] = {}
    for pid, process in known.items():
        children.setdefault(process.parent, []).append(pid)
    waiting, seen = [pid for pid in roots if pid in known], set[int]()
    while waiting:
        pid = waiting.pop()
        if pid not in seen:
            seen.add(pid)
            waiting += children.get(pid, [])
    return seen


def tree_ticks(known: Mapping[int, Process], roots: Iterable[int]) -> int:
    """Return the ticks of some processes and everything below them."""
    return sum(known[pid].ticks for pid in below(known, roots))


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU seconds that some processes and everything below them have used so far."""
    return tree_ticks(processes(), roots) / os.sysconf("SC_CLK_TCK")
