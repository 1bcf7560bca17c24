"""Every revision runs on a database that has something in it, on both engines, and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Integer, LargeBinary, MetaData, select

from lti_tool.database import Database
from lti_tool.ids import new_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REVISIONS = [
    script.revision for script in ScriptDirectory.from_config(Database("sqlite://").alembic_config()).walk_revisions()
][::-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield database
        database.close()
        return
    server: str = request.getfixturevalue("postgresql_url")
    name = f"icc_{new_id().lower()}"
    with psycopg.connect(f"{server}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = Database(f"{server}{name}".replace("postgresql://", "postgresql+psycopg://", 1))
    yield database
    database.close()
    with psycopg.connect(f"{server}postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


_VALUES: tuple[tuple[type[Any], object], ...] = (
    (JSON, {}),
    (Boolean, True),
    (Integer, 1),
    (Float, 1.0),
    (DateTime, NOW),
    (LargeBinary, b"bytes"),
)


def content(database: Database, like: MetaData | None = None) -> dict[str, list[dict[str, object]]]:
    """All rows by table; of the tables and columns of another time when `like` has them."""
    now = MetaData()
    now.reflect(database.engine)
    kept = like or now
    with database.engine.connect() as connection:
        return {
            table.name: [
                dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
                for row in connection.execute(select(*(now.tables[table.name].c[column.name] for column in table.columns)))
            ]
            for table in kept.sorted_tables
            if table.name != "alembic_version"
        }


def shape(database: Database) -> MetaData:
    """The tables as they are now."""
    tables = MetaData()
    tables.reflect(database.engine)
    return tables


def fill(database: Database, tables: MetaData | None = None) -> MetaData:
    """Put one row into every table, each pointing at the others; knowing of the tables and columns of another time only."""
    tables = tables or shape(database)
    with database.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert().values({column.name: _value(column) for column in table.columns}))
    return tables


def _value(column: Column[object]) -> object:
    for kind, value in _VALUES:
        if isinstance(column.type, kind):
            return value
    return "A" * min(getattr(column.type, "length", None) or 20, 20)


@pytest.mark.parametrize("revision", REVISIONS)
def test_upgrading_a_filled_database_keeps_what_is_in_it(empty: Database, revision: str) -> None:
    command.upgrade(empty.alembic_config(), revision)
    tables = fill(empty)
    before = content(empty)
    empty.upgrade()
    assert empty.is_current()
    assert content(empty, like=tables) == before
    assert all(before.values())


def test_the_newest_revision_can_be_taken_back(empty: Database) -> None:
    command.upgrade(empty.alembic_config(), REVISIONS[-2])
    tables = fill(empty)
    kept = content(empty)
    command.upgrade(empty.alembic_config(), "head")
    command.downgrade(empty.alembic_config(), REVISIONS[-2])
    assert content(empty, like=tables) == kept


def test_processes_of_the_version_before_write_on_after_an_upgrade(empty: Database) -> None:
    command.upgrade(empty.alembic_config(), REVISIONS[-2])
    before = shape(empty)
    empty.upgrade()
    fill(empty, before)
    written = content(empty, like=before)
    assert all(written.values())
    assert set(written) == set(before.tables) - {"alembic_version"}


def test_the_version_before_finds_its_tables_and_columns_after_an_upgrade(empty: Database) -> None:
    command.upgrade(empty.alembic_config(), REVISIONS[-2])
    before = shape(empty)
    empty.upgrade()
    after = shape(empty)
    gone = [
        f"{table.name}.{column.name}"
        for table in before.sorted_tables
        for column in table.columns
        if table.name not in after.tables or column.name not in after.tables[table.name].columns
    ]
    assert gone == []
