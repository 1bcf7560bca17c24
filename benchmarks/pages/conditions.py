"""On which databases the pages are asked for, and how large the cohort is."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.launches.sides import durable_postgresql
from benchmarks.pages.training import KEY, ten_assignments
from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.demo.crowd import CrowdPlan
from tests.recording_jobs import RecordingJobs

PLAN: Final = CrowdPlan(participants=200, versions=50)


@dataclass(frozen=True)
class Installed:
    """An installation that nobody else uses.

    Args:
        postmaster: the id of its database's first process; None: the database is a file.
        settle: lets the database do what it does by itself after a while.
    """

    parts: Parts
    postmaster: int | None
    settle: Callable[[], None]


@dataclass(frozen=True)
class Condition:
    """One part of the table.

    Args:
        key: for the command line and for programs.
        title: for people.
        install: makes an empty installation; raises PostgresqlMissing.
    """

    key: str
    title: str
    install: Callable[[], AbstractContextManager[Installed]]


@contextmanager
def _on_sqlite() -> Iterator[Installed]:
    with _installed(None, None, lambda: None) as installed:
        yield installed


@contextmanager
def _on_postgresql() -> Iterator[Installed]:
    with durable_postgresql() as (url, postmaster):
        with psycopg.connect(f"{url}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE icc")

        def settle() -> None:
            with psycopg.connect(f"{url}icc", autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")

        with _installed(f"{url}icc", postmaster, settle) as installed:
            yield installed


@contextmanager
def _installed(url: str | None, postmaster: int | None, settle: Callable[[], None]) -> Iterator[Installed]:
    with tempfile.TemporaryDirectory() as folder:
        own = {"data_dir": Path(folder)} | ({"database_url": url} if url else {})
        parts = compose(load_settings(**own), engine=RecordingJobs(), trainings={KEY: ten_assignments()})
        try:
            parts.database.upgrade()
            yield Installed(parts, postmaster, settle)
        finally:
            parts.close()


SQLITE: Final = Condition("sqlite", "SQLite", _on_sqlite)
POSTGRESQL: Final = Condition("postgresql", "PostgreSQL", _on_postgresql)
ALL: Final = (SQLITE, POSTGRESQL)
QUICK: Final = (SQLITE,)
