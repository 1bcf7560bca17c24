"""From a table to the people its rows are about, along the paths of the register."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, MetaData, Table, and_, cast, exists, or_, select
from sqlalchemy.types import String

from lti_tool.privacy.reading import Entry, Path, RegisterError

Subjects = Sequence[tuple[str, str]]
"""The accounts of a person: the platform's id and the person's number there."""


def of_person(metadata: MetaData, table: Table, path: Path, person_id: str) -> ColumnElement[bool]:
    """Return the condition that a row's path leads to this person."""
    return _along(metadata, table, str(path).split("."), lambda column: column == person_id)


def of_accounts(metadata: MetaData, table: Table, account: tuple[Path, str], subjects: Subjects) -> ColumnElement[bool]:
    """Return the condition that a row holds the number of one of these accounts, on the platform of that account."""
    path, column = account
    number = cast(table.c[column], String)
    steps = str(path).split(".")
    return or_(
        *(
            and_(number == subject, _along(metadata, table, steps, lambda found, at=platform_id: found == at))
            for platform_id, subject in subjects
        )
    )


def check_paths(metadata: MetaData, entry: Entry) -> None:
    """See that every path of an entry leads where it should.

    Raises:
        RegisterError: it goes along a column that is missing or refers to nothing, or ends elsewhere.
    """
    table = metadata.tables[entry.table]
    for path in (*entry.owner, *entry.by, *entry.about):
        _check(metadata, table, path, "person")
    for path in entry.staff:
        _check(metadata, table, path, "staff_member")
    if entry.account is not None:
        _check(metadata, table, entry.account[0], "platform")


def _check(metadata: MetaData, table: Table, path: Path, end: str) -> None:
    here = table
    for step in str(path).split("."):
        if step not in here.c:
            raise RegisterError(f"{table.name}: {path} goes along {here.name}.{step}, which is no column")
        if here.name == end and step == "id":
            return
        here = _next(metadata, here, step)
    if here.name != end:
        raise RegisterError(f"{table.name}: {path} ends at {here.name} and not at {end}")


def _along(metadata: MetaData, table: FromClause, steps: Sequence[str], met: Any) -> ColumnElement[bool]:  # noqa: ANN401
    first, rest = table.c[steps[0]], steps[1:]
    if not rest:
        found: ColumnElement[bool] = met(first)
        return found
    target = _target(first)
    # a table may stand on its own path twice
    there = metadata.tables[target.table.name].alias()
    return exists(select(1).where(there.c[target.name] == first, _along(metadata, there, rest, met)))


def _next(metadata: MetaData, table: Table, step: str) -> Table:
    return metadata.tables[_target(table.c[step]).table.name]


def _target(column: Any) -> Any:  # noqa: ANN401
    keys = list(column.foreign_keys) or list(column.base_columns and next(iter(column.base_columns)).foreign_keys)
    if not keys:
        raise RegisterError(f"{column} refers to nothing")
    return keys[0].column
