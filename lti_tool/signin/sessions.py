"""Sessions of the staff: a row each, found by the secret in a cookie of its own. Signing in always opens a new one.

A session ends when nothing was asked for a while, when its longest time is up, or when its owner or an operator ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.cookies import Cookie
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.ids import digest, new_id, new_secret
from lti_tool.signin.models import Member, StaffSession, Way
from lti_tool.signin.roles import StaffMember, roles_of

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is noted when somebody was here last: a page is no reason to write."""


@dataclass(frozen=True)
class Present:
    """Somebody who is signed in, and with which session."""

    member: StaffMember
    session_id: str


@dataclass(frozen=True)
class OpenedSession:
    """A session that is open, with the secret for the browser's cookie."""

    session_id: str
    member_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class SessionLine:
    """A session, as its owner sees it."""

    id: str
    way: Way
    browser: str
    created_at: datetime
    seen_at: datetime
    current: bool


class StaffSessions:
    """Opens, finds, lists and ends sessions of the staff.

    Args:
        settings: `staff_idle_minutes` and `staff_session_hours`.
        database: where the sessions are.
        clock: the time.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._idle = timedelta(minutes=settings.staff_idle_minutes)
        self._life = timedelta(hours=settings.staff_session_hours)
        self._database = database
        self._clock = clock
        self.cookie = Cookie(settings, "icc-staff", self._life, framed=False)

    def open(self, session: Session, member_id: str, way: Way, browser: str, present: str | None) -> OpenedSession:
        """Open a session within the transaction that signs somebody in; the one that the browser had ends.

        Args:
            browser: what kind it is, see `signin.browsers`.
            present: the secret in the browser's cookie, if any.
        """
        if present:
            session.execute(delete(StaffSession).where(StaffSession.secret_digest == digest(present)))
        now = self._clock()
        opened = OpenedSession(new_id(), member_id, new_secret())
        session.add(
            StaffSession(
                id=opened.session_id,
                secret_digest=digest(opened.secret),
                member_id=member_id,
                way=way,
                browser=browser,
                created_at=now,
                seen_at=now,
                expires_at=now + self._life,
            )
        )
        return opened

    def load(self, secret: str | None) -> Present | None:
        """Return who the secret of a cookie belongs to, if the session is open, and note that they are here."""
        if not secret:
            return None
        now = self._clock()
        query = (
            select(
                StaffSession.id,
                StaffSession.seen_at,
                Member.id.label("member_id"),
                Member.name,
                Member.roles,
                Member.person_id,
                Person.locale,
            )
            .join(Member, Member.id == StaffSession.member_id)
            .outerjoin(Person, Person.id == Member.person_id)
            .where(
                StaffSession.secret_digest == digest(secret),
                StaffSession.expires_at > now,
                StaffSession.seen_at > now - self._idle,
                Member.disabled_at.is_(None),
            )
        )
        with self._database.reading() as session:
            row = session.execute(query).first()
        if row is None:
            return None
        if row.seen_at <= now - SEEN_EVERY:
            with self._database.session() as session:
                session.execute(update(StaffSession).where(StaffSession.id == row.id).values(seen_at=now))
        member = StaffMember(row.member_id, row.name, roles_of(row.roles), row.person_id, row.locale)
        return Present(member, row.id)

    def keep_locale(self, member: StaffMember, locale: str) -> None:
        """Keep the language that somebody chose; who is no person in a cohort has it in the browser's cookie alone."""
        if member.person_id is not None and member.locale != locale:
            with self._database.session() as session:
                session.execute(update(Person).where(Person.id == member.person_id).values(locale=locale))

    def of(self, member_id: str, current: str | None = None) -> Sequence[SessionLine]:
        """Return the open sessions of somebody, the last used first.

        Args:
            current: the id of the session that asks.
        """
        now = self._clock()
        query = (
            select(StaffSession)
            .where(
                StaffSession.member_id == member_id,
                StaffSession.expires_at > now,
                StaffSession.seen_at > now - self._idle,
            )
            .order_by(StaffSession.seen_at.desc(), StaffSession.id)
        )
        with self._database.reading() as session:
            return [
                SessionLine(row.id, Way(row.way), row.browser, row.created_at, row.seen_at, row.id == current)
                for row in session.scalars(query)
            ]

    def end(self, session: Session, member_id: str, *, only: str | None = None, but: str | None = None) -> int:
        """End sessions of somebody within the caller's transaction, and return how many that were.

        Args:
            only: just this one.
            but: all others.
        """
        ended = delete(StaffSession).where(StaffSession.member_id == member_id)
        if only is not None:
            ended = ended.where(StaffSession.id == only)
        if but is not None:
            ended = ended.where(StaffSession.id != but)
        return len(session.execute(ended.returning(StaffSession.id)).all())

    def clean_up(self) -> int:
        """Delete the sessions that are over, and return how many."""
        now = self._clock()
        over = or_(StaffSession.expires_at <= now, StaffSession.seen_at <= now - self._idle)
        with self._database.session() as session:
            return len(session.execute(delete(StaffSession).where(over).returning(StaffSession.id)).all())
