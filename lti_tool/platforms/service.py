"""Registered learning environments: added, found, switched on and off (LTI 1.3 core, 3.1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, OutsideError
from lti_tool.outgoing import Outgoing, origin
from lti_tool.platforms.configuration import PlatformConfiguration
from lti_tool.platforms.errors import IssuerTaken, PlatformAmbiguous, PlatformUnknown
from lti_tool.platforms.fields import is_issuer, text_field
from lti_tool.platforms.invites import InviteService
from lti_tool.platforms.models import Deployment, Platform, PlatformKeySet, PlatformStatus
from lti_tool.statements import Statement
from mappings.platforms import GENERIC, PlatformProfile, families, profile_for

__all__ = ["INFO_COLUMNS", "InviteService", "PlatformInfo", "PlatformService", "info_of", "info_of_values"]

REMEMBERED_FOR = timedelta(seconds=3)
"""How long a login may be answered by what was read before: a change by another process counts after that at the latest."""


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
    product: str | None = None
    """Product and version as a launch or the registration said."""
    frame_origins: tuple[str, ...] = ()
    """Where the pages around the tool came from in verified launches, when that is not the issuer's host."""

    @cached_property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        return origin(self.issuer)

    @cached_property
    def auth_origin(self) -> str:
        """Scheme, host and port of the authentication address; not always the issuer's."""
        return origin(self.auth_url)

    @property
    def framers(self) -> Sequence[str]:
        """The origins whose pages may show us in a frame.

        Where many schools share one issuer, the school's own host is learned from its first verified launch; until then
        the supplier's hosts stand in for it, so that even a refusal can be read. Where they share the client id too, there
        is always one more school that has not launched yet.
        """
        complete = bool(self.frame_origins) and not self.profile.registering.shared_client
        hosts = () if complete else self.profile.frame_hosts
        return list(dict.fromkeys((self.origin, self.auth_origin, *self.frame_origins, *hosts)))

    @property
    def assertion_audience(self) -> str:
        """Audience of our client assertions: the registration's own, else what its family wants (one address)."""
        return self.token_audience or self.profile.audience(token_url=self.token_url, issuer=self.issuer)

    @cached_property
    def profile(self) -> PlatformProfile:
        """What this family of platforms does in its own way."""
        return profile_for(self.family)


INFO_COLUMNS = (
    Platform.id,
    Platform.name,
    Platform.issuer,
    Platform.client_id,
    Platform.auth_url,
    Platform.token_url,
    Platform.jwks_url,
    Platform.token_audience,
    Platform.family,
    Platform.status,
    Platform.product,
    Platform.frame_origins,
)
"""What a query selects, in this order, for `info_of_values`."""


def info_of_values(values: Sequence[Any]) -> PlatformInfo:
    """Return what a query of `INFO_COLUMNS` found."""
    found: dict[str, Any] = {column.key: value for column, value in zip(INFO_COLUMNS, values, strict=True)}
    found["status"], found["frame_origins"] = PlatformStatus(found["status"]), tuple(found["frame_origins"] or ())
    return PlatformInfo(**found)


def info_of(row: Platform) -> PlatformInfo:
    """Return what a row says."""
    return info_of_values([getattr(row, column.key) for column in INFO_COLUMNS])


# Made once: to build and to key a statement costs more than to run it.
_BY_ID = Statement(select(*INFO_COLUMNS).where(Platform.id == bindparam("platform_id")))
_OF_ISSUER = select(*INFO_COLUMNS).where(Platform.issuer == bindparam("issuer")).limit(2)
_BY_ISSUER = Statement(_OF_ISSUER)
_BY_CLIENT = Statement(_OF_ISSUER.where(Platform.client_id == bindparam("client_id")))
_DEPLOYMENT = Statement(
    select(Deployment.id).where(
        Deployment.platform_id == bindparam("platform_id"), Deployment.deployment_id == bindparam("deployment_id")
    )
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
        self._announced: dict[tuple[str, str | None], tuple[datetime, PlatformInfo]] = {}

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
            name=text_field("name", name, 200),
            issuer=_issuer(issuer),
            client_id=text_field("client_id", client_id, 200),
            auth_url=self._address("auth_url", auth_url),
            token_url=self._address("token_url", token_url),
            jwks_url=self._address("jwks_url", jwks_url),
            token_audience=text_field("token_audience", token_audience, 1000) if token_audience else None,
            family=_family(family),
            created_at=self._clock(),
        )
        deployments = list(dict.fromkeys(text_field("deployment_ids", key, 255) for key in deployment_ids))
        if not deployments:
            raise Invalid("at least one deployment id is needed", field="deployment_ids")
        row.deployments = [Deployment(deployment_id=key, created_at=row.created_at) for key in deployments]
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            raise Invalid("this issuer and client id are registered already", field="client_id") from None
        return info_of(row)

    def connect(
        self,
        session: Session,
        name: str,
        configuration: PlatformConfiguration,
        client_id: str,
        deployment_id: str | None,
    ) -> PlatformInfo:
        """Keep what a dynamic registration gave, within the caller's transaction.

        A platform that registers again under the same client id (Moodle's "update") is brought up to date and switched
        on. Who is not at the issuer's own host may neither do that nor join the issuer, unless with the very same keys.

        Raises:
            IssuerTaken: the issuer is registered with other keys, and the configuration is not from its own host.
        """
        present = session.scalars(select(Platform).where(Platform.issuer == configuration.issuer)).all()
        if not configuration.issuer_is_own and any(row.jwks_url != configuration.jwks_url for row in present):
            raise IssuerTaken("this issuer is registered with other keys")
        row = next((row for row in present if row.client_id == client_id), None)
        if row is None:
            row = Platform(issuer=configuration.issuer, client_id=client_id, created_at=self._clock())
            session.add(row)
        elif row.jwks_url != configuration.jwks_url:
            session.execute(delete(PlatformKeySet).where(PlatformKeySet.platform_id == row.id))
        row.name = name
        row.auth_url, row.token_url = configuration.auth_url, configuration.token_url
        row.jwks_url, row.token_audience = configuration.jwks_url, configuration.token_audience
        row.family, row.status = configuration.family, PlatformStatus.ACTIVE
        row.product = configuration.product or row.product
        session.flush()
        if deployment_id is not None and not self.knows_deployment(session, row.id, deployment_id):
            session.add(Deployment(platform_id=row.id, deployment_id=deployment_id, created_at=self._clock()))
        return info_of(row)

    def announced(self, issuer: str, client_id: str | None) -> PlatformInfo:
        """Return the registration that a login speaks of, as it was at most `REMEMBERED_FOR` ago.

        Enough to send a browser to the platform and no more: its launch looks at the registration as it is then.

        Raises:
            PlatformUnknown, PlatformAmbiguous: see `find`; that is never remembered, nor is who was found without a client
                id: a second registration at the issuer makes it ambiguous.
        """
        if client_id is None:
            with self._database.reading() as session:
                return self.find(session, issuer, client_id)
        now = self._clock()
        until, platform = self._announced.get((issuer, client_id), (now, None))
        if platform is None or until <= now:
            with self._database.reading() as session:
                platform = self.find(session, issuer, client_id)
            self._announced[issuer, client_id] = (now + REMEMBERED_FOR, platform)
        return platform

    def find(self, session: Session, issuer: str, client_id: str | None) -> PlatformInfo:
        """Return the registration that a login speaks of (Security Framework 1.1, 5.1.1.2).

        Raises:
            PlatformUnknown: there is none.
            PlatformAmbiguous: no client id, and more than one registration at this issuer: none is picked.
        """
        query = _BY_ISSUER if client_id is None else _BY_CLIENT
        found = query.rows(session.connection(), {"issuer": issuer, "client_id": client_id})
        if not found:
            raise PlatformUnknown("no platform is registered with this issuer and client id")
        if len(found) > 1:
            raise PlatformAmbiguous("this issuer has more registrations, and the login has no client_id")
        return info_of_values(found[0])

    def of(self, session: Session, platform_id: str) -> PlatformInfo:
        """Return a registration within the caller's transaction. Raises PlatformUnknown."""
        found = _BY_ID.first(session.connection(), {"platform_id": platform_id})
        if found is None:
            raise PlatformUnknown("no platform has this id")
        return info_of_values(found)

    def get(self, platform_id: str) -> PlatformInfo:
        """Return a registration. Raises PlatformUnknown."""
        with self._database.reading() as session:
            return self.of(session, platform_id)

    def list(self) -> Sequence[PlatformInfo]:
        """Return all registrations, by name."""
        with self._database.session() as session:
            return [info_of(row) for row in session.scalars(select(Platform).order_by(Platform.name, Platform.id))]

    def enable(self, platform_id: str, *, staff_id: str | None = None) -> None:
        """Accept launches of a platform (again).

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            PlatformUnknown: there is no such platform.
        """
        self._switch(platform_id, PlatformStatus.ACTIVE, staff_id)

    def disable(self, platform_id: str, *, staff_id: str | None = None) -> None:
        """Refuse launches of a platform from now on; nothing is deleted. See `enable`."""
        self._switch(platform_id, PlatformStatus.DISABLED, staff_id)

    def deployments(self, platform_id: str) -> Sequence[str]:
        """Return the deployment ids of a platform. Raises PlatformUnknown."""
        with self._database.session() as session:
            return sorted(deployment.deployment_id for deployment in _row(session, platform_id).deployments)

    def only_deployment(self, platform: PlatformInfo) -> str | None:
        """Return the id of a platform's deployment when it has exactly one: otherwise it is not known which is meant."""
        query = select(Deployment.deployment_id).where(Deployment.platform_id == platform.id).limit(2)
        with self._database.session() as session:
            found = session.scalars(query).all()
        return found[0] if len(found) == 1 else None

    def knows_deployment(self, session: Session, platform_id: str, deployment_id: str) -> bool:
        """Return whether this deployment of the platform is registered."""
        key = {"platform_id": platform_id, "deployment_id": deployment_id}
        return _DEPLOYMENT.first(session.connection(), key) is not None

    def add_deployment(self, platform_id: str, deployment_id: str) -> None:
        """Register one more deployment of a platform; one that is known already stays as it is.

        Raises:
            PlatformUnknown: there is no such platform.
            Invalid: the id is empty or too long.
        """
        key = text_field("deployment_id", deployment_id, 255)
        try:
            with self._database.session() as session:
                row = _row(session, platform_id)
                if not self.knows_deployment(session, platform_id, key):
                    row.deployments.append(Deployment(deployment_id=key, created_at=self._clock()))
        except IntegrityError:  # somebody else added it at the same moment
            return

    def _switch(self, platform_id: str, status: PlatformStatus, staff_id: str | None) -> None:
        with self._database.session() as session:
            row = _row(session, platform_id)
            if row.status != status and staff_id is not None:
                deed = "platforms.enable" if status is PlatformStatus.ACTIVE else "platforms.disable"
                note_done(session, self._clock(), staff_id, deed, platform_id)
            row.status = status
        self._announced.clear()

    def _address(self, field_name: str, url: str) -> str:
        address = text_field(field_name, url, 1000)
        try:
            self._outgoing.check(address)
        except OutsideError as error:
            raise Invalid(f"{field_name}: {error.detail}", field=field_name) from None
        return address


def _row(session: Session, platform_id: str) -> Platform:
    row = session.get(Platform, platform_id)
    if row is None:
        raise PlatformUnknown("no platform has this id")
    return row


def _issuer(value: str) -> str:
    issuer = text_field("issuer", value, 500)
    # compared letter by letter with the claim `iss`, so nothing is tidied up here
    if not is_issuer(issuer):
        raise Invalid("issuer: expected an address such as https://lms.example.org", field="issuer")
    return issuer


def _family(value: str) -> str:
    profile = profile_for(value)
    if profile.family == GENERIC and value.strip().lower() != GENERIC:
        known = ", ".join(families())
        raise Invalid(f"family: {value[:40]!r} is not a known kind of platform; known are {known}", field="family")
    return profile.family
