"""The audit trail for operators: who did what and who was refused what, page by page.

Members of the staff appear by name, everybody else by the number of the account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lti_tool.audit import DONE, REFUSED, AuditEvent
from lti_tool.console.paging import Mark, Page, Where, page_of
from lti_tool.database import Database
from lti_tool.signin.models import Member

PAGE_SIZE = 100
OUTCOMES = (DONE, REFUSED)
LONGEST_WHAT = 100


@dataclass(frozen=True)
class Asked:
    """Which rows are meant: those for which all that is given holds."""

    who: str = ""
    """The id of an account or a member of the staff."""
    what: str = ""
    """How the deed or the endpoint begins: ``certificates.``."""
    target: str = ""
    """The id of what it was about."""
    outcome: str = ""


@dataclass(frozen=True)
class TrailLine:
    """One row."""

    at: datetime
    who: str
    name: str | None
    """Of a member of the staff."""
    what: str
    target: str
    refused: bool


class TrailDesk:
    """Reads the trail, in two queries a page.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, asked: Asked, where: Where, size: int = PAGE_SIZE) -> Page[TrailLine]:
        """Return one page, the newest first."""
        at, key = AuditEvent.at, AuditEvent.id
        query = select(AuditEvent).where(*where.condition(at, key, int)).order_by(*where.order(at, key))
        if asked.who:
            query = query.where(AuditEvent.account_id == asked.who)
        if asked.what:
            query = query.where(AuditEvent.what.startswith(asked.what, autoescape=True))
        if asked.target:
            query = query.where(AuditEvent.target_id == asked.target)
        if asked.outcome:
            query = query.where(AuditEvent.outcome == asked.outcome)
        with self._database.reading() as session:
            rows = session.scalars(query.limit(size + 1)).all()
            people = {row.account_id for row in rows}
            found = session.execute(select(Member.id, Member.name).where(Member.id.in_(people))).all()
            names: Mapping[str, str] = dict(found)
        return page_of([(Mark(row.at, str(row.id)), _line(row, names)) for row in rows], where, size)

    def staff(self) -> Sequence[tuple[str, str]]:
        """Return the id and name of everybody of the staff, by name."""
        with self._database.reading() as session:
            found = session.execute(select(Member.id, Member.name).order_by(Member.name, Member.id))
            return [(member_id, name) for member_id, name in found]


def _line(row: AuditEvent, names: Mapping[str, str]) -> TrailLine:
    return TrailLine(
        row.at, row.account_id, names.get(row.account_id), row.what, row.target_id, refused=row.outcome == REFUSED
    )
