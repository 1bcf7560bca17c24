"""A PostgreSQL server of the tests' or the measurements' own, on a free loopback port, gone when the run ends.

PostgreSQL refuses to run as root, so root starts it as Debian's user `postgres`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.memory import in_memory
from tests.ports import free_port

LOOPBACK = "127.0.0.1"


class PostgresqlMissing(RuntimeError):
    """PostgreSQL's server programs are not on this machine."""


def _programs() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise PostgresqlMissing(
            "PostgreSQL's initdb is missing: install Debian's package postgresql (make test does it as root)"
        )
    return Path(found).parent


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server.

    Args:
        url: its URL without a database name.
        crash: ends it as a power cut would, starts it again and waits until it answers.
    """

    url: str
    crash: Callable[[], None]


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[str]:
    """Run a server and yield its URL without a database name: ``postgresql://postgres@127.0.0.1:<port>/``.

    Args:
        durable: wait for the disk at every commit, as an installation does and tests need not.

    Raises:
        PostgresqlMissing: it is not installed.
    """
    with crashing_postgresql(durable=durable) as server:
        yield server.url


@contextmanager
def crashing_postgresql(*, durable: bool = True, address: str = LOOPBACK) -> Iterator[PostgresqlServer]:
    """Run a server that can be made to crash; what it has committed outlives that when it is `durable`.

    Args:
        durable: whether it waits for the disk at every commit.
        address: where it listens; any but loopback takes callers of its network.

    Raises:
        PostgresqlMissing: it is not installed.
    """
    programs = _programs()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # A socket path must be short, and /tmp may be memory.
    place = "/var/tmp" if durable else in_memory() or "/tmp"  # noqa: S108  # mkdtemp makes a folder that is nobody else's
    folder = Path(tempfile.mkdtemp(prefix="icc-postgresql-", dir=place))
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=folder)  # noqa: S603

    data = str(folder / "data")
    try:
        sync = [] if durable else ["--no-sync"]
        run(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *sync)
        if address != LOOPBACK:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        speed = "" if durable else "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options = f"-h {address} -p {port} -k {folder} -c max_connections=200 {speed}"
        run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            control = [str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log")]
            yield PostgresqlServer(
                f"postgresql://postgres@{address}:{port}/", lambda: run(*control, "-m", "immediate", "restart")
            )
        finally:
            run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
