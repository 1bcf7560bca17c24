"""Every revision runs on a database that has something in it, on both engines, and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    select,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from lti_tool.database import Database
from lti_tool.ids import new_id
from tests.expanding import breaking

pytestmark = pytest.mark.long

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


KNOWN = {
    "0003": [
        "score_outbox.score_given may be empty now",
        "score_outbox.submission_id may be empty now",
    ]
}
"""What a revision did all the same: what it loosened, and what it took away once the version before had done without."""


def test_each_revision_only_adds_so_that_the_version_before_goes_on(empty: Database) -> None:
    command.upgrade(empty.alembic_config(), REVISIONS[0])
    before = shape(empty)
    for revision in REVISIONS[1:]:
        command.upgrade(empty.alembic_config(), revision)
        after = shape(empty)
        assert sorted(breaking(before, after)) == KNOWN.get(revision, []), revision
        before = after


def _one(*more: SchemaItem, word: TypeEngine[Any] | None = None, empty: bool = False) -> MetaData:
    """A schema of one table with a word in it, as a revision may have left it."""
    tables = MetaData()
    Table("one", tables, Column("id", Integer, primary_key=True), Column("word", word or String(9), nullable=empty), *more)
    return tables


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (_one(Column("more", Integer)), []),
        (_one(Column("more", Integer, nullable=False, server_default="0")), []),
        (_one(Column("more", Integer, nullable=False)), ["one.more is new, may not be empty and has no value by itself"]),
        (_one(Column("more", Integer), UniqueConstraint("more")), []),
        (_one(UniqueConstraint("word")), ["one: new rule unique word"]),
        (_one(Index("words", "word", unique=True)), ["one: new rule unique word"]),
        (_one(CheckConstraint("word <> ''")), ["one: new rule word <> ''"]),
        (_one(ForeignKeyConstraint(["word"], ["two.id"])), ["one: new rule word → two.id"]),
        (_one(word=String(5)), ["one.word was VARCHAR(9) and is VARCHAR(5)"]),
        (_one(empty=True), ["one.word may be empty now"]),
        (MetaData(), ["one is gone"]),
    ],
)
def test_what_the_version_before_would_stumble_over_is_found(after: MetaData, found: list[str]) -> None:
    assert list(breaking(_one(), after)) == found


def test_what_is_taken_away_or_asked_for_is_found() -> None:
    before = _one(Column("more", Integer), Column("count", Integer, nullable=False, server_default="0"))
    after = _one(Column("count", Integer, nullable=False))
    assert list(breaking(before, after)) == ["one.more is gone", "one.count has no value by itself any more"]
    assert list(breaking(_one(empty=True), _one())) == ["one.word may not be empty any more"]
