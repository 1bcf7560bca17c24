"""A copy of the database as it is at one moment, while others write on."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import NullPool, create_engine, make_url, text

from lti_tool.backup.facts import Facts, read_facts
from lti_tool.backup.programs import call, find_program
from lti_tool.database import Database

FOLDER = ".backup-"
LEFT_SECONDS = 24 * 3600
"""A folder of a copy that is older was left by a process that was killed."""


@dataclass(frozen=True)
class Snapshot:
    """A copy of the database."""

    file: IO[bytes]
    """At its beginning: the database's file, or what pg_dump writes (custom format)."""
    facts: Facts


@contextmanager
def copied(database: Database, folder: Path) -> Iterator[Snapshot]:
    """Copy the database; the copy is gone afterwards.

    Args:
        database: keeps being used by others meanwhile.
        folder: where the copy may lie, as little read by others as the database itself.

    Raises:
        BackupRefused: it holds nothing of ours, or pg_dump cannot do it.
    """
    _sweep(folder)
    place = Path(tempfile.mkdtemp(prefix=FOLDER, dir=folder))
    try:
        with (_of_sqlite if database.sqlite else _of_postgresql)(database.url, place) as snapshot:
            yield snapshot
    finally:
        shutil.rmtree(place, ignore_errors=True)


def server_major(url: str) -> int:
    """Return the major version of a PostgreSQL server.

    Raises:
        OperationalError: it cannot be reached.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000


@contextmanager
def _of_sqlite(url: str, place: Path) -> Iterator[Snapshot]:
    path = place / "icc-bridge.sqlite"
    with closing(sqlite3.connect(str(make_url(url).database))) as source, closing(sqlite3.connect(path)) as target:
        # In one step: with WAL it reads one moment, and writers go on.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        facts = read_facts(connection)
    with path.open("rb") as file:
        yield Snapshot(file, facts)


@contextmanager
def _of_postgresql(url: str, place: Path) -> Iterator[Snapshot]:
    program = find_program("pg_dump", server_major(url))
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with tempfile.TemporaryFile(dir=place) as file:
        with engine.connect() as connection:
            moment = connection.scalar(text("SELECT pg_export_snapshot()"))
            facts = read_facts(connection)
            call(program, ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}"], url, into=file)
        file.seek(0)
        yield Snapshot(file, facts)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{FOLDER}*"):
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
