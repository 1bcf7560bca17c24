"""Three machines on one: network namespaces of Linux (ip-netns(8)), wired to each other and to nothing else.

What listens on the loopback address of one is not there for the others. Where there are none (they need root and iproute2),
the machines are three addresses of the same loopback interface.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

NETWORK = "10.203.7"
"""Nobody outside of the namespaces sees it."""


@dataclass(frozen=True)
class Machine:
    """One of them.

    Args:
        name: what it is called.
        address: where the others reach it.
        enter: the command that runs another one there.
    """

    name: str
    address: str
    enter: Sequence[str] = ()


@contextmanager
def wired(names: Sequence[str]) -> Iterator[Sequence[Machine]]:
    """Make machines of these names, apart from each other where that can be done."""
    if _ip("netns", "add", f"icc-{os.getpid()}-{names[0]}") != 0:
        yield [Machine(name, f"127.0.0.{number}") for number, name in enumerate(names, 1)]
        return
    machines = [
        Machine(name, f"{NETWORK}.{number}", ("ip", "netns", "exec", f"icc-{os.getpid()}-{name}"))
        for number, name in enumerate(names, 1)
    ]
    try:
        first = machines[0].enter[-1]
        _must("-n", first, "link", "set", "lo", "up")
        _must("-n", first, "link", "add", "wire", "type", "bridge")
        _must("-n", first, "addr", "add", f"{NETWORK}.1/24", "dev", "wire")
        _must("-n", first, "link", "set", "wire", "up")
        for machine in machines[1:]:
            place = machine.enter[-1]
            _must("netns", "add", place)
            _must("-n", place, "link", "set", "lo", "up")
            _must("-n", first, "link", "add", machine.name, "type", "veth", "peer", "name", "wire", "netns", place)
            _must("-n", first, "link", "set", machine.name, "master", "wire", "up")
            _must("-n", place, "addr", "add", f"{machine.address}/24", "dev", "wire")
            _must("-n", place, "link", "set", "wire", "up")
        yield machines
    finally:
        for machine in machines:
            _ip("netns", "del", machine.enter[-1])


def _ip(*words: str) -> int:
    """Run iproute2's `ip`; return its exit code, not 0 where it is not."""
    program = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")
    if program is None:
        return 127
    return subprocess.run([program, *words], check=False, capture_output=True).returncode  # noqa: S603


def _must(*words: str) -> None:
    if _ip(*words) != 0:
        raise OSError(f"ip {' '.join(words)} failed")
