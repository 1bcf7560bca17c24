"""Statements that the driver runs: as SQLAlchemy would run them, on both engines."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lti_tool.courses.models import Course, Person, Placement
from lti_tool.database import Database
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.statements import Statement

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
NEW_PERSON = Statement(insert(Person))
PERSON = Statement(select(Person.id, Person.locale, Person.created_at).where(Person.id == bindparam("person_id")))
CHANGED = Statement(update(Person).where(Person.id == bindparam("id_")).returning(Person.locale))
GONE = Statement(delete(Person).where(Person.id == bindparam("id_")).returning(Person.id))


def add_person(database: Database, key: str = "zoe") -> None:
    database.run(NEW_PERSON, {"id": key, "locale": "nl", "created_at": NOW})


def add_course(database: Database) -> str:
    with database.session() as session:
        addresses = {"auth_url": "https://a.nl", "token_url": "https://t.nl", "jwks_url": "https://j.nl"}
        platform = Platform(name="School", issuer="https://s.nl", client_id="1", created_at=NOW, **addresses)
        session.add(platform)
        session.flush()
        course = Course(platform_id=platform.id, context_id="c", created_at=NOW, last_seen_at=NOW)
        session.add(course)
        session.flush()
        return course.id


def test_rows_have_names_and_moments_come_back_in_utc(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    database.run(NEW_PERSON, {"id": "zoe", "locale": None, "created_at": elsewhere})
    (found,) = database.run(PERSON, {"person_id": "zoe"})
    assert (found.id, found.locale, found.created_at) == ("zoe", None, NOW)
    assert found.created_at.utcoffset() == timedelta(0)
    assert tuple(found) == ("zoe", None, NOW)


def test_columns_of_one_name_keep_their_places(database: Database) -> None:
    add_person(database)
    twice = Statement(select(Person.id, Person.id.label("other"), Person.locale, bindparam("id", "x").label("id")))
    with database.reading() as session:
        assert tuple(twice.one(session.connection(), {})) == ("zoe", "zoe", "nl", "x")


def test_what_is_left_out_of_an_insert_gets_its_default_each_time_anew(database: Database) -> None:
    course_id = add_course(database)
    new = Statement(insert(Placement).returning(Placement.id, Placement.ags_scopes))
    with database.session() as session:
        for link in ("one", "two"):
            moments = {"created_at": NOW, "last_launch_at": NOW}
            new.one(session.connection(), {"course_id": course_id, "resource_link_id": link, **moments})
    with database.session() as session:
        placements = session.scalars(select(Placement)).all()
    assert len({placement.id for placement in placements}) == 2
    assert [placement.ags_scopes for placement in placements] == [[], []]


def test_lists_and_choices_are_kept_as_anywhere_else(database: Database) -> None:
    course_id = add_course(database)
    scopes = Statement(update(Course).where(Course.id == bindparam("id_")).returning(Course.title))
    active = Statement(select(Platform.status, Platform.frame_origins).where(Platform.status == PlatformStatus.ACTIVE))
    assert database.run(scopes, {"id_": course_id, "title": "Eén"})[0].title == "Eén"
    with database.session() as session:
        session.execute(update(Platform).values(frame_origins=["https://a.nl"]))
    (found,) = database.run(active, {})
    assert (found.status, found.frame_origins) == ("active", ["https://a.nl"])


def test_an_update_sets_the_columns_it_is_given(database: Database) -> None:
    add_person(database)
    assert [row.locale for row in database.run(CHANGED, {"id_": "zoe", "locale": "en"})] == ["en"]
    later = NOW + timedelta(days=1)
    database.run(CHANGED, {"id_": "zoe", "created_at": later})
    (found,) = database.run(PERSON, {"person_id": "zoe"})
    assert (found.locale, found.created_at) == ("en", later)


def test_nothing_found_is_no_row(database: Database) -> None:
    with database.reading() as session:
        assert PERSON.first(session.connection(), {"person_id": "nobody"}) is None
        with pytest.raises(ValueError, match="not enough values"):
            PERSON.one(session.connection(), {"person_id": "nobody"})
    assert list(database.run(GONE, {"id_": "nobody"})) == []


def test_it_belongs_to_the_transaction_around_it(database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            NEW_PERSON.rows(session.connection(), {"id": "zoe", "locale": "nl", "created_at": NOW})
            assert session.get_one(Person, "zoe").locale == "nl"
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert list(database.run(PERSON, {"person_id": "zoe"})) == []


def test_an_error_is_the_one_that_sqlalchemy_raises_and_tells_no_values(database: Database) -> None:
    add_person(database)
    with pytest.raises(IntegrityError) as caught:
        add_person(database)
    assert "INSERT INTO person" in str(caught.value)
    assert "'nl'" not in str(caught.value)
    add_person(database, "another")


def test_a_missing_value_is_a_mistake_of_the_caller(database: Database) -> None:
    with pytest.raises(KeyError, match="person_id"):
        database.run(PERSON, {})


def test_a_statement_whose_text_depends_on_its_values_is_refused(database: Database) -> None:
    some = Statement(select(Person.id).where(Person.id.in_(bindparam("some", expanding=True))))
    with pytest.raises(ValueError, match="depends on its values"):
        database.run(some, {"some": ["a", "b"]})


def test_who_listens_to_the_engine_sees_it(database: Database) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(database.single, "before_cursor_execute", note)
    database.run(PERSON, {"person_id": "zoe"})
    event.remove(database.single, "before_cursor_execute", note)
    database.run(PERSON, {"person_id": "zoe"})
    ((statement, parameters),) = seen
    assert statement.startswith("SELECT person.id")
    assert "zoe" in (parameters.values() if isinstance(parameters, dict) else parameters)


@pytest.fixture
def on_postgresql(new_postgresql_url: Callable[[], str], database_at: Callable[[str], Database]) -> Iterator[Database]:
    database = database_at(new_postgresql_url())
    yield database
    database.close()


@pytest.mark.postgresql
def test_a_connection_that_broke_is_given_up(on_postgresql: Database) -> None:
    with on_postgresql.single.connect() as connection, on_postgresql.single.connect() as other:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        with pytest.raises(DBAPIError) as caught:
            PERSON.rows(connection, {"person_id": "zoe"})
    assert caught.value.connection_invalidated
    assert list(on_postgresql.run(PERSON, {"person_id": "zoe"})) == []
