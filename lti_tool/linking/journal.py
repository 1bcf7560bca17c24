"""Changing rows and writing down how they were, and putting them back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, and_, delete, exists, select, update
from sqlalchemy.orm import Session

from lti_tool.database import Base, UtcDateTime
from lti_tool.ids import new_id
from lti_tool.linking.models import AccountLinkChange


class Journal:
    """Changes rows within one link, and remembers how they were.

    Args:
        session: the link's transaction.
        link_id: the link.
    """

    def __init__(self, session: Session, link_id: str) -> None:
        self._session = session
        self._link_id = link_id
        self._position = 0

    def move(self, table: str, column: str, old: str, new: str) -> None:
        """Let all rows of a table refer to another; a row whose place is taken there stays as it is."""
        found = table_of(table)
        rows = self._session.execute(select(found).where(found.c[column] == old)).mappings().all()
        for row in rows:
            if not self._taken(found, column, row, new):
                self.change(table, [str(row[name]) for name in key_names(found)], column, old, new)

    def change(self, table: str, key: Sequence[str], column: str, before: str | None, after: str | None) -> None:
        """Set one value of one row, which may be part of its key; a moment is given as ISO 8601."""
        found = table_of(table)
        self._session.execute(update(found).where(_of_key(found, key)).values({column: _value(found.c[column], after)}))
        names = key_names(found)
        changed = [after or "" if name == column else value for name, value in zip(names, key, strict=True)]
        self._note(table, changed, column, before, after)

    def add(self, row: Base, table: str, key: Sequence[str]) -> None:
        """Add a row."""
        self._session.add(row)
        self._session.flush()
        self._note(table, key, None, None, None)

    def _taken(self, table: Table, column: str, row: Any, new: str) -> bool:  # noqa: ANN401 - a row of any table
        for names in _unique_with(table, column):
            same = [table.c[name] == (new if name == column else row[name]) for name in names]
            if self._session.scalar(select(exists().where(*same))):
                return True
        return False

    def _note(self, table: str, key: Sequence[str], column: str | None, before: str | None, after: str | None) -> None:
        self._position += 1
        self._session.add(
            AccountLinkChange(
                id=new_id(),
                link_id=self._link_id,
                position=self._position,
                table=table,
                key=list(key),
                column=column,
                before=before,
                after=after,
            )
        )


def put_back(session: Session, link_id: str) -> None:
    """Undo what a link changed, the last change first. What was changed otherwise since, or is gone, stays as it is."""
    changes = select(AccountLinkChange).where(AccountLinkChange.link_id == link_id)
    for change in session.scalars(changes.order_by(AccountLinkChange.position.desc())).all():
        table = table_of(change.table)
        row = _of_key(table, change.key)
        if change.column is None:
            session.execute(delete(table).where(row))
            continue
        column = table.c[change.column]
        as_changed = column.is_(None) if change.after is None else column == _value(column, change.after)
        session.execute(update(table).where(row, as_changed).values({change.column: _value(column, change.before)}))
    session.expire_all()


def table_of(name: str) -> Table:
    """Return a table."""
    return Base.metadata.tables[name]


def key_names(table: Table) -> list[str]:
    """Return the columns of a table's primary key."""
    return [column.name for column in table.primary_key]


def _of_key(table: Table, key: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in zip(key_names(table), key, strict=True)))


def _value(column: Column[Any], text: str | None) -> str | datetime | None:
    """Return the value that a column takes, of what was written down."""
    return datetime.fromisoformat(text) if text is not None and isinstance(column.type, UtcDateTime) else text


def _unique_with(table: Table, column: str) -> Iterator[list[str]]:
    """Yield the columns that are unique together, of which the column is one."""
    columns: list[list[Column[Any]]] = [list(table.primary_key)]
    columns += [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    for unique in columns:
        names = [one.name for one in unique]
        if column in names:
            yield names
