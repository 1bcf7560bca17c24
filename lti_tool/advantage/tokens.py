"""Access tokens (Security Framework 1.1, 4.1: client credentials with a signed assertion; RFC 7523).

What Moodle does, measured: 200 with ``text/html`` around a JSON body, errors always 400, a body that is no JSON for an
unknown key id, 404 with a page when it cannot fetch our keys, 400 when our clock is ahead.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from lti_tool.advantage.answers import retry_after
from lti_tool.advantage.errors import ScopeRefused, TokenRefused
from lti_tool.clock import Clock
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.ids import new_id
from lti_tool.outgoing import Answer, Outgoing, origin
from lti_tool.platforms.keys import SigningKey
from lti_tool.platforms.service import PlatformInfo
from mappings.platforms import AnswerMeaning

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=4)
DEPLOYMENT_ID = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
"""Should be in the assertion (1EdTech, January 2023); a platform that does not know it passes it over."""
RENEW_BEFORE = timedelta(seconds=60)
"""A token that lives less than five times as long is used for four fifths of its life."""
USUAL_LIFE = 300.0
"""Seconds, for a platform that does not say; RFC 6749 recommends saying it."""
LONGEST_LIFE = 24 * 3600.0

_BEARER = re.compile(r"[\x21-\x7e]{1,8192}")
_ERROR = re.compile(rb'"error"\s*:\s*"+([A-Za-z_ ]{1,40})')

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Token:
    """An access token and until when we use it."""

    value: str = field(repr=False)
    until: datetime


def fetch_token(
    outgoing: Outgoing,
    key: SigningKey,
    clock: Clock,
    platform: PlatformInfo,
    scopes: Collection[str],
    deployment_id: str | None = None,
) -> Token:
    """Ask a platform for a token.

    Args:
        deployment_id: the deployment that it is for; named in the assertion when it is known.

    Raises:
        ScopeRefused: none of the scopes was granted.
        TokenRefused: the platform refused us otherwise, or the answer holds no token.
        OutsideError: it cannot be reached, or answered with a page.
    """
    now = clock()
    answer = outgoing.call(
        "POST",
        platform.token_url,
        headers={"Accept": "application/json"},
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": key.sign(_assertion(platform, deployment_id, now)),
            "scope": " ".join(sorted(scopes)),
        },
    )
    where = origin(platform.token_url)
    meant = platform.profile.meaning_of(answer.status, answer.body)
    if meant is AnswerMeaning.LATER or answer.status == 429 or answer.status >= 500:
        detail = f"{where} answered {answer.status} to a token request"
        raise Unreachable(detail, retry_after=retry_after(answer.headers, now))
    if not 200 <= answer.status < 300:
        raise _refusal(answer, where)
    data = answer.json()
    value = data.get("access_token") if isinstance(data, Mapping) else None
    if not isinstance(value, str) or not _BEARER.fullmatch(value):
        raise TokenRefused(f"{where} answered without a token", "no-token")
    granted = data.get("scope")
    if isinstance(granted, str) and granted.strip() and not set(granted.split()) & set(scopes):
        raise ScopeRefused(f"{where} granted none of the scopes asked", "scope")
    log.info("token.fetched", platform=platform.id)
    return Token(value, now + _life(data.get("expires_in")))


def _assertion(platform: PlatformInfo, deployment_id: str | None, now: datetime) -> dict[str, object]:
    issued = now - timedelta(seconds=platform.profile.assertion_backdate_seconds)
    claims: dict[str, object] = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.assertion_audience,
        "iat": int(issued.timestamp()),
        "exp": int((now + ASSERTION_LIFE).timestamp()),
        "jti": new_id(),
    }
    if deployment_id is not None:
        claims[DEPLOYMENT_ID] = deployment_id
    return claims


def _refusal(answer: Answer, where: str) -> BadAnswer:
    found = _ERROR.search(answer.body[:4000])
    reason = re.sub(r"[^a-z]+", "-", found[1].decode().lower()).strip("-") if found else ""
    reason = reason or f"http-{answer.status}"
    detail = f"{where} answered {answer.status} ({reason}) to a token request"
    return (ScopeRefused if reason == "invalid-scope" else TokenRefused)(detail, reason)


def _life(expires_in: object) -> timedelta:
    """How long to use a token: until a minute before it expires, or a fifth of its life when that is shorter."""
    try:
        seconds = float(str(expires_in))
    except ValueError:
        seconds = USUAL_LIFE
    if not 0 < seconds <= LONGEST_LIFE:
        seconds = USUAL_LIFE
    life = timedelta(seconds=seconds)
    return life - min(RENEW_BEFORE, life / 5)
