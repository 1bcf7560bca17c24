"""Invitations to connect a learning environment: a one-time URL, valid for some days.

An invitation is claimed while a registration is under way, and used when it succeeded. Until then it can be taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import Update, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import digest, new_id, new_secret
from lti_tool.platforms.errors import InviteBusy, InviteExpired, InviteRevoked, InviteUnknown, InviteUsed
from lti_tool.platforms.fields import text_field
from lti_tool.platforms.models import RegistrationInvite

USUAL_DAYS = 7
MOST_DAYS = 30
LATELY = timedelta(days=30)
"""How long an invitation that leads nowhere any more is still listed."""
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


class InviteState(StrEnum):
    """What became of an invitation."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class InviteLine:
    """An invitation as it is listed: the URL itself is shown once, when it is made."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime
    state: InviteState
    platform_id: str | None
    """Which learning environment was connected with it."""

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {
            "id": self.id,
            "name": self.name,
            "state": str(self.state),
            "made": self.created_at,
            "expires": self.expires_at,
            "platform": self.platform_id,
        }


class InviteService:
    """Invitations to connect a learning environment: a one-time URL, valid for some days.

    Args:
        database: its own short transactions, but for `use`.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, days: int = USUAL_DAYS, *, staff_id: str | None = None) -> Invitation:
        """Make an invitation for a school; its URL is ``{base_url}/lti/register/<token>``.

        Args:
            name: of the school.
            days: for how many days it can be used.
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            Invalid: the name is empty or longer than 200 characters, or too many days; `field` is `name` or `days`.
        """
        token, now = new_secret(), self._clock()
        shown = text_field("name", name, 200, _l("Geef de school een naam van hooguit 200 tekens."))
        if not 1 <= days <= MOST_DAYS:
            raise Invalid(
                f"days: expected 1 to {MOST_DAYS}",
                explanation=_l("Een uitnodiging geldt 1 tot %(most)s dagen.", most=MOST_DAYS),
                field="days",
            )
        invite = Invitation(new_id(), shown, now + timedelta(days=days), token)
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
            if staff_id is not None:
                note_done(session, now, staff_id, "platforms.invite", invite.id)
        return invite

    def list(self) -> Sequence[InviteLine]:
        """Return the invitations that can be used and what became of others of thirty days, the newest first."""
        now = self._clock()
        lately = RegistrationInvite.expires_at > now - LATELY
        newest_first = RegistrationInvite.created_at.desc(), RegistrationInvite.id
        with self._database.reading() as session:
            rows = session.scalars(select(RegistrationInvite).where(lately).order_by(*newest_first))
            return [
                InviteLine(row.id, row.name, row.created_at, row.expires_at, _state(row, now), row.platform_id)
                for row in rows
            ]

    def revoke(self, invite_id: str, *, staff_id: str | None = None) -> None:
        """Take an invitation back: nobody connects with it any more. Again, or once it has expired, changes nothing.

        A registration that is under way does not succeed any more either.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is no such invitation.
            InviteUsed: a learning environment was connected with it.
        """
        now, own = self._clock(), RegistrationInvite.id == invite_id
        unused = RegistrationInvite.used_at.is_(None), RegistrationInvite.revoked_at.is_(None)
        with self._database.session() as session:
            taken = update(RegistrationInvite).where(own, *unused).values(revoked_at=now, claimed_until=None)
            if session.scalar(taken.returning(RegistrationInvite.id)) is not None:
                if staff_id is not None:
                    note_done(session, now, staff_id, "platforms.uninvite", invite_id)
                return
            row = session.get(RegistrationInvite, invite_id)
            if row is None:
                raise NotFound(f"no invitation {invite_id!r}")
            if row.used_at is not None:
                raise InviteUsed("a learning environment was connected with this invitation")

    def name_of(self, token: str) -> str:
        """Return for which school an invitation is that can still be used.

        Raises:
            InviteUnknown, InviteUsed, InviteRevoked, InviteExpired: it cannot.
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
            InviteUnknown, InviteUsed, InviteRevoked, InviteExpired: it cannot be used.
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
            InviteRevoked: it was taken back meanwhile.
        """
        used = self._held(claim).values(used_at=self._clock(), claimed_until=None, platform_id=platform_id)
        if session.scalar(used.returning(RegistrationInvite.id)) is None:
            row = session.get(RegistrationInvite, claim.invite_id)
            if row is not None and row.revoked_at is not None:
                raise InviteRevoked("this invitation was taken back meanwhile")
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
        if invite.revoked_at is not None:
            raise InviteRevoked("this invitation was taken back")
        if invite.expires_at <= self._clock():
            raise InviteExpired("this invitation has expired")
        return invite


def _state(row: RegistrationInvite, now: datetime) -> InviteState:
    if row.used_at is not None:
        return InviteState.USED
    if row.revoked_at is not None:
        return InviteState.REVOKED
    return InviteState.EXPIRED if row.expires_at <= now else InviteState.OPEN
