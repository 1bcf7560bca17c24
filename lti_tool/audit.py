"""The audit trail: who tried what and was refused, and who changed what others may see. Rows are added and never changed.

It holds ids only: no name, no text, no address of a browser. An account, or a member of the staff, is kept as a bare id, so
that the trail outlives it.
A row goes after a year.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from lti_tool.clock import Clock
from lti_tool.database import Base, Database
from lti_tool.ids import ID_LENGTH

DONE, REFUSED = "done", "refused"
KEPT = timedelta(days=365)
MOST_REFUSALS = 200
"""Of one account in an hour: somebody who tries addresses by machine is seen, and does not fill the disk."""
LONGEST_TARGET = 100
_HOUR = timedelta(hours=1)
_ODD = re.compile(r"[^\w./-]", re.ASCII)

_log = structlog.get_logger(__name__)


class AuditEvent(Base):
    """One thing that somebody did, or was not let do."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_account_id_at", "account_id", "at"),
        Index("ix_audit_event_target_id_at", "target_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Who: an account, or a member of the staff."""
    what: Mapped[str] = mapped_column(String(100))
    """The endpoint or the deed: ``training.file``, ``exchange.share``."""
    target_id: Mapped[str] = mapped_column(String(LONGEST_TARGET))
    """The id of what it was about. Of a refused try it comes from outside, and may be of nothing."""
    outcome: Mapped[str] = mapped_column(String(20))
    """`DONE` or `REFUSED`."""


@dataclass(frozen=True)
class Audited:
    """A row of the trail."""

    at: datetime
    account_id: str
    what: str
    target_id: str
    outcome: str


class AuditTrail:
    """Writes and reads the trail.

    Args:
        database: its own short transactions, for refusals and reading.
        clock: the time.
        kept: how long a row stays.
    """

    def __init__(self, database: Database, clock: Clock, kept: timedelta = KEPT) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    def done(self, session: Session, account_id: str, what: str, target_id: str) -> None:
        """Note a deed in the transaction of the deed itself: both are there, or neither.

        Args:
            account_id: who did it.
            what: such as ``exchange.share``.
            target_id: what it was done to.
        """
        note_done(session, self._clock(), account_id, what, target_id)

    def refused(self, account_id: str, what: str, target_id: str) -> None:
        """Note a try that was refused, in a transaction of its own; `MOST_REFUSALS` an hour are enough of one account.

        A database that does not take it changes nothing for the person, who is refused anyhow.
        """
        now = self._clock()
        lately = (
            select(func.count())
            .select_from(AuditEvent)
            .where(
                AuditEvent.account_id == account_id,
                AuditEvent.at > now - _HOUR,
                AuditEvent.outcome == REFUSED,
            )
        )
        try:
            with self._database.reading() as session:
                enough = (session.scalar(lately) or 0) >= MOST_REFUSALS
            if enough:
                _log.warning("audit.enough", account=account_id)
                return
            with self._database.session() as session:
                session.add(_event(now, account_id, what, target_id, REFUSED))
        except SQLAlchemyError as error:
            _log.error("audit.not_written", what=what, error=type(error).__name__)

    def last(self, limit: int, *, account_id: str | None = None, outcome: str | None = None) -> Sequence[Audited]:
        """Return the last rows, the newest first.

        Args:
            limit: how many at most.
            account_id: only of this account.
            outcome: only `DONE` or `REFUSED`.
        """
        query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
        if account_id is not None:
            query = query.where(AuditEvent.account_id == account_id)
        if outcome is not None:
            query = query.where(AuditEvent.outcome == outcome)
        with self._database.reading() as session:
            return [Audited(row.at, row.account_id, row.what, row.target_id, row.outcome) for row in session.scalars(query)]

    def clean_up(self) -> int:
        """Delete what is older than it is kept and return how many rows that were."""
        with self._database.session() as session:
            old = delete(AuditEvent).where(AuditEvent.at <= self._clock() - self._kept).returning(AuditEvent.id)
            return len(session.execute(old).all())


def note_done(session: Session, now: datetime, account_id: str, what: str, target_id: str) -> None:
    """Note a deed in the transaction of the deed itself; see `AuditTrail.done`."""
    session.add(_event(now, account_id, what, target_id, DONE))


def _event(now: datetime, account_id: str, what: str, target_id: str, outcome: str) -> AuditEvent:
    target = _ODD.sub("?", target_id)[:LONGEST_TARGET]
    return AuditEvent(at=now, account_id=account_id, what=what[:100], target_id=target, outcome=outcome)
