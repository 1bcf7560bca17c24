"""The database: one engine, short transactions, and the base of all models.

No driver begins a transaction by itself: `Database` does, for what needs one. A single statement is one anyhow, and reads
would gain nothing: at READ COMMITTED, which PostgreSQL has, each statement sees the newest.

SQLite runs with WAL, synchronous=FULL and BEGIN IMMEDIATE: a transaction that reads first and writes later would otherwise
fail with a lock error in spite of the busy time-out. How its writers wait for each other: `lti_tool.sqlite`.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    Row,
    String,
    create_engine,
    event,
    literal,
)
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from lti_tool import sqlite
from lti_tool.errors import SettingsError
from lti_tool.statements import FoundRow, Statement

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


CONNECTIONS = 10
"""Kept open a process; more threads than that at once get connections of their own for a moment."""
SURELY_ALIVE = 1.0
"""Seconds since its last use in which a connection to PostgreSQL is not asked whether it still lives."""

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""What a query found, whatever its columns are."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the engine keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ANN401, ARG002
        """Refuse a naive moment and store an aware one in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ANN401, ARG002
        """Return the stored moment as aware UTC (SQLite forgets the zone)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Among(FunctionElement[bool]):
    """A column and the JSON of a list of texts."""

    name = "among"
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Stay as it is: SQLAlchemy would compare it with 1 on SQLite, which then reads whole tables instead of an index."""
        return self


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    column, listed = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - both parts were compiled


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    column, listed = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(CAST({listed} AS json))))"


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column of ids holds one of these.

    It is `column.in_(ids)` for thousands of them: to the driver they are one value, and the statement's text stays the same.
    """
    return _Among(column, literal(json.dumps(list(ids)), String()))


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Database:
    """The engine and its transactions.

    Args:
        url: SQLAlchemy URL with driver, see `Settings.sqlalchemy_url`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine = sqlite.engine(url, CONNECTIONS) if self.sqlite else _postgresql(url)
        # the same connections, and nothing is begun
        self.single = create_engine(url, pool=self.engine.pool)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._reads = sessionmaker(self.single, expire_on_commit=False)

    def __repr__(self) -> str:
        return f"Database({self.engine.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction: committed when the block ends, rolled back when it raises.

        On SQLite it takes the write lock at once, so keep it short and call nothing outside within it.
        """
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads: it takes no lock, so nobody waits for it and it waits for nobody.

        Each of its statements sees the newest. Whatever it wrote would be written at once, statement by statement.
        """
        with self._reads() as session, session.begin():
            yield session

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[FoundRow]:
        """Run one statement, which is a transaction of its own, and return what it found; see `Statement.rows`."""
        # one that writes has to wait for its turn on SQLite, so there it is a transaction in words too
        writes = self.sqlite and not statement.reads
        with self.engine.begin() if writes else self.single.connect() as connection:
            return statement.rows(connection, values)

    def settle(self) -> None:
        """On SQLite: let the log of what was written last be empty, so that it keeps nothing that was deleted.

        Whoever reads at that moment keeps it from being emptied; then the next one does.
        """
        if self.sqlite:
            with self.single.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        # disposing makes a new pool; one of the old connections would see a file that is not there any more
        self.single.pool = self.engine.pool

    def upgrade(self) -> None:
        """Bring the schema to the newest revision (Alembic).

        Raises:
            SettingsError: the database cannot be reached or written.
        """
        try:
            command.upgrade(self.alembic_config(), "head")
        except OperationalError as error:
            raise SettingsError(f"the database cannot be used: {_reason(error)}") from None

    def is_current(self) -> bool:
        """Return whether the schema is at the newest revision.

        Raises:
            SettingsError: the database cannot be reached.
        """
        try:
            with self.engine.connect() as connection:
                present = MigrationContext.configure(connection).get_current_revision()
        except OperationalError as error:
            raise SettingsError(f"the database cannot be used: {_reason(error)}") from None
        return present == ScriptDirectory.from_config(self.alembic_config()).get_current_head()

    def is_newer(self) -> bool:
        """Return whether a newer version of ICC Bridge has upgraded the schema: this one does not know its revision.

        Raises:
            OperationalError: the database cannot be reached.
        """
        with self.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(self.alembic_config())
        return present is not None and present not in {script.revision for script in scripts.walk_revisions()}

    def alembic_config(self) -> Config:
        """Return Alembic's configuration for this database; the revisions come with the package."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.engine
        return config


def _postgresql(url: str) -> Engine:
    engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=2 * CONNECTIONS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.autocommit = True

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:  # noqa: ANN401
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401
        """See that a connection outlived a restart of the server; to ask it each time would cost a round trip."""
        if time.monotonic() - record.info.get("used", 0.0) < SURELY_ALIVE:
            return
        try:
            connection.execute("SELECT 1")
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    return _beginning(engine, "BEGIN")


def _beginning(engine: Engine, begin: str) -> Engine:
    """Let an engine begin its transactions with these words (an event for it would make every statement dearer)."""

    def do_begin(connection: Any) -> None:  # noqa: ANN401
        connection.execute(begin)

    engine.dialect.do_begin = do_begin  # type: ignore[method-assign,assignment]  # a hook of SQLAlchemy's
    return engine


def _reason(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else "unknown reason"
