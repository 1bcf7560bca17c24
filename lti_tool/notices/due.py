"""When mail about notices is due: soon, with what else comes in those minutes, or once a day."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.clock import Clock
from lti_tool.courses.consents import MAIL
from lti_tool.jobs.queue import Jobs
from lti_tool.notices.models import MailAddress, Notice, Wish

SEND_MAIL = "send-mail"
"""The job that sends one person's mail."""
TOGETHER = timedelta(minutes=3)
"""For so long what happens is gathered into one message."""


class MailQueue:
    """Puts notices on the way to the mail.

    Args:
        jobs: the durable engine.
        clock: the time.
        zone: in which the hour of the daily message counts.
        hour: of the daily message.
    """

    def __init__(self, jobs: Jobs, clock: Clock, zone: ZoneInfo, hour: int) -> None:
        self._jobs = jobs
        self._clock = clock
        self._zone = zone
        self._hour = hour

    def follow(self, session: Session, notice: Notice) -> None:
        """Let a notice be mailed, if its person wants that (a `NoticeFollower`)."""
        wishes = select(MailAddress.wishes).where(
            MailAddress.person_id == notice.person_id,
            MailAddress.sealed.is_not(None),
            MailAddress.refused_at.is_(None),
            MailAddress.consent_version == MAIL.version,
        )
        wish = wish_of(session.scalar(wishes), notice.kind)
        if wish is None:
            return
        notice.mail = wish.value
        at = self.due(wish, self._clock())
        # whoever holds the row now plans it, or the sweeper does: what happened here must not wait for that
        held = select(MailAddress).where(MailAddress.person_id == notice.person_id).with_for_update(skip_locked=True)
        row = session.scalar(held.execution_options(populate_existing=True))
        if row is not None and (row.due_at is None or row.due_at > at):
            self.enqueue(session, row, at)

    def next_daily(self, now: datetime) -> datetime:
        """Return when the next daily message goes out."""
        local = now.astimezone(self._zone)
        day = local.date() if local.hour < self._hour else local.date() + timedelta(days=1)
        return datetime(day.year, day.month, day.day, self._hour, tzinfo=self._zone).astimezone(now.tzinfo)

    def enqueue(self, session: Session, row: MailAddress, at: datetime) -> None:
        """Give a row its next job, for this moment; the one before does nothing any more. The caller holds it locked."""
        row.job += 1
        row.due_at = at
        session.flush()
        delay = max(0.0, (at - self._clock()).total_seconds())
        self._jobs.enqueue(session, SEND_MAIL, row.person_id, row.job, delay=delay)

    def plan(self, session: Session, row: MailAddress) -> None:
        """Say when the next message of a row is due, None without anything to send. The caller holds it locked."""
        now = self._clock()
        moments = [now] if row.code_sealed is not None else []
        if row.sealed is not None and row.refused_at is None:
            waiting = select(Notice.mail, Notice.at).where(unsent(row.person_id), Notice.read_at.is_(None))
            moments += [self.due(Wish(mail), at) for mail, at in session.execute(waiting) if mail]
        if moments:
            self.enqueue(session, row, max(min(moments), now))
        else:
            row.due_at = None

    def due(self, wish: Wish, at: datetime) -> datetime:
        """Return when a notice of this moment is mailed."""
        return at + TOGETHER if wish is Wish.NOW else self.next_daily(at)


def unsent(person_id: str | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition on `Notice` of what is still to be mailed to somebody."""
    return (Notice.person_id == person_id) & Notice.mail.is_not(None) & Notice.mailed_at.is_(None)


def wish_of(wishes: dict[str, Any] | None, kind: str) -> Wish | None:
    """Return when somebody wants mail about a kind of notice; None: never."""
    found = (wishes or {}).get(kind)
    return Wish(found) if found in tuple(Wish) else None
