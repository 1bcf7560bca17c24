"""Statements that every launch and page runs: SQLAlchemy writes them, once for each engine, and the driver runs them.

From a statement to the driver and back SQLAlchemy takes ten times as long as SQLite takes to answer. What it would do on
that way is done here as well: types are converted by its own types, errors of the driver arrive as its errors, a connection
that broke is given up, and whoever listens to `before_cursor_execute` of the engine sees the statement.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

FoundRow: TypeAlias = Any
"""A named tuple; which names it has, the statement says."""
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Written:
    """A statement in the words of one engine."""

    sql: str
    names: Sequence[str]
    """Of the values; where the engine takes them by place, in the order of its question marks."""
    by_place: bool
    own: Mapping[str, Any]
    """The values that the statement brings itself."""
    defaults: Mapping[str, Convert]
    """Makes the values of columns that an INSERT leaves to their defaults."""
    converts: Mapping[str, Convert]
    read: Callable[[Sequence[Any]], FoundRow]
    """Makes a named tuple of what the driver found."""


class Statement:
    """A statement with a `bindparam` for each value, made once and run often.

    Args:
        clause: what SQLAlchemy would run; without IN and other things whose text depends on the values.
    """

    def __init__(self, clause: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        self._clause = clause
        self.reads = clause.is_select
        self._written: dict[tuple[str, ...], _Written] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[FoundRow]:
        """Run it in the connection's transaction and return what it found, as named tuples; none when it returns no rows.

        Args:
            values: by the names of the bind parameters, and of the columns that an INSERT or UPDATE sets.

        Raises:
            DBAPIError: the driver refused; of the same kinds as anywhere else.
            KeyError: a value is missing.
        """
        dialect = connection.dialect
        key = (dialect.name,) if self.reads else (dialect.name, *values)
        written = self._written.get(key) or self._write(dialect, key, values)
        given = {**written.own, **values}
        for name, make in written.defaults.items():
            given[name] = make(None)
        for name, convert in written.converts.items():
            given[name] = convert(given[name])
        params: Any
        if written.by_place:
            params = tuple([given[name] for name in written.names])
        else:
            params = {name: given[name] for name in written.names}
        for listener in connection.engine.dispatch.before_cursor_execute:
            listener(connection, None, written.sql, params, None, False)
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(written.sql, params)
            found = cursor.fetchall() if cursor.description else ()
        except dialect.loaded_dbapi.Error as error:
            raise _said_by_sqlalchemy(error, written.sql, connection) from error
        return [written.read(row) for row in found]

    def one(self, connection: Connection, values: Mapping[str, Any]) -> FoundRow:
        """Run it and return the only row there is; see `rows`."""
        (found,) = self.rows(connection, values)
        return found

    def first(self, connection: Connection, values: Mapping[str, Any]) -> FoundRow | None:
        """Run it and return its first row, or None; see `rows`."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def _write(self, dialect: Dialect, key: tuple[str, ...], values: Mapping[str, Any]) -> _Written:
        compiled = self._clause.compile(dialect=dialect, column_keys=None if self.reads else list(values))
        if "POSTCOMPILE" in compiled.string:
            raise ValueError("the text of this statement depends on its values")
        own, converts = {}, {}
        defaults = _defaults(self._clause, values)
        for parameter, name in compiled.bind_names.items():
            convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                converts[name] = convert
            if not parameter.required and parameter.value is not None:
                own[name] = parameter.value
        names = compiled.positiontup or tuple(dict.fromkeys(compiled.bind_names.values()))
        written = _Written(compiled.string, names, compiled.positional, own, defaults, converts, self._reader(dialect))
        self._written[key] = written
        return written

    def _reader(self, dialect: Dialect) -> Callable[[Sequence[Any]], FoundRow]:
        columns = self._clause.exported_columns
        names = [str(name) for name in columns.keys()]  # noqa: SIM118  # a collection of columns is no mapping
        row: Any = namedtuple("row", names, rename=True)  # type: ignore[misc]  # the columns are known only here
        converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        some = [(place, convert) for place, convert in enumerate(converts) if convert is not None]

        def read(found: Sequence[Any]) -> FoundRow:
            values = list(found)
            for place, convert in some:
                values[place] = convert(values[place])
            return row(*values)

        return read


def _defaults(clause: object, given: Mapping[str, Any]) -> Mapping[str, Convert]:
    if not isinstance(clause, Insert):
        return {}
    left = [column for column in clause.table.columns if column.key not in given and column.default is not None]
    return {column.key: _maker(column.default) for column in left}


def _maker(default: Any) -> Convert:  # noqa: ANN401  # which kinds there are SQLAlchemy does not say
    return default.arg if default.is_callable else lambda _context: default.arg


def _said_by_sqlalchemy(error: Exception, sql: str, connection: Connection) -> Exception:
    """Return an error of the driver as SQLAlchemy would raise it, without the values; give up a connection that broke."""
    dialect: Any = connection.dialect
    broke = dialect.is_disconnect(error, connection.connection, None)
    if broke:
        connection.invalidate(error)
    kind = dialect.loaded_dbapi.Error
    made: Exception = DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=broke, dialect=dialect
    )
    return made
