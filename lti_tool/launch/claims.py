"""The claims of a verified id_token, as this tool reads them (LTI 1.3 core, 5.3 and 5.4; Deep Linking 2.0, 4.2).

Required claims must be there in their right form. Optional ones that are empty or odd count as absent: Moodle writes an
empty object as ``[]``, sends null for custom values in deep linking and leaves unknown variables as they are.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, NewType

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from lti_tool.launch.errors import ClaimsIncomplete

VerifiedClaims = NewType("VerifiedClaims", dict[str, Any])
"""The body of an id_token whose signature, issuer, audience, times and nonce hold."""

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEPLOYMENT_ID = f"{_LTI}deployment_id"
MESSAGE_TYPE = f"{_LTI}message_type"
_LONGEST_ADDRESS = 1000
_LONGEST_CUSTOM = 2000


class MessageType(StrEnum):
    """The messages that this tool serves."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("holds characters that cannot be kept")
    return value


def _object(value: object) -> object:
    return value if isinstance(value, dict) and value else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _address(value: object) -> str | None:
    fits = isinstance(value, str) and value.isprintable() and 0 < len(value) <= _LONGEST_ADDRESS
    return value if isinstance(value, str) and fits and value.startswith(("https://", "http://")) else None


def _strings(value: object) -> list[str]:
    found = value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, str) and 0 < len(item) <= _LONGEST_ADDRESS and item.isprintable()]


def _only_strings(value: object) -> object:
    return _strings(value) if isinstance(value, list) else value


def _custom(value: object) -> dict[str, str]:
    found = value if isinstance(value, dict) else {}
    return {
        name: text
        for name, text in found.items()
        if isinstance(text, str) and text.isprintable() and len(text) <= _LONGEST_CUSTOM
    }


def _settings(value: object) -> object:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueError("cannot be kept") from None
    return value


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)]
Words = Annotated[str, BeforeValidator(_text)]
Address = Annotated[str | None, BeforeValidator(_address)]
Strings = Annotated[tuple[str, ...], BeforeValidator(lambda value: tuple(_strings(value)))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class Context(_Part):
    """The course."""

    id: Identifier
    title: Words = ""
    label: Words = ""


class ResourceLink(_Part):
    """The link that was clicked."""

    id: Identifier
    title: Words = ""


class Presentation(_Part):
    """How and where the platform shows us."""

    locale: Words = ""
    return_url: Address = None


class Grading(_Part):
    """The endpoint claim of Assignment and Grade Services."""

    scope: Strings = ()
    lineitems: Address = None
    lineitem: Address = None


class Memberships(_Part):
    """The claim of Names and Role Provisioning Services."""

    context_memberships_url: Address = None


class ToolPlatform(_Part):
    """What the platform is."""

    product_family_code: Words = ""
    version: Words = ""


class DeepLinkingSettings(_Part):
    """What the platform takes back, and where."""

    deep_link_return_url: Words = ""
    accept_types: Strings = ()


class ForUser(_Part):
    """Whose work a submission review is about."""

    user_id: Identifier


class LaunchClaims(_Part):
    """What this tool uses of a launch."""

    sub: Identifier
    version: Annotated[Literal["1.3.0"], Field(alias=f"{_LTI}version")]
    message_type: Annotated[Identifier, Field(alias=MESSAGE_TYPE)]
    """A `MessageType`, or one that we do not serve."""
    deployment_id: Annotated[Identifier, Field(alias=DEPLOYMENT_ID)]
    target_link_uri: Annotated[str, StringConstraints(max_length=2000), Field(alias=f"{_LTI}target_link_uri")]
    roles: Annotated[list[str], BeforeValidator(_only_strings), Field(alias=f"{_LTI}roles")]
    name: Words = ""
    given_name: Words = ""
    family_name: Words = ""
    resource_link: Annotated[ResourceLink | None, BeforeValidator(_object), Field(alias=f"{_LTI}resource_link")] = None
    context: Annotated[Context | None, BeforeValidator(_object), Field(alias=f"{_LTI}context")] = None
    custom: Annotated[Mapping[str, str], BeforeValidator(_custom), Field(alias=f"{_LTI}custom")] = {}
    presentation: Annotated[Presentation | None, BeforeValidator(_object), Field(alias=f"{_LTI}launch_presentation")] = None
    tool_platform: Annotated[ToolPlatform | None, BeforeValidator(_object), Field(alias=f"{_LTI}tool_platform")] = None
    grading: Annotated[
        Grading | None, BeforeValidator(_object), Field(alias="https://purl.imsglobal.org/spec/lti-ags/claim/endpoint")
    ] = None
    memberships: Annotated[
        Memberships | None,
        BeforeValidator(_object),
        Field(alias="https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"),
    ] = None
    for_user: Annotated[ForUser | None, BeforeValidator(_object), Field(alias=f"{_LTI}for_user")] = None
    deep_linking: Annotated[
        dict[str, Any] | None,
        BeforeValidator(_object),
        AfterValidator(_settings),
        Field(alias="https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"),
    ] = None

    def __repr__(self) -> str:
        return f"LaunchClaims({self.message_type})"

    __str__ = __repr__

    @property
    def full_name(self) -> str:
        """The name, or what given and family name make of it; empty when the school does not share names."""
        return self.name or f"{self.given_name} {self.family_name}".strip()


def read_claims(claims: VerifiedClaims) -> LaunchClaims:
    """Read what we use of a verified id_token.

    Raises:
        ClaimsIncomplete: a required claim is missing or wrong; the detail names claims, never their values.
    """
    try:
        return LaunchClaims.model_validate(claims)
    except ValidationError as error:
        names = sorted({".".join(str(part).removeprefix(_LTI) for part in found["loc"]) for found in error.errors()})
        raise ClaimsIncomplete(f"missing or wrong: {', '.join(names)}") from None
