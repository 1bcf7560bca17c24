"""The database: transactions, moments, and revisions that match the models on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text

from lti_tool.courses.models import Account, Person
from lti_tool.database import Base, Database, UtcDateTime, among
from lti_tool.errors import SettingsError
from lti_tool.ids import new_id
from lti_tool.migrations.models import metadata
from tests.clock import FakeClock

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


def test_the_revisions_make_exactly_the_schema_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        assert metadata is Base.metadata


def test_an_upgraded_database_is_current_and_upgrading_again_changes_nothing(database: Database) -> None:
    assert database.is_current()
    database.upgrade()
    assert database.is_current()


def test_a_block_that_raises_stores_nothing(database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            session.add(Person(created_at=NOW))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    with database.session() as session:
        person = Person(created_at=NOW.astimezone(timezone(timedelta(hours=2))))
        session.add(person)
        session.flush()
        key = person.id
    with database.session() as session:
        found = session.get_one(Person, key).created_at
        assert found == NOW
        assert found.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(NOW.replace(tzinfo=None), None)


def test_a_database_that_cannot_be_reached_gives_one_clear_line() -> None:
    database = Database("sqlite:////proc/no/such/folder/x.sqlite")
    with pytest.raises(SettingsError, match="the database cannot be used") as caught:
        database.upgrade()
    assert "\n" not in caught.value.detail


def test_the_password_of_the_database_is_not_shown() -> None:
    assert "geheim" not in repr(Database("postgresql+psycopg://icc:geheim@localhost/icc"))


def test_a_database_that_was_closed_begins_anew_for_reads_and_writes_alike(sqlite_database: Database) -> None:
    sqlite_database.close()
    with sqlite_database.session() as session:
        session.add(Person(created_at=NOW))
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
    assert sqlite_database.single.pool is sqlite_database.engine.pool


def test_rows_are_found_among_more_ids_than_a_driver_takes_values(database: Database, clock: FakeClock) -> None:
    wanted = [new_id() for _number in range(70_000)]
    with database.session() as session:
        session.add_all(Person(id=one, created_at=clock()) for one in (wanted[0], wanted[-1], "somebody-else"))
        session.flush()
        found = session.scalars(select(Person.id).where(among(Person.id, wanted))).all()
        assert sorted(found) == sorted((wanted[0], wanted[-1]))
        assert session.scalars(select(Person.id).where(among(Person.id, ()))).all() == []


def test_looking_among_many_ids_uses_the_index_of_their_column(database: Database) -> None:
    query = select(Account.id).where(among(Account.person_id, ("a", "b")), Account.display_name.is_not(None))
    with database.session() as session:
        if not database.sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "EXPLAIN QUERY PLAN" if database.sqlite else "EXPLAIN"
        compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
        told = "\n".join(str(row) for row in session.execute(text(f"{plan} {compiled}".replace(":", r"\:"))))
    assert "ix_account_person_id" in told
