"""Strict reading of our data files: every mistake is noted with its key path, what was expected and what was found.

TOML 1.0. A reader asks a `Table` for its keys by name; what could not be read comes back as an empty value of the right
type (`""`, `-1`, `()`), so that reading goes on and all mistakes of a file are found at once. Keys that nobody asked
for are mistakes too. Nothing that holds an empty value leaves this package: `finish` raises first.
"""

import math
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from mappings.errors import DataFileError
from mappings.phrasing import bare, closest, element, listed, shown, whole_number
from mappings.texts import Text, Words

UNREAD: Final = -1
"""Stands for a number that could not be read; the numbers of the data files are never negative."""

LARGEST: Final = 10_000
"""No number in the data files is larger, so that sums stay printable whatever stands in a file."""

KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,99}")

_EXPECTED_KEY: Final = "a key of at most 100 lower-case letters, digits, _ and -, starting with a letter"
_EXPECTED_PAIR: Final = "a text in nl and en"

_Member = TypeVar("_Member", bound=StrEnum)


class _Absent:
    pass


class Table:
    """One table of a data file while it is read.

    Args:
        data: the table as TOML gave it.
        path: where it stands, such as `assignment[2] "verkenning".hand_in`; empty for the file itself.
    """

    def __init__(self, data: Mapping[str, object], path: str = "") -> None:
        self._data = data
        self._path = path
        self._asked: list[str] = []
        self._absent: dict[str, str] = {}
        self._notes: list[tuple[str, str]] = []
        self._children: list[Table] = []

    def optional(self, name: str) -> bool:
        """Return whether the table has this key, which it need not have."""
        self._asked.append(name)
        return name in self._data

    def refuse(self, name: str, reason: str) -> None:
        """Note a mistake if the table has this key, which it may not have here."""
        if self.optional(name):
            self.note(self.at(name), reason)

    def leave_rest(self) -> None:
        """Take all keys for known: which ones there may be depends on something that could not be read."""
        self._asked.extend(self._data)

    def string(self, name: str, expected: str = "a text", pattern: re.Pattern[str] | None = None) -> str:
        """Return a text that is not empty, without white space around it; it matches `pattern` when given."""
        value = self._ask(name, expected)
        if isinstance(value, _Absent):
            return ""
        if not isinstance(value, str):
            self._wrong(name, expected, value)
        elif not value.strip():
            self.note(self.at(name), f"empty; expected {expected}")
        elif pattern is not None and not pattern.fullmatch(value):
            self._wrong(name, expected, value)
        else:
            return value.strip()
        return ""

    def key(self, name: str = "key") -> str:
        """Return a stable key, such as `beroepsproduct`."""
        return self.string(name, _EXPECTED_KEY, KEY)

    def pair(self) -> Text:
        """Return the text that this table itself is, with its keys `nl` and `en`."""
        return Text(self.string("nl", "a text in Dutch"), self.string("en", "a text in English"))

    def text(self, name: str) -> Text:
        """Return a text in both languages."""
        child = self.table(name, _EXPECTED_PAIR)
        return child.pair() if child else Text("", "")

    def texts(self, name: str, at_least: int = 0) -> tuple[Text, ...]:
        """Return a list of texts in both languages."""
        return tuple(child.pair() for child in self.tables(name, at_least, "texts in nl and en"))

    def words(self, name: str) -> Words:
        """Return a list of words in both languages."""
        child = self.table(name, "lists of words in nl and en")
        return Words(child.strings("nl"), child.strings("en")) if child else Words((), ())

    def integer(self, name: str, at_least: int = 0, at_most: int = LARGEST) -> int:
        """Return a whole number within bounds."""
        expected = whole_number(at_least, at_most)
        value = self._ask(name, expected)
        if isinstance(value, int) and _fits(value, at_least, at_most):
            return value
        if not isinstance(value, _Absent):
            self._wrong(name, expected, value)
        return UNREAD

    def number(self, name: str, at_least: float = 0.0) -> float:
        """Return a number, whole or not, of at least so much."""
        expected = f"a number from {at_least:g}"
        value = self._ask(name, expected)
        if type(value) in (int, float) and isinstance(value, (int, float)) and math.isfinite(value) and value >= at_least:
            return float(value)
        if not isinstance(value, _Absent):
            self._wrong(name, expected, value)
        return float(UNREAD)

    def boolean(self, name: str, only: bool | None = None, unread: bool = False) -> bool:
        """Return true or false.

        Args:
            only: the one value that is possible so far.
            unread: what to return when it could not be read.
        """
        expected = "true or false" if only is None else str(only).lower()
        value = self._ask(name, expected)
        if isinstance(value, _Absent):
            return unread
        if not isinstance(value, bool) or only not in (None, value):
            self._wrong(name, expected, value)
            return unread
        return value

    def member(self, name: str, kind: type[_Member]) -> _Member:
        """Return a member of an enumeration; its first one when the value could not be read."""
        expected = f"one of {listed(kind)}"
        value = self._ask(name, expected)
        if not isinstance(value, _Absent):
            if isinstance(value, str) and value in list(kind):
                return kind(value)
            self._wrong(name, expected, value)
        return next(iter(kind))

    def strings(self, name: str, at_least: int = 1) -> tuple[str, ...]:
        """Return a list of different texts."""
        return self._several(name, "a list of texts", at_least, None)

    def keys(self, name: str, at_least: int = 1) -> tuple[str, ...]:
        """Return a list of different keys."""
        return self._several(name, "a list of keys", at_least, KEY)

    def members(self, name: str, kind: type[_Member], at_least: int = 1) -> tuple[_Member, ...]:
        """Return a list of different members of an enumeration."""
        values = self._several(name, f"a list of {listed(kind)}", at_least, None)
        known = list(kind)
        for index, value in enumerate(values, 1):
            if value not in known:
                close = closest(value, known)
                hint = f'; did you mean "{close}"?' if close else ""
                self.note(f"{self.at(name)}[{index}]", f"expected one of {listed(kind)}, found {shown(value)}{hint}")
        return tuple(kind(value) for value in values if value in known)

    def integers(self, name: str, length: int | None = None, at_least: int = 0, at_most: int = LARGEST) -> tuple[int, ...]:
        """Return a list of whole numbers within bounds; empty when it could not be read.

        Args:
            length: how many there have to be; any number but zero when None.
        """
        amount = "" if length is None else f"{length} "
        expected = f"a list of {amount}whole numbers from {at_least} to {at_most}"
        value = self._ask(name, expected)
        if isinstance(value, _Absent):
            return ()
        right_length = isinstance(value, list) and (bool(value) if length is None else len(value) == length)
        if not isinstance(value, list) or not right_length:
            self._wrong(name, expected, value)
            return ()
        if not all(_fits(item, at_least, at_most) for item in value):
            self._wrong(name, expected, next(item for item in value if not _fits(item, at_least, at_most)))
            return ()
        return tuple(value)

    def table(self, name: str, expected: str = "a table") -> "Table | None":
        """Return a table in this table, None when it could not be read."""
        value = self._ask(name, expected)
        if isinstance(value, _Absent):
            return None
        if not isinstance(value, dict):
            self._wrong(name, expected, value)
            return None
        return self._child(value, self.at(name))

    def optional_table(self, name: str) -> "Table | None":
        """Return a table in this table, None when there is none."""
        return self.table(name) if self.optional(name) else None

    def tables(self, name: str, at_least: int = 1, expected: str = "tables") -> "Sequence[Table]":
        """Return the tables of a list, `[[name]]` in the file. No two of them have the same `key`."""
        wanted = f"a list of {expected}, at least {at_least}" if at_least else f"a list of {expected}"
        value = self._ask(name, wanted)
        if isinstance(value, _Absent):
            return ()
        if not isinstance(value, list) or len(value) < at_least:
            self._wrong(name, wanted, value)
            return ()
        children: list[Table] = []
        first_of: dict[str, int] = {}
        for index, item in enumerate(value, 1):
            key = item.get("key") if isinstance(item, dict) else None
            path = element(self.at(name), index, key)
            if not isinstance(item, dict):
                self.note(path, f"expected one of the {expected}, found {shown(item)}")
                continue
            children.append(self._child(item, path))
            if isinstance(key, str) and first_of.setdefault(key, index) != index:
                self.note(f"{path}.key", f"{shown(key)} is already the key of {self.at(name)}[{first_of[key]}]")
        return children

    def optional_tables(self, name: str, expected: str = "tables") -> "Sequence[Table]":
        """Return the tables of a list that may be missing."""
        return self.tables(name, 0, expected) if self.optional(name) else ()

    def sound(self, *names: str) -> bool:
        """Return whether these keys were all there and no mistake was noted about them."""
        paths = [self.at(name) for name in names]
        return not any(name in self._absent for name in names) and not any(
            noted == path or noted.startswith(f"{path}[") for path in paths for noted, _ in self._notes
        )

    def at(self, name: str) -> str:
        """Return the path of a key of this table."""
        return f"{self._path}.{bare(name)}" if self._path else bare(name)

    def note(self, path: str, message: str) -> None:
        """Note a mistake at a path."""
        self._notes.append((path, message))

    def optional_members(self, name: str) -> Mapping[str, object]:
        """Return a table whose keys are nobody's but those it is handed on to; empty when there is none."""
        child = self.optional_table(name)
        if child is None:
            return MappingProxyType({})
        child.leave_rest()
        members = self._data[name]
        return MappingProxyType(dict(members) if isinstance(members, dict) else {})

    def problems(self) -> list[str]:
        """Return all mistakes found in this table and those in it, one line each."""
        own = [f"{path}: {message}" for path, message in self._notes]
        return [*self._spelling(), *own, *(note for child in self._children for note in child.problems())]

    def finish(self, source: str, error: type[DataFileError]) -> None:
        """Raise `error` for the file `source` if there was any mistake."""
        problems = self.problems()
        if problems:
            raise error(source, problems)

    def _ask(self, name: str, expected: str) -> object:
        self._asked.append(name)
        if name in self._data:
            return self._data[name]
        self._absent[name] = expected
        return _Absent()

    def _wrong(self, name: str, expected: str, value: object) -> None:
        self.note(self.at(name), f"expected {expected}, found {shown(value)}")

    def _several(self, name: str, expected: str, at_least: int, pattern: re.Pattern[str] | None) -> tuple[str, ...]:
        expected = f"{expected}, at least {at_least}" if at_least else expected
        value = self._ask(name, expected)
        if isinstance(value, _Absent):
            return ()
        if not isinstance(value, list) or len(value) < at_least:
            self._wrong(name, expected, value)
            return ()
        single = _EXPECTED_KEY if pattern else "a text"
        found: list[str] = []
        for index, item in enumerate(value, 1):
            if not isinstance(item, str) or not item.strip() or (pattern and not pattern.fullmatch(item)):
                self.note(f"{self.at(name)}[{index}]", f"expected {single}, found {shown(item)}")
            elif item in found:
                self.note(f"{self.at(name)}[{index}]", f"{shown(item)} is given twice")
            else:
                found.append(item)
        return tuple(found) if len(found) == len(value) else ()

    def _child(self, data: dict[str, object], path: str) -> "Table":
        child = Table(data, path)
        self._children.append(child)
        return child

    def _spelling(self) -> list[str]:
        absent = dict(self._absent)
        unknown: list[str] = []
        for name in self._data:
            if name in self._asked:
                continue
            close = closest(name, list(absent)) or closest(name, self._asked)
            expected = absent.pop(close, "") if close else ""
            if expected:
                hint = f'did you mean "{close}" (which is missing; expected {expected})?'
            elif close:
                hint = f'did you mean "{close}"?'
            else:
                hint = f"expected only {', '.join(dict.fromkeys(self._asked))}"
            unknown.append(f"{self.at(name)}: unknown key; {hint}")
        missing = [f"{self.at(name)}: missing; expected {expected}" for name, expected in absent.items()]
        return [*missing, *unknown]


def _fits(value: object, at_least: int, at_most: int) -> bool:
    return type(value) is int and at_least <= value <= at_most
