"""Dynamic registration (LTI Dynamic Registration 1.0) over a one-time invitation; what Moodle makes of it: measured.

The administrator pastes our URL; the platform opens it with `openid_configuration` and `registration_token`. We read the
configuration, send what we ask for, and keep what the platform answers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import BadAnswer, OutsideError
from lti_tool.outgoing import Answer, Outgoing, origin
from lti_tool.platforms.service import Invitation, InviteService, PlatformInfo, PlatformService
from mappings.platforms import GENERIC, profile_for

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/"
SCOPES = (
    f"{_AGS}lineitem",
    f"{_AGS}lineitem.readonly",
    f"{_AGS}score",
    f"{_AGS}result.readonly",
    f"{_NRPS}contextmembership.readonly",
)
CLAIMS = ("iss", "sub", "name")
CLIENT_NAME = {"nl": "ICC Bridge: training Cultuurcoördinator VO", "en": "ICC Bridge: Culture Coordinator training"}
_LONGEST_REASON = 200


class RegistrationFailed(OutsideError):
    """The platform did not register the tool; the invitation can be used again."""

    code = "P-REGISTRATION"
    title = _l("De koppeling is niet gelukt")
    steps = (
        _l("Sluit dit venster en plak het adres nog een keer in de leeromgeving."),
        _l("Lukt het weer niet? Geef de code hieronder door aan wie je de uitnodiging stuurde."),
    )


@dataclass(frozen=True)
class PlatformConfiguration:
    """The parts of a platform's openid-configuration that we use."""

    issuer: str
    auth_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str | None
    family: str


class RegistrationService:
    """Registers the tool at a platform.

    Args:
        settings: our own address.
        database: for the transaction that keeps the registration.
        outgoing: calls the platform.
        platforms, invites: where registration and invitation are kept.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        outgoing: Outgoing,
        platforms: PlatformService,
        invites: InviteService,
    ) -> None:
        self._settings = settings
        self._database = database
        self._outgoing = outgoing
        self._platforms = platforms
        self._invites = invites

    def configuration(self, url: str) -> PlatformConfiguration:
        """Read a platform's openid-configuration.

        Args:
            url: the parameter `openid_configuration`.

        Raises:
            RegistrationFailed: it cannot be had, or is not one that we can work with.
        """
        try:
            answer = self._outgoing.call("GET", url, headers={"Accept": "application/json"})
            if answer.status != 200:
                raise BadAnswer(f"{origin(url)} answered {answer.status} to the request for its configuration")
            return self._read_configuration(url, answer.json())
        except RegistrationFailed:
            raise
        except OutsideError as error:
            raise RegistrationFailed(
                error.detail, explanation=_("Het adres met de gegevens van de leeromgeving geeft geen goed antwoord.")
            ) from None

    def register(self, invitation: Invitation, configuration: PlatformConfiguration, token: str | None) -> PlatformInfo:
        """Send our registration and keep the platform's answer, exactly once an invitation.

        Args:
            token: the parameter `registration_token`, a bearer token of the platform.

        Raises:
            RegistrationFailed: the platform refused; the invitation stays usable.
            NotFound: the invitation was used meanwhile.
        """
        self._invites_still_valid(invitation)
        client_id, deployment_id = self._ask(configuration, token)
        with self._database.session() as session:
            info = self._platforms.add_within(
                session,
                invitation.name,
                configuration.issuer,
                client_id,
                configuration.auth_url,
                configuration.token_url,
                configuration.jwks_url,
                [deployment_id] if deployment_id else [],
                family=configuration.family,
                token_audience=configuration.token_audience,
            )
            self._invites.use(session, invitation.id, info.id)
        return info

    def request_body(self) -> dict[str, Any]:
        """Return our registration: exactly the scopes and claims that are used."""
        base = self._settings.base_url
        return {
            "application_type": "web",
            "grant_types": ["implicit", "client_credentials"],
            "response_types": ["id_token"],
            "client_name": CLIENT_NAME["nl"],
            "client_name#nl": CLIENT_NAME["nl"],
            "client_name#en": CLIENT_NAME["en"],
            "redirect_uris": [f"{base}/lti/launch"],
            "initiate_login_uri": f"{base}/lti/login",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "logo_uri": f"{base}/static/icc/icc-mark.svg",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": " ".join(SCOPES),
            TOOL_CONFIGURATION: {
                # Moodle compares host and port of the target link with the domain.
                "domain": self._settings.host,
                "description": _("Opdrachten, feedback en certificaat van de training Cultuurcoördinator VO."),
                "target_link_uri": f"{base}/lti/launch",
                "claims": list(CLAIMS),
                "custom_parameters": {"context_history": "$Context.id.history"},
                "messages": [
                    {"type": "LtiResourceLinkRequest", "target_link_uri": f"{base}/lti/launch"},
                    {
                        "type": "LtiDeepLinkingRequest",
                        "target_link_uri": f"{base}/lti/launch",
                        "label": "ICC Bridge",
                        "placements": ["ContentArea"],
                    },
                ],
            },
        }

    def _invites_still_valid(self, invitation: Invitation) -> None:
        with self._database.session() as session:
            self._invites.check(session, invitation.id)

    def _ask(self, configuration: PlatformConfiguration, token: str | None) -> tuple[str, str | None]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._outgoing.call(
                "POST", configuration.registration_url, headers=headers, data=json.dumps(self.request_body()).encode()
            )
        except OutsideError as error:
            raise RegistrationFailed(error.detail) from None
        if answer.status not in (200, 201):
            self._refused(answer)
        try:
            registered = answer.json()
            client_id = registered["client_id"]
            tool = registered.get(TOOL_CONFIGURATION) or {}
            deployment_id = tool.get("deployment_id")
        except (BadAnswer, KeyError, TypeError, AttributeError):
            raise RegistrationFailed("the platform's answer has no client_id") from None
        if not isinstance(client_id, str) or not client_id:
            raise RegistrationFailed("the platform's answer has no client_id")
        return client_id, None if deployment_id in (None, "") else str(deployment_id)

    @staticmethod
    def _refused(answer: Answer) -> NoReturn:
        """Tell in words what a platform answered; Moodle gives plain text with 400 and 401, and a page with 404."""
        text = answer.body.decode(errors="replace").strip()
        reason = text if 0 < len(text) <= _LONGEST_REASON and "<" not in text and text.isprintable() else ""
        raise RegistrationFailed(
            f"the platform answered {answer.status} to our registration{': ' + reason if reason else ''}",
            explanation=_("De leeromgeving nam de koppeling niet aan (antwoord %(status)s).", status=answer.status)
            + (f" {reason}" if reason else ""),
        )

    def _read_configuration(self, url: str, data: object) -> PlatformConfiguration:
        if not isinstance(data, Mapping):
            raise BadAnswer("the openid-configuration is no object")
        found: dict[str, str] = {}
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
        for name in names:
            value = data.get(name)
            if not isinstance(value, str) or not value:
                raise BadAnswer(f"the openid-configuration has no {name}")
            found[name] = value
        if urlsplit(found["issuer"]).hostname != urlsplit(url).hostname:
            raise BadAnswer("the issuer is not the host of its own openid-configuration")
        for name in names[1:]:
            self._outgoing.check(found[name])
        configuration = data.get(PLATFORM_CONFIGURATION)
        code = configuration.get("product_family_code") if isinstance(configuration, Mapping) else None
        audience = data.get("authorization_server")
        return PlatformConfiguration(
            issuer=found["issuer"],
            auth_url=found["authorization_endpoint"],
            token_url=found["token_endpoint"],
            jwks_url=found["jwks_uri"],
            registration_url=found["registration_endpoint"],
            token_audience=audience if isinstance(audience, str) and audience else None,
            family=profile_for(code).family if isinstance(code, str) else GENERIC,
        )
