"""Ours end to end: an outcome changes in the database, and its score is accepted at the platform and settled in its row."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import ColumnElement, delete, func, or_, select

from benchmarks.launches.children import child, server
from benchmarks.launches.fetching import ROOT
from benchmarks.launches.sides import durable_postgresql
from benchmarks.launches.usage import cpu_seconds
from benchmarks.scores.furniture import furnish
from benchmarks.scores.sides import Opening, Way
from benchmarks.scores.work import COUNTS, Played, Score
from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.outcomes import OutcomeChanged
from tests.ports import free_port

PLAIN = {0: 1000, 20: 1000, 100: 1000}
SCHOOLS = 2
REVIEWERS = 4
"""Threads in which outcomes change, as in a web process."""
LOOK_SECONDS = 0.02
QUIET_SECONDS = 2.0


def openings() -> tuple[Opening, ...]:
    """Return ours on each database."""
    return (
        Opening(("postgresql", "postgresql-school"), "our outbox on PostgreSQL", _on_postgresql),
        Opening(("sqlite",), "our outbox on SQLite", _on_sqlite),
    )


@contextmanager
def _on_postgresql(folder: Path) -> Iterator[Sequence[Way]]:
    with durable_postgresql() as (url, postmaster):
        with psycopg.connect(f"{url}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE icc")
        settings = _settings(folder) | {"database_url": f"{url}icc"}
        with _installation(settings) as parts, _worker(settings, folder) as pid:
            deliver = partial(deliver_through, parts, (pid, postmaster))
            name = "ours: outbox, PostgreSQL, one worker"
            yield [
                Way("postgresql", f"{name}, {SCHOOLS} schools x 4 at once", deliver, PLAIN, COUNTS, platforms=SCHOOLS),
                Way("postgresql-school", f"{name}, 1 school, 4 at once", deliver, {20: PLAIN[20]}, {}),
            ]


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Sequence[Way]]:
    settings, port = _settings(folder), free_port()
    command = [sys.executable, "-m", "lti_tool.cli", "serve", "--port", str(port)]
    with _installation(settings) as parts, server("sqlite", command, port, folder, _environment(settings)) as pid:
        deliver = partial(deliver_through, parts, (pid,))
        name = f"ours: outbox, SQLite, serve, {SCHOOLS} schools x 4 at once"
        yield [Way("sqlite", name, deliver, PLAIN, COUNTS, platforms=SCHOOLS)]


@contextmanager
def _worker(settings: Mapping[str, str], folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "lti_tool.cli", "worker"]

    def launched(log: Path) -> bool:
        return b"jobs.launched" in log.read_bytes()

    with child("worker", command, folder, _environment(settings), launched) as pid:
        yield pid


@contextmanager
def _installation(settings: Mapping[str, str]) -> Iterator[Parts]:
    """Put the application together in this process too, over the same database: here outcomes change."""
    parts = compose(load_settings(**settings))
    try:
        parts.upgrade()
        yield parts
    finally:
        parts.close()


def _settings(folder: Path) -> dict[str, str]:
    return {
        "base_url": f"http://127.0.0.1:{free_port()}",
        "data_dir": str(folder),
        "allow_private_platforms": "true",
        "secret_key": "only for a measurement, and long enough to be one",
    }


def _environment(settings: Mapping[str, str]) -> Mapping[str, str]:
    return {f"ICC_{name.upper()}": value for name, value in settings.items()} | {"PYTHONPATH": str(ROOT)}


def deliver_through(
    parts: Parts, roots: Sequence[int], platforms: Sequence[str], work: Sequence[Score], patience: float
) -> Played:
    """Let outcomes change, each in a transaction of its own, and wait until their scores have arrived.

    Args:
        roots: the processes that run the jobs, and the database's.
    """
    furnished = furnish(parts, platforms, work)
    ours = ScoreOutbox.platform_id.in_(furnished.platform_ids)
    before, began = cpu_seconds(roots), time.perf_counter()
    with ThreadPoolExecutor(REVIEWERS) as reviewers:
        list(reviewers.map(partial(_change, parts), furnished.changes))
    until = began + patience
    arrived = _wait(lambda: not _any(parts, ours, ScoreOutbox.dirty.is_(True)), until)
    seconds = time.perf_counter() - began
    # What is read back after the posts belongs to the work, but nobody waits for it; what failed then is read minutes later.
    unread = or_(ScoreOutbox.checked.is_(False), ScoreOutbox.claimed_until.is_not(None))
    _wait(lambda: not _any(parts, ours, unread), time.perf_counter() + QUIET_SECONDS)
    used = cpu_seconds(roots) - before
    with parts.database.session() as session:
        session.execute(delete(Platform).where(Platform.id.in_(furnished.platform_ids)))
    return Played(seconds, used, given_up=not arrived)


def _change(parts: Parts, change: OutcomeChanged) -> None:
    with parts.database.session() as session:
        parts.outbox.follow(session, change)


def _any(parts: Parts, *conditions: ColumnElement[bool]) -> bool:
    with parts.database.reading() as session:
        return bool(session.scalar(select(func.count()).select_from(ScoreOutbox).where(*conditions)))


def _wait(holds: Callable[[], bool], until: float) -> bool:
    while not (found := holds()) and time.perf_counter() < until:
        time.sleep(LOOK_SECONDS)
    return found
