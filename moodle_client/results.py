"""What answers have in common: Moodle's warnings as data, and lists that carry them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from moodle_client.reading import Node

T_co = TypeVar("T_co", covariant=True)

NOTHING_FOUND = "3"
"""The code of the warning "No submissions found" / "No grades found": an empty result, not a problem."""

NOT_ANSWERED = "not-answered"
"""The code of a notice of our own: asked for, but neither in the answer nor in a warning (deleted, or never there)."""

OVERLAP = timedelta(minutes=2)
"""How far a changed-since read looks back before its mark: a row is stamped before it is committed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning of Moodle within an answer that is otherwise good: part of what was asked is missing."""

    item: str
    item_id: int | None
    code: str
    message: str = field(repr=False)

    @classmethod
    def read(cls, node: Node) -> "Notice":
        """Read one of an answer's ``warnings``."""
        code = node.text("warningcode")
        return cls(node.text("item", ""), node.id_or_none("itemid"), code, node.text("message", ""))


@dataclass(frozen=True)
class Listing(Generic[T_co]):
    """A list, and what Moodle left out of it.

    A partial list looks complete but for its notices: look at `concerns` before you conclude that something is gone.
    """

    items: tuple[T_co, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def concerns(self) -> tuple[Notice, ...]:
        """The notices that mean that something is missing: no access, unknown, not enrolled."""
        return tuple(notice for notice in self.notices if notice.code != NOTHING_FOUND)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)


@dataclass(frozen=True)
class Changes(Generic[T_co]):
    """What changed since a mark, and the mark for next time.

    The mark is a time of Moodle's own clock (the latest change seen), so that ours does not matter. What changed within
    `OVERLAP` before it comes again: take the same thing twice without harm. As long as there are `concerns`, the mark
    stays where it was, so that nothing is skipped of what cannot be read now: stop asking for what is gone.
    """

    items: tuple[T_co, ...]
    notices: tuple[Notice, ...]
    mark: datetime | None

    @property
    def concerns(self) -> tuple[Notice, ...]:
        """The notices that mean that something is missing: no access, unknown, not enrolled."""
        return tuple(notice for notice in self.notices if notice.code != NOTHING_FOUND)


def seconds(moment: datetime) -> int:
    """Return Unix seconds.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return int(moment.timestamp())


def since(mark: datetime | None) -> int:
    """Return from when to read, given the mark of last time; 0 reads everything."""
    return 0 if mark is None else max(0, seconds(mark - OVERLAP))
