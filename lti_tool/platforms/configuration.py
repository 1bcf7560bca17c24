"""A platform's openid-configuration, read with suspicion: it comes from an address that somebody handed us.

LTI Dynamic Registration 1.0, 3.4; OpenID Connect Discovery 1.0, 3. What Moodle publishes: measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import Outgoing, origin
from lti_tool.platforms.errors import ConfigurationRefused, PlatformSilent
from lti_tool.platforms.fields import is_issuer
from lti_tool.platforms.products import product_of
from mappings.platforms import profile_for

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
ALGORITHM = "RS256"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
_ALGORITHM_LISTS = ("id_token_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported")
_LONGEST_ISSUER = 500
_LONGEST_ADDRESS = 1000


@dataclass(frozen=True)
class PlatformConfiguration:
    """The parts of an openid-configuration that we use."""

    issuer: str
    auth_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str | None
    """`authorization_server`, where the platform names one: the audience of our token requests."""
    family: str
    product: str | None
    """Product and version, as far as the platform says."""
    issuer_is_own: bool
    """Whether the configuration came from the issuer's own host. Large platforms share one issuer between hosts."""


def fetch_configuration(outgoing: Outgoing, url: str) -> PlatformConfiguration:
    """Fetch and read the openid-configuration at an address.

    Raises:
        PlatformSilent: no answer, or a server error.
        ConfigurationRefused: not an address we call, a redirect, no JSON, or a configuration that we cannot work with.
    """
    try:
        answer = outgoing.call("GET", url, headers={"Accept": "application/json"})
        if answer.status == 429 or answer.status >= 500:
            raise PlatformSilent(f"{origin(url)} answered {answer.status} to the request for its configuration")
        if answer.status != 200:
            raise BadAnswer(f"{origin(url)} answered {answer.status} to the request for its configuration")
        return read_configuration(outgoing, url, answer.json())
    except AddressRefused as error:
        raise ConfigurationRefused(error.detail, explanation=AddressRefused.explanation) from None
    except Unreachable as error:
        raise PlatformSilent(error.detail) from None
    except BadAnswer as error:
        raise ConfigurationRefused(error.detail) from None


def read_configuration(outgoing: Outgoing, url: str, data: object) -> PlatformConfiguration:
    """Read a configuration that came from `url`, and see that we would call every address in it.

    Raises:
        BadAnswer: something that we need is missing or wrong.
        ConfigurationRefused: the platform works with other signatures than ours.
        AddressRefused, Unreachable: an address in it is not one we call.
    """
    if not isinstance(data, Mapping):
        raise BadAnswer("the openid-configuration is no object")
    issuer = _member(data, "issuer", _LONGEST_ISSUER)
    if not is_issuer(issuer):
        raise BadAnswer("the issuer in the openid-configuration is no address")
    endpoints = [_member(data, name, _LONGEST_ADDRESS) for name in _ENDPOINTS]
    for name, endpoint in zip(_ENDPOINTS, endpoints, strict=True):
        _check(outgoing, name, endpoint)
    for name in _ALGORITHM_LISTS:
        if isinstance(data.get(name), list) and ALGORITHM not in data[name]:
            raise ConfigurationRefused(
                f"{name} lacks {ALGORITHM}",
                explanation=_l(
                    "Je leeromgeving tekent berichten op een manier die ICC Bridge niet aanneemt. Nodig is RS256."
                ),
            )
    own = data.get(PLATFORM_CONFIGURATION)
    code, version = (own.get(name) if isinstance(own, Mapping) else None for name in ("product_family_code", "version"))
    audience = data.get("authorization_server")
    auth_url, token_url, jwks_url, registration_url = endpoints
    return PlatformConfiguration(
        issuer=issuer,
        auth_url=auth_url,
        token_url=token_url,
        jwks_url=jwks_url,
        registration_url=registration_url,
        token_audience=_member(data, "authorization_server", _LONGEST_ADDRESS) if audience else None,
        family=profile_for(code).family,
        product=product_of(code, version),
        issuer_is_own=origin(issuer).lower() == origin(url).lower(),
    )


def _check(outgoing: Outgoing, name: str, endpoint: str) -> None:
    try:
        outgoing.check(endpoint)
    except OutsideError as error:
        raise type(error)(f"{name}: {error.detail}") from None


def _member(data: Mapping[str, object], name: str, longest: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value or len(value) > longest or not value.isprintable():
        raise BadAnswer(f"the openid-configuration has no usable {name}")
    return value
