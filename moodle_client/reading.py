"""Reading Moodle's JSON into typed values: every surprise is an `UnexpectedAnswer` that names the place, not the value.

Times are Unix seconds, where 0 means none. Booleans come as true/false or 0/1, depending on the function.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from moodle_client.errors import UnexpectedAnswer
from moodle_client.untrusted import UntrustedHtml, unescaped

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Node:
    """A place in an answer.

    Args:
        value: what is there.
        function: the function that answered, for errors.
        path: how one gets there, for errors.
    """

    __slots__ = ("_function", "_path", "_value")

    def __init__(self, value: object, function: str, path: str = "") -> None:
        self._value = value
        self._function = function
        self._path = path

    def wrong(self, expected: str, key: str = "") -> UnexpectedAnswer:
        """Return the error that something else was expected here."""
        return UnexpectedAnswer(f"expected {expected} at {self._path}{f'.{key}' if key else ''}", function=self._function)

    def at(self, key: str) -> "Node":
        """Return the node under a key."""
        return Node(self._member(key, required=True), self._function, f"{self._path}.{key}")

    def maybe(self, key: str) -> "Node | None":
        """Return the node under a key, or None where there is none or null."""
        value = self._member(key, required=False)
        return None if value is None else Node(value, self._function, f"{self._path}.{key}")

    def items(self) -> Iterator["Node"]:
        """Yield the elements of a list."""
        if not isinstance(self._value, list):
            raise self.wrong("a list")
        for position, value in enumerate(self._value):
            yield Node(value, self._function, f"{self._path}[{position}]")

    def each(self, key: str, read: Callable[["Node"], T]) -> tuple[T, ...]:
        """Read every element of the list under a key; a missing list is empty."""
        node = self.maybe(key)
        return tuple(read(item) for item in node.items()) if node else ()

    def integer(self, key: str) -> int:
        """Return a whole number; Moodle sends some as text."""
        found = self.integer_or_none(key)
        if found is None:
            raise self.wrong("a whole number", key)
        return found

    def integer_or_none(self, key: str) -> int | None:
        """Return a whole number, or None where there is none."""
        value = self._member(key, required=False)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str):
            digits = value.removeprefix("-")
            if digits.isascii() and digits.isdigit() and len(digits) < 19:
                return int(value)
        raise self.wrong("a whole number", key)

    def id_or_none(self, key: str) -> int | None:
        """Return an id, or None for 0, -1 and missing."""
        found = self.integer_or_none(key)
        return found if found is not None and found > 0 else None

    def number_or_none(self, key: str) -> float | None:
        """Return a number, which Moodle sends as a number or as text ("50.00000"), or None where there is none."""
        value = self._member(key, required=False)
        if value is None or value == "":
            return None
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            try:
                number = float(value)
            except (ValueError, OverflowError):
                number = float("nan")
            if abs(number) < float("inf"):
                return number
        raise self.wrong("a number", key)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return a boolean."""
        value = self._member(key, required=default is None)
        if value is None and default is not None:
            return default
        if value in (0, 1, "0", "1"):
            return value in (1, "1")
        raise self.wrong("a boolean", key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return plain text."""
        value = self._member(key, required=default is None)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.wrong("text", key)
        return value

    def name(self, key: str) -> str:
        """Return a name that Moodle has escaped for HTML, as people read it."""
        return unescaped(self.text(key))

    def html(self, key: str) -> UntrustedHtml:
        """Return HTML; missing is empty."""
        return UntrustedHtml(self.text(key, ""))

    def moment(self, key: str) -> datetime | None:
        """Return a moment in UTC, or None for 0 and missing."""
        seconds = self.integer_or_none(key)
        if seconds is None or seconds <= 0:
            return None
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            pass
        raise self.wrong("a time", key)

    def choice(self, key: str, kind: type[E], numbers: Mapping[int, E] | None = None) -> E:
        """Return a member of an enum: by its value, or by the number that Moodle gives it."""
        value = self._member(key, required=True)
        if numbers is None and isinstance(value, str) and value in set(kind):
            return kind(value)
        if numbers is not None and isinstance(value, int) and value in numbers:
            return numbers[value]
        raise self.wrong(f"one of {', '.join(kind)}", key)

    def _member(self, key: str, *, required: bool) -> object:
        if not isinstance(self._value, dict):
            raise self.wrong("an object")
        if required and key not in self._value:
            raise self.wrong("something", key)
        return self._value.get(key)
