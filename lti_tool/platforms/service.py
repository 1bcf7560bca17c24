"""Registered learning environments, and the invitations with which they are connected (LTI 1.3 core, 3.1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, OutsideError
from lti_tool.ids import digest, new_id, new_secret
from lti_tool.outgoing import Outgoing, origin
from lti_tool.platforms.errors import (
    InviteBusy,
    InviteExpired,
    InviteUnknown,
    InviteUsed,
    PlatformAmbiguous,
    PlatformUnknown,
)
from lti_tool.platforms.models import Deployment, Platform, PlatformStatus, RegistrationInvite
from mappings.platforms import PlatformProfile, profile_for

INVITE_LIFE = timedelta(days=7)
CLAIM_LIFE = timedelta(minutes=2)
"""Longer than a registration with all its time-outs."""


@dataclass(frozen=True)
class PlatformInfo:
    """A registration at a learning environment, as everybody but this room sees it."""

    id: str
    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None
    family: str
    status: PlatformStatus

    @property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        return origin(self.issuer)

    @property
    def auth_origin(self) -> str:
        """Scheme, host and port of the authentication address; not always the issuer's."""
        return origin(self.auth_url)

    @cached_property
    def profile(self) -> PlatformProfile:
        """What this family of platforms does in its own way."""
        return profile_for(self.family)


def info_of(row: Platform) -> PlatformInfo:
    """Return what a row says."""
    return PlatformInfo(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        token_audience=row.token_audience,
        family=row.family,
        status=PlatformStatus(row.status),
    )


class PlatformService:
    """Adds, finds and switches registrations.

    Args:
        database: for its own short transactions.
        clock: the time.
        outgoing: knows which addresses we call.
    """

    def __init__(self, database: Database, clock: Clock, outgoing: Outgoing) -> None:
        self._database = database
        self._clock = clock
        self._outgoing = outgoing

    def add(
        self,
        name: str,
        issuer: str,
        client_id: str,
        auth_url: str,
        token_url: str,
        jwks_url: str,
        deployment_ids: Sequence[str],
        *,
        family: str = "generic",
        token_audience: str | None = None,
    ) -> PlatformInfo:
        """Register a platform by hand.

        Args:
            family: a family of `mappings.platforms`, or what the platform calls itself (product family code).
            token_audience: audience of our token requests when it is not what the family's profile says.

        Raises:
            Invalid: something is missing or wrong, or issuer and client id are registered already; `field` names it.
        """
        row = Platform(
            name=_text("name", name, 200),
            issuer=_issuer(issuer),
            client_id=_text("client_id", client_id, 200),
            auth_url=self._address("auth_url", auth_url),
            token_url=self._address("token_url", token_url),
            jwks_url=self._address("jwks_url", jwks_url),
            token_audience=_text("token_audience", token_audience, 1000) if token_audience else None,
            family=_family(family),
            created_at=self._clock(),
        )
        deployments = list(dict.fromkeys(_text("deployment_ids", key, 255) for key in deployment_ids))
        if not deployments:
            raise Invalid("at least one deployment id is needed", field="deployment_ids")
        row.deployments = [Deployment(deployment_id=key, created_at=row.created_at) for key in deployments]
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            raise Invalid("this issuer and client id are registered already", field="client_id") from None
        return info_of(row)

    def find(self, session: Session, issuer: str, client_id: str | None) -> PlatformInfo:
        """Return the registration that a login speaks of (Security Framework 1.1, 5.1.1.2).

        Raises:
            PlatformUnknown: there is none.
            PlatformAmbiguous: no client id, and more than one registration at this issuer: none is picked.
        """
        query = select(Platform).where(Platform.issuer == issuer)
        if client_id is not None:
            query = query.where(Platform.client_id == client_id)
        found = session.scalars(query.limit(2)).all()
        if not found:
            raise PlatformUnknown("no platform is registered with this issuer and client id")
        if len(found) > 1:
            raise PlatformAmbiguous("this issuer has more registrations, and the login has no client_id")
        return info_of(found[0])

    def of(self, session: Session, platform_id: str) -> PlatformInfo:
        """Return a registration within the caller's transaction. Raises PlatformUnknown."""
        return info_of(_row(session, platform_id))

    def get(self, platform_id: str) -> PlatformInfo:
        """Return a registration. Raises PlatformUnknown."""
        with self._database.session() as session:
            return self.of(session, platform_id)

    def list(self) -> Sequence[PlatformInfo]:
        """Return all registrations, by name."""
        with self._database.session() as session:
            return [info_of(row) for row in session.scalars(select(Platform).order_by(Platform.name, Platform.id))]

    def enable(self, platform_id: str) -> None:
        """Accept launches of a platform (again). Raises PlatformUnknown."""
        self._switch(platform_id, PlatformStatus.ACTIVE)

    def disable(self, platform_id: str) -> None:
        """Refuse launches of a platform from now on; nothing is deleted. Raises PlatformUnknown."""
        self._switch(platform_id, PlatformStatus.DISABLED)

    def deployments(self, platform_id: str) -> Sequence[str]:
        """Return the deployment ids of a platform. Raises PlatformUnknown."""
        with self._database.session() as session:
            return sorted(deployment.deployment_id for deployment in _row(session, platform_id).deployments)

    def knows_deployment(self, session: Session, platform_id: str, deployment_id: str) -> bool:
        """Return whether this deployment of the platform is registered."""
        known = select(Deployment.id).where(
            Deployment.platform_id == platform_id, Deployment.deployment_id == deployment_id
        )
        return session.scalar(known) is not None

    def add_deployment(self, platform_id: str, deployment_id: str) -> None:
        """Register one more deployment of a platform; one that is known already stays as it is.

        Raises:
            PlatformUnknown: there is no such platform.
            Invalid: the id is empty or too long.
        """
        key = _text("deployment_id", deployment_id, 255)
        try:
            with self._database.session() as session:
                row = _row(session, platform_id)
                if not self.knows_deployment(session, platform_id, key):
                    row.deployments.append(Deployment(deployment_id=key, created_at=self._clock()))
        except IntegrityError:  # somebody else added it at the same moment
            return

    def _switch(self, platform_id: str, status: PlatformStatus) -> None:
        with self._database.session() as session:
            _row(session, platform_id).status = status

    def _address(self, field_name: str, url: str) -> str:
        address = _text(field_name, url, 1000)
        try:
            self._outgoing.check(address)
        except OutsideError as error:
            raise Invalid(f"{field_name}: {error.detail}", field=field_name) from None
        return address


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
        invite = Invitation(new_id(), _text("name", name, 200), now + INVITE_LIFE, token)
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
    def _held(claim: Claim):  # type: ignore[no-untyped-def]  # noqa: ANN205
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


def _row(session: Session, platform_id: str) -> Platform:
    row = session.get(Platform, platform_id)
    if row is None:
        raise PlatformUnknown("no platform has this id")
    return row


def _text(name: str, value: str, longest: int) -> str:
    text = value.strip()
    if not text or len(text) > longest or not text.isprintable():
        raise Invalid(f"{name}: expected 1 to {longest} printable characters", field=name)
    return text


def _issuer(value: str) -> str:
    issuer = _text("issuer", value, 500)
    parts = urlsplit(issuer)
    # compared letter by letter with the claim `iss`, so nothing is tidied up here
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise Invalid("issuer: expected an address such as https://lms.example.org", field="issuer")
    return issuer


def _family(value: str) -> str:
    profile = profile_for(value)
    if profile.family == "generic" and value.strip().lower() != "generic":
        raise Invalid(f"family: {value[:40]!r} is not a known kind of platform", field="family")
    return profile.family
