"""One-time links: they sign somebody in once, within a day. The database keeps a digest, and the newest link alone works.

Looking at a link changes nothing, because programs that scan mail follow links; the button on its page uses it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.ids import digest, new_secret
from lti_tool.signin.errors import LinkExpired, LinkUnknown, LinkUsed
from lti_tool.signin.models import Member, SignInLink

LINK_LIFE = timedelta(hours=24)
KEPT = timedelta(days=7)
"""How long a used or expired link is still known, so that its page can say what happened."""


@dataclass(frozen=True)
class Link:
    """A new link. The token is shown once."""

    member_id: str
    expires_at: datetime
    token: str = field(repr=False)


@dataclass(frozen=True)
class Invited:
    """Whom a link signs in, and until when."""

    member_id: str
    name: str
    expires_at: datetime


class SignInLinks:
    """Makes links and uses them once.

    Args:
        database: where their digests are.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def make(self, session: Session, member_id: str, made_by: str) -> Link:
        """Make a link within the caller's transaction; those made before that nobody used work no more."""
        unused = delete(SignInLink).where(SignInLink.member_id == member_id, SignInLink.used_at.is_(None))
        session.execute(unused)
        now = self._clock()
        link = Link(member_id, now + LINK_LIFE, new_secret())
        session.add(
            SignInLink(
                token_digest=digest(link.token),
                member_id=member_id,
                made_by=made_by,
                created_at=now,
                expires_at=link.expires_at,
            )
        )
        return link

    def look(self, token_digest: str) -> Invited:
        """Return whom a link signs in that can still be used.

        Raises:
            LinkUnknown, LinkUsed, LinkExpired: it cannot.
        """
        with self._database.reading() as session:
            return self._usable(session, token_digest)

    def use(self, session: Session, token_digest: str) -> str:
        """Use a link within the transaction that signs its member in, and return the member's id.

        Raises:
            LinkUnknown, LinkUsed, LinkExpired: it cannot be used; of two at once, one is too late.
        """
        invited = self._usable(session, token_digest)
        used = (
            update(SignInLink)
            .where(SignInLink.token_digest == token_digest, SignInLink.used_at.is_(None))
            .values(used_at=self._clock())
            .returning(SignInLink.member_id)
        )
        if session.scalar(used) is None:
            raise LinkUsed("the link was used a moment ago")
        return invited.member_id

    def clean_up(self) -> int:
        """Forget links that could not be used any more for a week, and return how many."""
        old = delete(SignInLink).where(SignInLink.expires_at <= self._clock() - KEPT).returning(SignInLink.token_digest)
        with self._database.session() as session:
            return len(session.execute(old).all())

    def _usable(self, session: Session, token_digest: str) -> Invited:
        found = session.execute(
            select(SignInLink, Member).join(Member).where(SignInLink.token_digest == token_digest)
        ).first()
        if found is None or found.Member.disabled_at is not None:
            raise LinkUnknown("no such link")
        link: SignInLink = found.SignInLink
        if link.used_at is not None:
            raise LinkUsed("the link was used before")
        if link.expires_at <= self._clock():
            raise LinkExpired("the link has expired")
        return Invited(link.member_id, found.Member.name, link.expires_at)


def link_digest(token: str) -> str:
    """Return what is kept of a link's token."""
    return digest(token)
