"""Posting scores (Assignment and Grade Services 2.0, 3.4), and what each answer means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from lti_tool.advantage.addresses import below
from lti_tool.advantage.connector import Connector, TokenRefused
from lti_tool.clock import Clock
from lti_tool.errors import AddressRefused, OutsideError, Unreachable
from lti_tool.outgoing import Answer
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import Score

SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


class PostResult(StrEnum):
    """What an answer means for the row in the outbox."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    """409: the platform holds a score at least as new."""
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Posted:
    """The outcome of one post. `code` names it for people who can look it up: ``http-503``, ``o-unreachable`` …"""

    result: PostResult
    code: str
    retry_after: float | None = None
    """Seconds that the platform asked us to wait."""


class ScoreService:
    """Posts scores.

    Args:
        connector: makes the calls.
        clock: to read a Retry-After that is a date.
    """

    def __init__(self, connector: Connector, clock: Clock) -> None:
        self._connector = connector
        self._clock = clock

    def post(
        self, platform: PlatformInfo, lineitem_url: str, subject: str, score: Score, timestamp: datetime
    ) -> Posted:
        """Post one score. Never raises for what the platform answers, and keeps nothing of the answer but its status:
        Moodle's reason phrase echoes the whole request.

        Args:
            lineitem_url: the line item received for that very placement.
            subject: the account's `sub`.
            timestamp: the moment of sending; Moodle keeps whole seconds and refuses the same one again.
        """
        try:
            answer = self._connector.call(
                platform,
                [SCOPE_SCORE],
                "POST",
                below(lineitem_url, "scores"),
                content_type=platform.profile.score_media_type,
                body=json.dumps(score.to_json(subject, timestamp), allow_nan=False).encode(),
            )
        except Unreachable as error:
            return Posted(PostResult.LATER, error.code.lower(), error.retry_after)
        except AddressRefused as error:
            return Posted(PostResult.REFUSED, error.code.lower())
        except TokenRefused as error:
            return Posted(PostResult.LATER, error.code.lower())
        except OutsideError as error:
            return Posted(PostResult.LATER, error.code.lower())
        return self._meaning(platform, answer)

    def _meaning(self, platform: PlatformInfo, answer: Answer) -> Posted:
        status = answer.status
        if 200 <= status < 300:
            # A page of HTML with 200 comes from a proxy or a login page in front of the platform, not from the service.
            if answer.headers.get("Content-Type", "").startswith("text/html") and answer.body.lstrip()[:1] == b"<":
                return Posted(PostResult.LATER, "html")
            return Posted(PostResult.ACCEPTED, f"http-{status}")
        if status == 409:
            return Posted(PostResult.CONFLICT, "http-409")
        if status in (401, 408, 425, 429) or status >= 500 or status in platform.profile.rate_limit_statuses:
            return Posted(PostResult.LATER, f"http-{status}", retry_after(answer.headers, self._clock()))
        return Posted(PostResult.REFUSED, f"refused-{status}")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, which may hold seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdigit():
        return float(min(int(value[:9]), 86400))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - now).total_seconds())
