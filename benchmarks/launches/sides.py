"""A side of the comparison: a running tool with the ways in which it is launched."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.launches.load import Tool
from benchmarks.launches.school import School
from tests.postgresql import postgresql_server


class Missing(RuntimeError):
    """Something that a side needs is not on this machine and could not be had; says what, and what to do."""


@dataclass(frozen=True)
class Way:
    """One row of the table.

    Args:
        key: for the command line and for programs.
        name: for people.
        tool: what the driver plays.
    """

    key: str
    name: str
    tool: Tool


@dataclass(frozen=True)
class Side:
    """A running tool.

    Args:
        ways: how it is launched.
        roots: the ids of the processes whose trees count as its CPU: the server, its database, its cache.
    """

    ways: tuple[Way, ...]
    roots: tuple[int, ...]


@dataclass(frozen=True)
class Opening:
    """A side that can be started.

    Args:
        keys: of its ways.
        name: for messages.
        start: starts it, given the school and an empty folder of its own; raises Missing, NotStarted.
    """

    keys: tuple[str, ...]
    name: str
    start: Callable[[School, Path], AbstractContextManager[Side]]


@contextmanager
def durable_postgresql() -> Iterator[tuple[str, int]]:
    """Run a PostgreSQL server that waits for the disk; yield its URL without a database name, and its process id."""
    with postgresql_server(durable=True) as url:
        with psycopg.connect(f"{url}postgres") as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        yield url, int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
