"""How a mistake in a data file is put into words: paths, values, what was meant."""

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def element(path: str, index: int, key: object = None) -> str:
    """Return the path of a list's element, counted from 1: `assignment[2] "verkenning"`."""
    return f"{path}[{index}] {shown(key)}" if isinstance(key, str) and key else f"{path}[{index}]"


def shown(value: object) -> str:
    """Return a value as it may stand in a message: short, on one line."""
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 40 else value[:39] + "…", ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "a very large number"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    return "a date or time"


def listed(kind: type[StrEnum]) -> str:
    """Return the members of an enumeration, quoted."""
    return ", ".join(f'"{member}"' for member in kind)


def closest(name: str, names: Sequence[str]) -> str | None:
    """Return the one of the names that was probably meant, None when none is like it."""
    return next(iter(get_close_matches(name, names, 1)), None)


def whole_number(at_least: int, at_most: int) -> str:
    """Return which whole numbers are expected."""
    return f"a whole number from {at_least} to {at_most}"


def bare(name: str) -> str:
    """Return a key as TOML would write it: bare where it can be, else quoted."""
    return name if _BARE.fullmatch(name) else json.dumps(name)
