"""Fixtures for all tests: settings, a clock, and a migrated database on each engine."""

import gc
import importlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from socketserver import StreamRequestHandler
from urllib.parse import urlsplit

import psycopg
import pytest
import structlog
from flask import Flask

from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.migrations.models import metadata
from tests.clock import FakeClock
from tests.made_once import CompiledRule, CompiledTemplates
from tests.memory import in_memory
from tests.postgresql import postgresql_server

pytest_plugins = ["tests.browser_fixture"]
# Servers of the tests send head and body apart; with Nagle's algorithm the body waits 40 ms for the head's acknowledgement.
StreamRequestHandler.disable_nagle_algorithm = True
Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
Flask.url_rule_class = CompiledRule

SECRET = "a secret for the tests, long enough to be one"
ROOT = Path(__file__).parents[1]


def pytest_configure() -> None:
    """Let the tests' files be in memory where there is room."""
    memory = in_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Gather the tests without looking for garbage meanwhile; what there is then stays and is not looked through again."""
    gc.disable()
    if int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2:
        _begin_at_the_other_end([Path(folder) for folder in session.config.args])
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _begin_at_the_other_end(places: Sequence[Path]) -> None:
    """Import test files, the last one first.

    Every process gathers all tests. On a fresh checkout each so rewrites (for pytest's assertions) and compiles one half,
    and finds the other half done.
    """
    for file in sorted((file for place in places for file in place.glob("**/test_*.py")), reverse=True):
        with suppress(Exception):  # pytest will import it too, and tell
            importlib.import_module(".".join(file.resolve().relative_to(ROOT).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files that drive a browser go first when processes share the tests, folder by folder, then other long ones.

    The last files are short ones: a long one at the end would keep one process busy alone.
    """

    def turn(item: pytest.Item) -> tuple[bool, str, bool]:
        browser, long = (item.get_closest_marker(name) is not None for name in ("browser", "long"))
        return not browser, str(item.path.parent) if browser else "", not long

    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=turn)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ICC_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> Iterator[None]:
    """Commands and processes set up logging for their whole process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at 2026-11-23 12:00 UTC until it is moved."""
    return FakeClock()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of the tests' PostgreSQL server, without a database name."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "icc.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    with psycopg.connect(f"{postgresql_url}postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE icc_template")
    database = Database(_with_driver(f"{postgresql_url}icc_template"))
    database.upgrade()
    database.close()
    return "icc_template"


@pytest.fixture(scope="session")
def sqlite_pool() -> list[Path]:
    """SQLite files that no test uses at the moment, whatever is in them."""
    return []


@pytest.fixture
def new_sqlite_url(
    sqlite_template: Path, sqlite_pool: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Makes a fresh migrated SQLite database and returns its URL; afterwards another test makes its own at this place."""
    used: list[Path] = []

    def make() -> str:
        path = sqlite_pool.pop() if sqlite_pool else tmp_path_factory.mktemp("database") / "icc.sqlite"
        for left in path.parent.glob("icc.sqlite*"):
            left.unlink()
        shutil.copy(sqlite_template, path)
        used.append(path)
        return f"sqlite:///{path}"

    yield make
    sqlite_pool += used


@pytest.fixture(scope="session")
def postgresql_pool() -> list[str]:
    """Names of migrated PostgreSQL databases that no test uses at the moment, all empty."""
    return []


@pytest.fixture
def new_postgresql_url(request: pytest.FixtureRequest, postgresql_pool: list[str]) -> Iterator[Callable[[], str]]:
    """Hands out a migrated, empty PostgreSQL database and returns its URL; afterwards it is emptied for the next test."""
    used: list[str] = []

    def make() -> str:
        server: str = request.getfixturevalue("postgresql_url")
        if postgresql_pool:
            name = postgresql_pool.pop()
        else:
            template: str = request.getfixturevalue("postgresql_template")
            name = f"icc_{new_id().lower()}"
            with psycopg.connect(f"{server}postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        used.append(name)
        return f"{server}{name}"

    yield make
    for name in used:
        _empty(f"{request.getfixturevalue('postgresql_url')}{name}")
        postgresql_pool.append(name)


@pytest.fixture(scope="session")
def database_at() -> Callable[[str], Database]:
    """Returns the database at a URL, for one URL always the same one: what its engine has compiled serves the next test."""
    return cache(lambda url: Database(_with_driver(url)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(
    request: pytest.FixtureRequest, new_sqlite_url: Callable[[], str], new_postgresql_url: Callable[[], str]
) -> str:
    """The URL of a fresh migrated database, as ICC_DATABASE_URL takes it: once on each engine."""
    return new_sqlite_url() if request.param == "sqlite" else new_postgresql_url()


@pytest.fixture
def database(database_url: str, database_at: Callable[[str], Database]) -> Iterator[Database]:
    """A fresh migrated database: the test runs once on SQLite and once on PostgreSQL."""
    database = database_at(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(new_sqlite_url: Callable[[], str], database_at: Callable[[str], Database]) -> Iterator[Database]:
    """A fresh migrated SQLite database, for tests in which the engine does not matter."""
    database = database_at(new_sqlite_url())
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a test installation on http://localhost:8401 that may talk to loopback platforms."""
    return load_settings(
        base_url="http://localhost:8401",
        data_dir=tmp_path / "var",
        database_url=database_url,
        secret_key=SECRET,
        allow_private_platforms=True,
    )


def _empty(url: str) -> None:
    """Take everything out of a PostgreSQL database but the schema of the application."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        # TRUNCATE makes files anew for every table and index, which takes four times as long for a few rows.
        deletions = "; ".join(str(table.delete()) for table in metadata.sorted_tables)
        connection.execute(f"SET session_replication_role = replica; {deletions}")


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if urlsplit(url).scheme == "postgresql" else url
