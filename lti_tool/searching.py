"""Searching in what people typed, without regard for capitals and accents, and the same way on both engines."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

SQLITE_FUNCTION = "icc_plain"
"""The name under which `plain` is known to SQLite (`lti_tool.sqlite`)."""


def plain(text: str | None) -> str | None:
    """Return a text in small letters without accents: `Zoë ÇELIK` becomes `zoe celik`."""
    if text is None:
        return None
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")


class _Plain(FunctionElement[str]):
    """`plain` of a column, by the engine."""

    type = String()
    inherit_cache = True


@compiles(_Plain, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    return f"{SQLITE_FUNCTION}({compiler.process(element.clauses, **options)})"


@compiles(_Plain, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    inner = compiler.process(element.clauses, **options)
    return f"regexp_replace(lower(normalize({inner}, NFKD)), U&'[\\0300-\\036F]', '', 'g')"


def contains(column: ColumnElement[Any] | Any, wanted: str) -> ColumnElement[bool]:  # noqa: ANN401  # a mapped column
    """Return the condition that a text has another one in it, capitals and accents or not.

    Args:
        column: the text.
        wanted: what is looked for.
    """
    return _Plain(column).contains(plain(wanted) or "", autoescape=True)
