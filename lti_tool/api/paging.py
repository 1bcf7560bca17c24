"""Pages of a list: each begins after the last row of the one before, so that nothing is missed or comes twice.

A cursor is opaque to clients: base64url of the moment and the id of a row.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from lti_tool.api.errors import BadRequestBody


@dataclass(frozen=True)
class Place:
    """A row in a list that is sorted by moment and id, the oldest first."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.at.isoformat()}~{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str | None) -> "Place | None":
        """Return the place that a cursor stands for; None without one.

        Raises:
            BadRequestBody: it is none of ours.
        """
        if cursor is None:
            return None
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
            moment, mark, key = text.partition("~")
            at = datetime.fromisoformat(moment)
        except (ValueError, binascii.Error):
            raise BadRequestBody("cursor: not one of ours") from None
        if not mark or not key or at.tzinfo is None or not 1970 < at.year < 9000 or "\0" in key:
            raise BadRequestBody("cursor: not one of ours")
        return cls(at, key)

    def before(self, at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that a row comes after this one."""
        return and_(at >= self.at, or_(at > self.at, key > self.id))
