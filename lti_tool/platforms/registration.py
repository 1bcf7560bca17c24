"""Dynamic registration (LTI Dynamic Registration 1.0) over a one-time invitation; what Moodle makes of it: measured.

The administrator pastes our URL; the platform opens it with `openid_configuration` and `registration_token`. We read the
configuration, send what we ask for, and keep what the platform answers. An invitation is claimed before the platform
is called, because the call cannot be taken back: two posts at once make one registration, there and here.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask_babel import lazy_gettext as _l

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, BadAnswer, IccError, Unreachable
from lti_tool.ids import new_reference
from lti_tool.outgoing import Answer, Outgoing, origin
from lti_tool.platforms.asking import SCOPES, TOOL_CONFIGURATION, registration_request
from lti_tool.platforms.configuration import PlatformConfiguration, fetch_configuration
from lti_tool.platforms.errors import (
    AnswerUnusable,
    ConfigurationRefused,
    PlatformDeclined,
    PlatformSilent,
    RegistrationFailed,
    TokenSpent,
)
from lti_tool.platforms.invites import Claim, InviteService
from lti_tool.platforms.service import PlatformInfo, PlatformService

__all__ = ["SCOPES", "RegistrationService"]

_BEARER = re.compile(r"[\x21-\x7e]{1,8192}")
_REASON = re.compile(r"[\w .,:;/#()'-]{1,200}", re.ASCII)
_KNOWN_REASONS = frozenset(
    (
        "domain_targetlinkuri_mismatch",
        "invalid_client_metadata",
        "invalid_redirect_uri",
        "invalid_token",
        "missing_registration_token",
        "token_already_used",
    )
)
"""What a platform may have said that is repeated in the log: nothing else of its words."""
_LONGEST_CLIENT_ID = 200
_LONGEST_DEPLOYMENT_ID = 255

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Registered:
    """What a platform answered."""

    client_id: str
    deployment_id: str | None
    """None: the platform will make a deployment later, and its administrator has to tell its id."""


RefusalFollower = Callable[[IccError], str]
"""Is told of a registration that failed, and returns the code for the page."""


def _only_named(_error: IccError) -> str:
    return new_reference()


ConnectionFollower = Callable[[PlatformInfo], object]
"""Is told of a platform that was registered; it may call that platform, and does not fail."""


class RegistrationService:
    """Registers the tool at a platform.

    Args:
        settings: our own address.
        database: for the transaction that keeps the registration.
        outgoing: calls the platform.
        platforms, invites: where registration and invitation are kept.
        refused: is told of what failed; see `RefusalFollower`.
        connected: is told of a platform that was registered, after the transaction; see `ConnectionFollower`.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        outgoing: Outgoing,
        platforms: PlatformService,
        invites: InviteService,
        refused: RefusalFollower = _only_named,
        connected: ConnectionFollower | None = None,
    ) -> None:
        self.refused = refused
        self._connected = connected
        self._settings = settings
        self._database = database
        self._outgoing = outgoing
        self._platforms = platforms
        self._invites = invites

    def configuration(self, url: str) -> PlatformConfiguration:
        """Read a platform's openid-configuration, for the page that asks the administrator.

        Raises:
            RegistrationFailed: it cannot be had, or is not one that we can work with.
        """
        return fetch_configuration(self._outgoing, url)

    def register(self, invite_token: str, configuration_url: str, registration_token: str | None) -> PlatformInfo:
        """Send our registration and keep the platform's answer: exactly once an invitation.

        Args:
            invite_token: the token in our own URL.
            configuration_url: the parameter `openid_configuration`; read again, whatever the page showed.
            registration_token: the parameter `registration_token`, a bearer token of the platform; not all have one.

        Raises:
            RegistrationRefused: the invitation cannot be used (any more), or is being used.
            RegistrationFailed: the platform did not do its part; the invitation stays usable.
        """
        claim = self._invites.claim(invite_token)
        try:
            configuration = self.configuration(configuration_url)
            registered = self._ask(configuration, registration_token)
            platform = self._keep(claim, configuration, registered)
        except BaseException as error:
            self._invites.release(claim)
            if isinstance(error, RegistrationFailed):
                log.warning("platform.not_registered", code=error.code, detail=error.detail)
            raise
        if self._connected is not None:
            self._connected(platform)
        return platform

    def platform_of(self, invite_token: str) -> PlatformInfo | None:
        """Return the platform that was connected with an invitation, if one was. Raises InviteUnknown."""
        platform_id = self._invites.platform_of(invite_token)
        return self._platforms.get(platform_id) if platform_id else None

    def connected_lately(self, invite_token: str, within: timedelta) -> PlatformInfo | None:
        """Return the platform that was connected with an invitation no longer ago than `within`. Raises InviteUnknown."""
        platform_id = self._invites.connected_lately(invite_token, within)
        return self._platforms.get(platform_id) if platform_id else None

    def has_deployment(self, platform: PlatformInfo) -> bool:
        """Return whether launches of the platform can be accepted: at least one deployment is known."""
        return bool(self._platforms.deployments(platform.id))

    def name_deployment(self, platform: PlatformInfo, deployment_id: str) -> None:
        """Register the deployment of a platform that told none; one that is registered stays the only one.

        Raises:
            Invalid: the id is empty or too long.
        """
        if not self.has_deployment(platform):
            self._platforms.add_deployment(platform.id, deployment_id)

    def _keep(self, claim: Claim, configuration: PlatformConfiguration, registered: Registered) -> PlatformInfo:
        with self._database.session() as session:
            platform = self._platforms.connect(
                session, claim.name, configuration, registered.client_id, registered.deployment_id
            )
            self._invites.use(session, claim, platform.id)
        log.info("platform.registered", platform=platform.id, issuer=platform.origin, family=platform.family)
        return platform

    def _ask(self, configuration: PlatformConfiguration, token: str | None) -> Registered:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            if not _BEARER.fullmatch(token):
                raise TokenSpent("the registration token is no bearer token")
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps(registration_request(self._settings.base_url, self._settings.host)).encode()
        url = configuration.registration_url
        try:
            answer = self._outgoing.call("POST", url, headers=headers, data=body)
        except AddressRefused as error:
            raise ConfigurationRefused(error.detail, explanation=AddressRefused.explanation) from None
        except Unreachable as error:
            raise PlatformSilent(error.detail) from None
        except BadAnswer as error:
            raise AnswerUnusable(error.detail) from None
        if answer.status not in (200, 201):
            raise _refusal(answer)
        return _read(answer)


def _refusal(answer: Answer) -> RegistrationFailed:
    """Return in words what a platform answered. Moodle: plain text with 400 and 401; a page of HTML with 404."""
    text = answer.body[:2000].decode(errors="replace").strip()
    reason = text if _REASON.fullmatch(text) else ""
    said = f"{answer.status} {reason}".rstrip()
    known = f" ({reason})" if reason in _KNOWN_REASONS else ""
    detail = f"{origin(answer.url)} answered {answer.status}{known} to our registration"
    if answer.status in (408, 429) or answer.status >= 500:
        return PlatformSilent(detail)
    # a garbage or expired token is 404 with a page at Moodle; "missing_registration_token", "token_already_used"
    if answer.status in (401, 404) or "token" in reason:
        return TokenSpent(detail)
    return PlatformDeclined(detail, explanation=_l("Je leeromgeving weigerde de koppeling (%(said)s).", said=said))


def _read(answer: Answer) -> Registered:
    try:
        data = answer.json()
    except BadAnswer as error:
        raise AnswerUnusable(error.detail) from None
    client_id = data.get("client_id") if isinstance(data, Mapping) else None
    if not isinstance(client_id, str) or not 0 < len(client_id) <= _LONGEST_CLIENT_ID or not client_id.isprintable():
        raise AnswerUnusable("the answer to our registration has no client_id")
    tool = data.get(TOOL_CONFIGURATION)
    deployment_id = tool.get("deployment_id") if isinstance(tool, Mapping) else None
    if deployment_id is None or deployment_id == "":
        return Registered(client_id, None)
    key = str(deployment_id) if isinstance(deployment_id, str | int) and not isinstance(deployment_id, bool) else ""
    if not 0 < len(key) <= _LONGEST_DEPLOYMENT_ID or not key.isprintable():
        raise AnswerUnusable("the deployment_id in the answer to our registration cannot be used")
    return Registered(client_id, key)
