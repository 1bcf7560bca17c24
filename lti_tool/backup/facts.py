"""What a database holds, for an archive's manifest: its revision, how many rows, and which files of the store it names.

Read from the tables that are there and not from the models: an older schema is backed up before it is upgraded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, func, inspect, null, select

from lti_tool.backup.errors import BackupRefused

VERSIONS = "alembic_version"
PATHS = ("path", "whole_path")
"""The columns in which rows name their files in the store."""
HASH = "sha256"
"""Of the content of ``path``, where it is known."""


@dataclass(frozen=True)
class Facts:
    """What a database holds."""

    revision: str
    rows: Mapping[str, int]
    named: Mapping[str, str | None]
    """The hash of each file that it names, by its path in the store."""


def read_facts(connection: Connection) -> Facts:
    """Look through all tables, in the connection's own transaction.

    Raises:
        BackupRefused: the tables of ICC Bridge are not there.
    """
    tables = MetaData()
    tables.reflect(connection)
    if VERSIONS not in tables.tables:
        raise BackupRefused("the database holds no tables of ICC Bridge: run icc-bridge db upgrade")
    revision = connection.scalar(select(tables.tables[VERSIONS].c.version_num))
    if revision is None:
        raise BackupRefused("the database says no revision: run icc-bridge db upgrade")
    rows, named = {}, dict[str, str | None]()
    for name, table in sorted(tables.tables.items()):
        rows[name] = connection.scalar(select(func.count()).select_from(table)) or 0
        for column in (table.c[path] for path in PATHS if path in table.columns):
            hashed = column.name == PATHS[0] and HASH in table.columns
            query = select(column, table.c[HASH] if hashed else null()).where(column.is_not(None))
            named |= {row[0]: row[1] for row in connection.execute(query)}
    return Facts(str(revision), rows, named)


def is_empty(connection: Connection) -> bool:
    """Return whether a database holds no table at all, in no schema but those of the server itself."""
    found = inspect(connection)
    schemas = [name for name in found.get_schema_names() if name != "information_schema" and not name.startswith("pg_")]
    return not any(found.get_table_names(schema=schema) for schema in schemas)
