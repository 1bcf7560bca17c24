"""Our side: `icc-bridge serve` with two worker processes, and a cohort whose placement shows an assignment."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

import psycopg

from benchmarks.launches.children import server
from benchmarks.launches.load import CLIENT_ID, DEPLOYMENT_ID, Tool
from benchmarks.launches.school import LATENCIES, School
from benchmarks.launches.sides import Opening, Side, Way, durable_postgresql
from benchmarks.launches.token import link_of_launches
from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.platforms.models import Platform
from tests.builders import ASSIGNMENT, TRAINING, Builder
from tests.ports import free_port

WORKERS = 2
ONWARD = ("/cohort/", "/placement/")
"""Where a launch leads a participant: to the page, or to what finds it."""
MOST_LOGINS = "1000000"
"""A minute: all people of the measurement come from one address. The limit is counted, and not reached."""
ROOT = Path(__file__).parents[2]


def openings() -> tuple[Opening, ...]:
    """Return ours on each database."""
    return (
        Opening(("sqlite", "sqlite-page"), "ours on SQLite", _on_sqlite),
        Opening(("postgresql", "postgresql-page"), "ours on PostgreSQL", _on_postgresql),
    )


@contextmanager
def _on_sqlite(school: School, folder: Path) -> Iterator[Side]:
    with running("sqlite", "SQLite", school, folder, None) as side:
        yield side


@contextmanager
def _on_postgresql(school: School, folder: Path) -> Iterator[Side]:
    with durable_postgresql() as (url, postmaster):
        with psycopg.connect(f"{url}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE icc")
        with running("postgresql", "PostgreSQL", school, folder, f"{url}icc") as side:
            yield Side(side.ways, (*side.roots, postmaster))


@contextmanager
def running(key: str, database: str, school: School, folder: Path, database_url: str | None) -> Iterator[Side]:
    """Start the tool and register it with the school.

    Args:
        key, database: for the names of its ways.
        folder: its data folder.
        database_url: None for a SQLite file in `folder`.

    Raises:
        NotStarted: it does not start.
    """
    port = free_port()
    own = {
        "base_url": f"http://127.0.0.1:{port}",
        "data_dir": str(folder),
        "allow_private_platforms": "true",
        "logins_per_minute": MOST_LOGINS,
    }
    if database_url is not None:
        own["database_url"] = database_url
    parts = compose(load_settings(**own))
    try:
        parts.upgrade()
        title = _prepare(parts, school)
    finally:
        parts.close()
    to_redirect = Tool(port, "/lti/login", "/lti/launch", onward=ONWARD, shows=None)
    ways = (
        Way(key, f"ours on {database}, to the redirect", to_redirect),
        Way(f"{key}-page", f"ours on {database}, with the page", replace(to_redirect, shows=escape(title))),
    )
    environment = {f"ICC_{name.upper()}": value for name, value in own.items()} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lti_tool.cli", "serve", "--workers", str(WORKERS), "--port", str(port)]
    with server(key, command, port, folder, environment) as pid:
        yield Side(ways, (pid,))


def _prepare(parts: Parts, school: School) -> str:
    """Register the school once for each of its latencies and place an assignment there; return the assignment's title."""
    build = Builder(parts.database, parts.clock)
    context, link = link_of_launches()
    cohort = build.cohort()
    for latency in LATENCIES:
        issuer = school.issuer(latency)
        addresses = (f"{issuer}/auth", f"{issuer}/token", f"{issuer}/jwks")
        info = parts.platforms.add(f"School {latency}", issuer, CLIENT_ID, *addresses, [DEPLOYMENT_ID], family="moodle")
        with parts.database.session() as session:
            platform = session.get_one(Platform, info.id)
        course = build.course(platform, context)
        build.bind(course, cohort, build.account(platform).person_id)
        build.placement(course, cohort, ASSIGNMENT, resource_link_id=link)
    return parts.trainings[TRAINING].assignment(ASSIGNMENT).title.nl
