"""The login: the platform announces somebody, and we send the browser on to prove it (Security Framework 1.1, 5.1.1).

Many logins never come back (not enrolled, closed the tab): their rows live ten minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import Refused
from lti_tool.ids import digest, new_secret
from lti_tool.launch.addresses import is_ours, named
from lti_tool.launch.errors import LaunchRefused, LoginIncomplete, PlatformDisabled, PlatformUnknown, TargetRefused
from lti_tool.launch.exchange import Authorization, LoginRequest
from lti_tool.launch.models import Layer
from lti_tool.launch.pylti import LaunchVerifier
from lti_tool.launch.states import keep_state
from lti_tool.launch.storage import PARENT, ForStorage, storage_key
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformInfo, PlatformService

STATE_LIFE = timedelta(minutes=10)
LAUNCH_PATH = "/lti/launch"
LONGEST = {
    "iss": 500,
    "login_hint": 8000,
    "target_link_uri": 2000,
    "lti_message_hint": 32000,
    "client_id": 200,
    "lti_deployment_id": 255,
    "lti_storage_target": 255,
}
"""The parameters of a login and how long each may be. Hints may be whole tokens; the others are columns."""


@dataclass(frozen=True)
class Announced:
    """A login that can be answered: what the platform sent, and its registration."""

    request: LoginRequest
    platform: PlatformInfo


class LoginDesk:
    """Reads logins and answers them.

    Args:
        settings: our own address.
        database: where the launch states are.
        clock: the time.
        platforms: the registrations.
        verifier: makes the authentication request.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        platforms: PlatformService,
        verifier: LaunchVerifier,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._platforms = platforms
        self._verifier = verifier

    def read(self, params: Mapping[str, str]) -> Announced:
        """Read a login and find its platform.

        Raises:
            LaunchRefused: something is missing, the platform is unknown or switched off, or the link is not ours.
        """
        request = _read(params)
        try:
            platform = self._platforms.announced(request.issuer, request.client_id)
        except Refused as error:
            raise PlatformUnknown(f"{error.detail}: {named(request.issuer)}") from None
        try:
            check_status(platform)
            if not is_ours(request.target_link_uri, self._settings):
                raise TargetRefused("target_link_uri is not ours")
        except LaunchRefused as refused:
            refused.platform = platform
            raise
        return Announced(request, platform)

    def answer(self, announced: Announced, browser: str, layer: Layer = Layer.COOKIE) -> str:
        """Keep the state of a login and return the address to send the browser to.

        Args:
            browser: the secret in the browser's cookie; the launch must come with the same one.
            layer: where that cookie is: in the platform's frame (or at the top), or in a window of our own.

        Raises:
            LaunchRefused: the authentication request cannot be made.
        """
        return self._keep(announced, browser, layer).url

    def answer_into_storage(self, announced: Announced) -> ForStorage:
        """Keep the state of a login whose secret goes into the platform's storage instead of a cookie.

        Raises:
            LaunchRefused: the authentication request cannot be made.
        """
        secret = new_secret()
        authorization = self._keep(announced, secret, Layer.STORAGE)
        return ForStorage(storage_key(authorization.state), secret, authorization.url)

    def _keep(self, announced: Announced, secret: str, layer: Layer) -> Authorization:
        request, platform = announced.request, announced.platform
        authorization = self._verifier.begin(request, platform, f"{self._settings.base_url}{LAUNCH_PATH}")
        now = self._clock()
        keep_state(
            self._database,
            state_digest=digest(authorization.state),
            nonce_digest=digest(authorization.nonce),
            platform_id=platform.id,
            browser_digest=digest(secret),
            target_link_uri=request.target_link_uri,
            deployment_id=request.deployment_id,
            layer=layer,
            storage_target=(request.storage_target or PARENT) if layer is Layer.STORAGE else None,
            created_at=now,
            expires_at=now + STATE_LIFE,
        )
        return authorization


def check_status(platform: PlatformInfo) -> None:
    """See that a platform is not switched off.

    Raises:
        PlatformDisabled: it is.
    """
    if platform.status != PlatformStatus.ACTIVE:
        raise PlatformDisabled("the platform is disabled")


def _read(params: Mapping[str, str]) -> LoginRequest:
    given = {name: params.get(name) or "" for name in LONGEST}
    missing = [name for name in ("iss", "login_hint", "target_link_uri") if not given[name]]
    if missing:
        raise LoginIncomplete(f"missing: {', '.join(missing)}")
    wrong = [name for name, longest in LONGEST.items() if len(given[name]) > longest or "\0" in given[name]]
    if wrong:
        raise LoginIncomplete(f"too long or not to be read: {', '.join(wrong)}")
    return LoginRequest(
        given["iss"],
        given["login_hint"],
        given["target_link_uri"],
        given["lti_message_hint"] or None,
        given["client_id"] or None,
        given["lti_deployment_id"] or None,
        given["lti_storage_target"] or None,
    )
