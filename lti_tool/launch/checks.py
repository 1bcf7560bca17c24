"""What has to hold of a token beside its signature: for whom it is, when it is from, where it leads."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from lti_tool.config import Settings
from lti_tool.launch.addresses import is_ours, is_web_address
from lti_tool.launch.claims import DeepLinkingSettings, LaunchClaims, MessageType
from lti_tool.launch.errors import (
    AudienceWrong,
    ClaimsIncomplete,
    ClockWrong,
    LaunchExpired,
    LinksNotAccepted,
    MessageUnknown,
    ReturnMissing,
    TargetRefused,
)
from lti_tool.launch.exchange import Expected

LEEWAY = timedelta(seconds=60)
MAX_AGE = timedelta(minutes=10)


def check_audience(body: Mapping[str, Any], client_id: str) -> None:
    """See that a token is for us: among the audiences, and its authorized party when there are several.

    Raises:
        AudienceWrong: it is for somebody else (OpenID Connect core, 3.1.3.7, 3 to 5).
    """
    aud, azp = body.get("aud"), body.get("azp")
    audiences = aud if isinstance(aud, list) else [aud]
    if client_id not in audiences:
        raise AudienceWrong("the audience is not our client id")
    if azp is None and len(audiences) > 1:
        raise AudienceWrong("more than one audience without azp")
    if azp is not None and azp != client_id:
        raise AudienceWrong("azp is not our client id")


def check_times(body: Mapping[str, Any], now: datetime) -> None:
    """See that the token is in its time, by our clock, with `LEEWAY` for the platform's.

    Raises:
        LaunchExpired: `exp` is over.
        ClockWrong: `iat` or `nbf` is in the future, or `iat` is older than `MAX_AGE`.
        ClaimsIncomplete: one of them is no number.
    """
    moment = now.timestamp()
    leeway = LEEWAY.total_seconds()
    expires, issued = _number(body, "exp"), _number(body, "iat")
    begins = _number(body, "nbf") if body.get("nbf") is not None else issued
    if expires + leeway <= moment:
        raise LaunchExpired("the id_token has expired")
    if issued - leeway > moment or begins - leeway > moment:
        raise ClockWrong("the id_token was made in the future")
    if moment - issued > MAX_AGE.total_seconds() + leeway:
        raise ClockWrong("the id_token was made long ago")


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise ClaimsIncomplete(f"missing or wrong: {name}")
    return float(value)


def check_message(claims: LaunchClaims, expected: Expected, settings: Settings) -> None:
    """See that it is a message that we serve, for a link of ours, the one of the login.

    Raises:
        MessageUnknown: we do not serve it.
        TargetRefused: the link is not ours, or another one than the login's.
        ClaimsIncomplete, LinksNotAccepted, ReturnMissing: a deep-linking request that cannot be answered.
        ClaimsIncomplete: a submission review of nobody, or of nothing.
    """
    if claims.message_type not in set(MessageType):
        raise MessageUnknown("not a message that we serve")
    if not is_ours(claims.target_link_uri, settings):
        raise TargetRefused("target_link_uri is not ours")
    if claims.target_link_uri != expected.target_link_uri:
        raise TargetRefused("target_link_uri is not the one of the login")
    if claims.message_type == MessageType.SUBMISSION_REVIEW:
        _check_review(claims)
    if claims.message_type == MessageType.DEEP_LINKING:
        _check_deep_linking(claims, allow_http=settings.allow_private_platforms)


def _check_review(claims: LaunchClaims) -> None:
    if claims.for_user is None:
        raise ClaimsIncomplete("missing or wrong: for_user")
    if claims.resource_link is None and (claims.grading is None or claims.grading.lineitem is None):
        raise ClaimsIncomplete("missing or wrong: resource_link and lineitem")


def _check_deep_linking(claims: LaunchClaims, *, allow_http: bool) -> None:
    if claims.deep_linking is None:
        raise ClaimsIncomplete("missing or wrong: deep_linking_settings")
    try:
        settings = DeepLinkingSettings.model_validate(claims.deep_linking)
    except ValidationError:
        raise ClaimsIncomplete("missing or wrong: deep_linking_settings") from None
    if "ltiResourceLink" not in settings.accept_types:
        raise LinksNotAccepted("accept_types has no ltiResourceLink")
    if not is_web_address(settings.deep_link_return_url, allow_http=allow_http):
        raise ReturnMissing("deep_link_return_url is missing or not https")
