"""What an answer of a platform's service means: done, later, refused (RFC 9110, 15; facts of each family in its profile).

Only the status, the type and Retry-After are looked at, and a body only for being HTML or holding a family's signal:
Moodle's reason phrase and error bodies echo the whole request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from lti_tool.advantage.errors import ScopeRefused, ServiceRefused, TokenRefused
from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import Answer, TimedOut, origin
from mappings.platforms import AnswerMeaning, PlatformProfile

_LATER = frozenset({401, 408, 425, 429})
"""401 comes here after a second try with a new token: the platform's own trouble, and it passes."""
_DAY = 86400.0


class Meaning(StrEnum):
    """What an answer amounts to."""

    DONE = "done"
    CONFLICT = "conflict"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """A meaning, its code (``http-503``, ``html``, ``refused-404``), and how long we were asked to wait, in seconds."""

    meaning: Meaning
    code: str
    retry_after: float | None = None


def judge(answer: Answer, profile: PlatformProfile, now: datetime) -> Verdict:
    """Return what an answer means."""
    status = answer.status
    meant = profile.meaning_of(status, answer.body)
    if status == 409 or meant is AnswerMeaning.CONFLICT:
        return Verdict(Meaning.CONFLICT, f"http-{status}")
    if meant is AnswerMeaning.LATER or status in _LATER or status >= 500 or 300 <= status < 400:
        return Verdict(Meaning.LATER, f"http-{status}", retry_after(answer.headers, now))
    if not 200 <= status < 300:
        return Verdict(Meaning.REFUSED, f"refused-{status}")
    if is_page(answer):
        return Verdict(Meaning.LATER, "html")
    return Verdict(Meaning.DONE, f"http-{status}")


def expect_done(answer: Answer, profile: PlatformProfile, now: datetime) -> Answer:
    """Return the answer of a service when it means done.

    Raises:
        Unreachable: later.
        BadAnswer: a page of HTML or a redirect.
        ServiceRefused: the service turned the request away.
    """
    verdict = judge(answer, profile, now)
    if verdict.meaning is Meaning.DONE:
        return answer
    said = f"{origin(answer.url)} answered {answer.status}"
    if verdict.code == "html" or 300 <= answer.status < 400:
        raise BadAnswer(f"{said} with a page or a redirect instead of its service")
    if verdict.meaning is Meaning.LATER:
        raise Unreachable(said, retry_after=verdict.retry_after)
    raise ServiceRefused(said, answer.status)


def trouble(error: OutsideError) -> Verdict:
    """Return what a call that raised means; a platform that gives no token is set right by a person, so: later."""
    if isinstance(error, AddressRefused):
        return Verdict(Meaning.REFUSED, "address")
    if isinstance(error, ScopeRefused):
        return Verdict(Meaning.REFUSED, "no-scope")
    if isinstance(error, ServiceRefused):
        return Verdict(Meaning.REFUSED, f"refused-{error.http_status}")
    if isinstance(error, TokenRefused):
        return Verdict(Meaning.LATER, f"token-{error.reason}"[:50])
    if isinstance(error, Unreachable):
        return Verdict(Meaning.LATER, "timeout" if isinstance(error, TimedOut) else "unreachable", error.retry_after)
    return Verdict(Meaning.LATER, "bad-answer")


def is_page(answer: Answer) -> bool:
    """Return whether a page for people came: of a proxy, a login or maintenance in front of the service."""
    return answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, at most a day; it may hold seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _DAY)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return min(max(0.0, (moment - now).total_seconds()), _DAY)
