"""The rule of a revision: it only adds, so that the processes of the version before read and write on beside it.

What it may not do to a table that is there: take away or rename tables and columns, change a type, let be empty what
was never empty, forbid what was allowed (NOT NULL, a new key, check or foreign key), or add a column that a writer has
to know of.
"""

from collections.abc import Iterator

from sqlalchemy import CheckConstraint, Column, MetaData, Table, UniqueConstraint


def breaking(before: MetaData, after: MetaData) -> Iterator[str]:
    """Yield what a process of the version before would stumble over, a line each.

    Args:
        before: the tables as they were.
        after: as the revision left them.
    """
    for was in before.sorted_tables:
        now = after.tables.get(was.name)
        if now is None:
            yield f"{was.name} is gone"
        else:
            yield from _of_columns(was, now)
            yield from (f"{was.name}: new rule {rule}" for rule in sorted(_rules(now, was) - _rules(was, was)))


def _of_columns(was: Table, now: Table) -> Iterator[str]:
    for column in was.columns:
        name, new = f"{was.name}.{column.name}", now.columns.get(column.name)
        if new is None:
            yield f"{name} is gone"
            continue
        if str(new.type) != str(column.type):
            yield f"{name} was {column.type} and is {new.type}"
        if new.nullable != column.nullable:
            yield f"{name} {'may be empty now' if new.nullable else 'may not be empty any more'}"
        if column.server_default is not None and new.server_default is None:
            yield f"{name} has no value by itself any more"
    yield from (
        f"{was.name}.{column.name} is new, may not be empty and has no value by itself"
        for column in now.columns
        if column.name not in was.columns and not column.nullable and column.server_default is None
    )


def _rules(table: Table, known: Table) -> set[str]:
    """Return what rows of the table have to keep to, as far as the columns of the other time are concerned."""
    keys = [tuple(index.columns.keys()) for index in table.indexes if index.unique]
    keys += [tuple(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys.append(tuple(table.primary_key.columns.keys()))
    checks = (str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint))
    pointers = (
        f"{one.parent.name} → {one.target_fullname}"
        for one in table.foreign_keys
        if isinstance(one.parent, Column) and one.parent.name in known.columns
    )
    return {f"unique {', '.join(key)}" for key in keys if set(key) <= set(known.columns.keys())} | {*checks, *pointers}
