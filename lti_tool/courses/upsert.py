"""Insert a row unless it is there, or bring it up to date: race-safe on both engines, in the caller's transaction."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.database import Base
from lti_tool.statements import Statement


def insert_unless_there(session: Session, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert one row; when a row with the same unique values is there or is just being made, leave that one.

    On PostgreSQL it waits for another transaction that is inserting the same row; once this returns False, that row is
    committed and a SELECT of this transaction (READ COMMITTED) sees it.

    Args:
        model: the mapped class; `values` names its columns, all that have no default.

    Returns:
        True: the row is new.
    """
    return _run(session, _insert_unless_there(model, session.get_bind().dialect.name), values) is not None


def insert_or_update(session: Session, model: type[Base], values: Mapping[str, Any]) -> None:
    """Insert one row; when a row with the same primary key is there, it gets the other values.

    Args:
        model: the mapped class; `values` names its columns, all that have no default.
    """
    changing = tuple(name for name in values if name not in _key_names(model))
    _run(session, _insert_or_update(model, changing, session.get_bind().dialect.name), values)


def _run(session: Session, statement: Statement, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
    session.flush()
    return statement.first(session.connection(), values)


@cache
def _key_names(model: type[Base]) -> frozenset[str]:
    return frozenset(column.name for column in inspect(model).primary_key)


# The statements are kept: to build one costs more than to run it.
@cache
def _insert_unless_there(model: type[Base], dialect: str) -> Statement:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return Statement(make(model).on_conflict_do_nothing().returning(*inspect(model).primary_key[:1]))


@cache
def _insert_or_update(model: type[Base], changing: tuple[str, ...], dialect: str) -> Statement:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(model)
    key = inspect(model).primary_key
    changed = {name: statement.excluded[name] for name in changing}
    return Statement(statement.on_conflict_do_update(index_elements=key, set_=changed).returning(key[0]))
