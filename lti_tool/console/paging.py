"""Pages of a list that grows while people look at it: each begins after the last row of the one before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")


@dataclass(frozen=True)
class Mark:
    """A place in a list that is sorted by a moment and an id, the newest first."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def read(cls, text: str | None) -> "Mark | None":
        """Return the mark that an address holds; None when it holds none, or something else."""
        moment, _, key = (text or "").partition("~")
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            return None
        return cls(at, key) if at.tzinfo is not None and key else None


@dataclass(frozen=True)
class Where:
    """Which page of a list: the one after a row, or the one before it."""

    after: Mark | None = None
    before: Mark | None = None

    def condition(
        self, at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[Any], as_key: Callable[[str], Any] = str
    ) -> Sequence[ColumnElement[bool]]:
        """Return the conditions of the page, in a form for which an index on (moment, id) serves.

        Args:
            as_key: makes an id of its text.
        """
        if self.before is not None:
            mark = self.before
            return (and_(at >= mark.at, or_(at > mark.at, key > as_key(mark.id))),)
        if self.after is not None:
            mark = self.after
            return (and_(at <= mark.at, or_(at < mark.at, key < as_key(mark.id))),)
        return ()

    def order(self, at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[Any]) -> Sequence[ColumnElement[Any]]:
        """Return in which order to read."""
        return (at.asc(), key.asc()) if self.before is not None else (at.desc(), key.desc())


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list, the newest first."""

    rows: Sequence[T]
    newer: Mark | None
    """From where the page before this one is found; None: this is the first."""
    older: Mark | None
    """From where the next page is found; None: this is the last."""


def page_of(found: Sequence[tuple[Mark, T]], where: Where, size: int) -> Page[T]:
    """Return the page that a query of `size` + 1 rows found.

    Args:
        found: the rows, each with its place, in the order of `Where.order`.
    """
    more = len(found) > size
    kept = list(found[:size])
    if where.before is not None:
        kept.reverse()
    newer = more if where.before is not None else where.after is not None
    older = where.before is not None or more
    return Page(
        rows=[row for _mark, row in kept],
        newer=kept[0][0] if kept and newer else None,
        older=kept[-1][0] if kept and older else None,
    )
