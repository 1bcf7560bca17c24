"""Sessions of the staff: a row each, found by the secret in a cookie of its own. Signing in always gives a new secret.

A session ends when nothing was asked for a while, when its longest time is up, or when its owner or an operator ends it.
Some things are done only within minutes of having proved who one is; who signs in again in the same browser goes on with the
same session, so that what is open in it goes on too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
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
    proved_at: datetime
    """When they proved last who they are."""


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
        settings: `staff_idle_minutes`, `staff_session_hours` and `staff_proof_minutes`.
        database: where the sessions are.
        clock: the time.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._idle = timedelta(minutes=settings.staff_idle_minutes)
        self._life = timedelta(hours=settings.staff_session_hours)
        self._proof = timedelta(minutes=settings.staff_proof_minutes)
        self._database = database
        self._clock = clock
        self.cookie = Cookie(settings, "icc-staff", self._life, framed=False)

    def open(
        self,
        session: Session,
        member_id: str,
        way: Way,
        browser: str,
        present: str | None,
        proved_at: datetime | None = None,
    ) -> OpenedSession:
        """Open a session within the transaction that signs somebody in.

        The session that the browser had ends; if it is the same person's and open, it goes on with a new secret.

        Args:
            browser: what kind it is, see `signin.browsers`.
            present: the secret in the browser's cookie, if any.
            proved_at: when they proved who they are, if that was not now.
        """
        now = self._clock()
        proved_at = min(proved_at or now, now)
        if present:
            before = StaffSession.secret_digest == digest(present)
            secret = new_secret()
            goes_on = (
                update(StaffSession)
                .where(before, StaffSession.member_id == member_id, *self._is_open(now))
                .values(
                    secret_digest=digest(secret),
                    way=way,
                    browser=browser,
                    seen_at=now,
                    expires_at=now + self._life,
                    proved_at=proved_at,
                )
                .returning(StaffSession.id)
            )
            session_id = session.scalar(goes_on)
            if session_id is not None:
                return OpenedSession(session_id, member_id, secret)
            session.execute(delete(StaffSession).where(before))
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
                proved_at=proved_at,
            )
        )
        return opened

    def is_fresh(self, present: Present) -> bool:
        """Return whether somebody proved a short while ago who they are."""
        return self.holds(present.proved_at)

    def holds(self, proved_at: datetime) -> bool:
        """Return whether a proof of this moment still holds."""
        return self._clock() - proved_at < self._proof

    @property
    def proof_minutes(self) -> int:
        """For how many minutes a proof holds."""
        return int(self._proof.total_seconds() // 60)

    def load(self, secret: str | None) -> Present | None:
        """Return who the secret of a cookie belongs to, if the session is open, and note that they are here."""
        if not secret:
            return None
        now = self._clock()
        query = (
            select(
                StaffSession.id,
                StaffSession.seen_at,
                func.coalesce(StaffSession.proved_at, StaffSession.created_at).label("proved_at"),
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
                *self._is_open(now),
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
        return Present(member, row.id, row.proved_at)

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
            .where(StaffSession.member_id == member_id, *self._is_open(now))
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

    def _is_open(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        return StaffSession.expires_at > now, StaffSession.seen_at > now - self._idle

    def clean_up(self) -> int:
        """Delete the sessions that are over, and return how many."""
        now = self._clock()
        over = or_(StaffSession.expires_at <= now, StaffSession.seen_at <= now - self._idle)
        with self._database.session() as session:
            return len(session.execute(delete(StaffSession).where(over).returning(StaffSession.id)).all())
