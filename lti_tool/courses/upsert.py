"""Insert a row unless it is there: race-safe on SQLite and PostgreSQL, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.database import Base


def insert_unless_there(session: Session, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert one row; when a row with the same unique values is there or is just being made, leave that one.

    On PostgreSQL it waits for another transaction that is inserting the same row; once this returns False, that row is
    committed and a SELECT of this transaction (READ COMMITTED) sees it.

    Args:
        model: the mapped class; `values` names its columns, all that have no default.

    Returns:
        True: the row is new.
    """
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    first_key = inspect(model).primary_key[0]
    statement = make(model).values(**values).on_conflict_do_nothing().returning(first_key)
    return session.execute(statement).first() is not None
