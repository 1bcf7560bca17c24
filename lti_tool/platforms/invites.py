"""Invitations to connect a learning environment: a one-time URL, valid for seven days.

An invitation is claimed while a registration is under way, and used when it succeeded.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Update, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.ids import digest, new_id, new_secret
from lti_tool.platforms.errors import InviteBusy, InviteExpired, InviteUnknown, InviteUsed
from lti_tool.platforms.fields import text_field
from lti_tool.platforms.models import RegistrationInvite

INVITE_LIFE = timedelta(days=7)
CLAIM_LIFE = timedelta(minutes=2)
"""Longer than a registration with all its time-outs."""


@dataclass(frozen=True)
class Invitation:
    """A new invitation. The token is shown once: the database keeps its digest only."""

    id: str
    name: str
    expires_at: datetime
    token: str = field(repr=False)


@dataclass(frozen=True)
class Claim:
    """An invitation that is being used: nobody else can use it until `until`."""

    invite_id: str
    name: str
    until: datetime


class InviteService:
    """Invitations to connect a learning environment: a one-time URL, valid for seven days."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str) -> Invitation:
        """Make an invitation for a school; its URL is ``{base_url}/lti/register/<token>``.

        Raises:
            Invalid: the name is empty or longer than 200 characters.
        """
        token, now = new_secret(), self._clock()
        invite = Invitation(new_id(), text_field("name", name, 200), now + INVITE_LIFE, token)
        with self._database.session() as session:
            session.add(
                RegistrationInvite(
                    id=invite.id,
                    name=invite.name,
                    token_digest=digest(token),
                    created_at=now,
                    expires_at=invite.expires_at,
                )
            )
        return invite

    def name_of(self, token: str) -> str:
        """Return for which school an invitation is that can still be used.

        Raises:
            InviteUnknown, InviteUsed, InviteExpired: it cannot.
        """
        with self._database.session() as session:
            return self._usable(session, token).name

    def platform_of(self, token: str) -> str | None:
        """Return the id of the platform that was connected with an invitation, if one was. Raises InviteUnknown."""
        with self._database.session() as session:
            return self._row(session, token).platform_id

    def connected_lately(self, token: str, within: timedelta) -> str | None:
        """Return the id of the platform that was connected with an invitation no longer ago than `within`.

        Raises:
            InviteUnknown: there is no such invitation.
        """
        with self._database.session() as session:
            invite = self._row(session, token)
            fresh = invite.used_at is not None and self._clock() < invite.used_at + within
            return invite.platform_id if fresh else None

    def claim(self, token: str) -> Claim:
        """Take an invitation into use. A claim lapses after two minutes, so a process that dies blocks nobody for long.

        Raises:
            InviteUnknown, InviteUsed, InviteExpired: it cannot be used.
            InviteBusy: somebody else is using it.
        """
        now = self._clock()
        with self._database.session() as session:
            invite = self._usable(session, token)
            free = or_(RegistrationInvite.claimed_until.is_(None), RegistrationInvite.claimed_until <= now)
            taken = session.scalar(
                update(RegistrationInvite)
                .where(RegistrationInvite.id == invite.id, RegistrationInvite.used_at.is_(None), free)
                .values(claimed_until=now + CLAIM_LIFE)
                .returning(RegistrationInvite.id)
            )
            if taken is None:
                raise InviteBusy("a registration with this invitation is under way")
            return Claim(invite.id, invite.name, now + CLAIM_LIFE)

    def release(self, claim: Claim) -> None:
        """Give an invitation back after a registration that failed."""
        with self._database.session() as session:
            session.execute(self._held(claim).values(claimed_until=None))

    def use(self, session: Session, claim: Claim, platform_id: str) -> None:
        """Mark an invitation as used, within the transaction that stores the platform.

        Raises:
            InviteUsed: the claim has lapsed and somebody else has it now.
        """
        used = self._held(claim).values(used_at=self._clock(), claimed_until=None, platform_id=platform_id)
        if session.scalar(used.returning(RegistrationInvite.id)) is None:
            raise InviteUsed("the claim on this invitation has lapsed")

    @staticmethod
    def _held(claim: Claim) -> Update:
        return update(RegistrationInvite).where(
            RegistrationInvite.id == claim.invite_id,
            RegistrationInvite.used_at.is_(None),
            RegistrationInvite.claimed_until == claim.until,
        )

    @staticmethod
    def _row(session: Session, token: str) -> RegistrationInvite:
        found = session.scalar(select(RegistrationInvite).where(RegistrationInvite.token_digest == digest(token)))
        if found is None:
            raise InviteUnknown("no such invitation")
        return found

    def _usable(self, session: Session, token: str) -> RegistrationInvite:
        invite = self._row(session, token)
        if invite.used_at is not None:
            raise InviteUsed("this invitation was used before")
        if invite.expires_at <= self._clock():
            raise InviteExpired("this invitation has expired")
        return invite
