"""Results as JSON, and as columns of text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime

from moodle_client.untrusted import UntrustedHtml


def as_json(value: object) -> str:
    """Return a result as JSON: times in ISO 8601, HTML as it came."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=2)


def as_columns(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as text with a column each; control characters that others wrote are left out."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _plain(value: object) -> object:
    if isinstance(value, UntrustedHtml):
        return value.markup
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(inner) for inner in value)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "".join(character for character in " ".join(str(value).split()) if character.isprintable())
