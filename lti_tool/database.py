"""The database: one engine, short transactions, and the base of all models.

SQLite runs with WAL, synchronous=FULL and BEGIN IMMEDIATE: a transaction that reads first and writes later would
otherwise fail with a lock error in spite of the busy time-out. PostgreSQL runs as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from lti_tool.errors import SettingsError

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


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
        self.engine = self._make_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def __repr__(self) -> str:
        return f"Database({self.engine.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction: committed when the block ends, rolled back when it raises.

        On SQLite it takes the write lock at once, so keep it short and call nothing outside within it.
        """
        with self._sessions() as session, session.begin():
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

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

    def alembic_config(self) -> Config:
        """Return Alembic's configuration for this database; the revisions come with the package."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.engine
        return config

    @staticmethod
    def _make_engine(url: str) -> Engine:
        if not url.startswith("sqlite"):
            return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
            connection.isolation_level = None  # the driver must not begin by itself: `_begin` does
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:  # noqa: ANN401
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine


def _reason(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else "unknown reason"
