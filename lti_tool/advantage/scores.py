"""Posting scores (Assignment and Grade Services 2.0, 3.4), and what each answer means for the one who posts."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lti_tool.advantage.addresses import below
from lti_tool.advantage.answers import Meaning, judge, trouble
from lti_tool.advantage.connector import Connector
from lti_tool.clock import Clock
from lti_tool.errors import OutsideError
from lti_tool.platforms.scopes import SCORE
from lti_tool.platforms.service import PlatformInfo
from mappings.errors import ScoreError
from mappings.scores import Score


class PostResult(StrEnum):
    """What becomes of a score that was posted."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    """409: the platform holds a score at least as new."""
    LATER = "later"
    REFUSED = "refused"


_RESULTS = {
    Meaning.DONE: PostResult.ACCEPTED,
    Meaning.CONFLICT: PostResult.CONFLICT,
    Meaning.LATER: PostResult.LATER,
    Meaning.REFUSED: PostResult.REFUSED,
}


@dataclass(frozen=True)
class Posted:
    """The outcome of one post.

    `code` names it, in at most 50 letters: ``http-200``, ``http-409``, ``http-503``, ``html``, ``timeout``,
    ``unreachable``, ``bad-answer``, ``token-invalid-client``, ``no-scope``, ``address``, ``refused-404``, ``score`` …
    """

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

    def post(self, platform: PlatformInfo, lineitem_url: str, user_id: str, score: Score, timestamp: datetime) -> Posted:
        """Post one score. It never raises for what the platform answers, and keeps nothing of the answer but its status:
        Moodle's reason phrase echoes the whole request.

        Call it in no transaction.

        Args:
            lineitem_url: the line item received for that very placement.
            user_id: the account's `sub`.
            timestamp: the moment of sending, in whole seconds (what is less goes): Moodle keeps no more and refuses the
                same second again.
        """
        try:
            answer = self._connector.call(
                platform,
                [SCORE],
                "POST",
                below(lineitem_url, "scores"),
                content_type=platform.profile.score_media_type,
                body=_body(platform, score, user_id, timestamp),
            )
        except OutsideError as error:
            return not_posted(error)
        except ScoreError:
            return Posted(PostResult.REFUSED, "score")
        verdict = judge(answer, platform.profile, self._clock())
        return Posted(_RESULTS[verdict.meaning], verdict.code, verdict.retry_after)


def _body(platform: PlatformInfo, score: Score, user_id: str, timestamp: datetime) -> bytes:
    content = {**score.to_json(user_id, timestamp.replace(microsecond=0)), **platform.profile.score_extensions}
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()


def not_posted(error: OutsideError) -> Posted:
    """Return what it means for a score that a call for it raised."""
    verdict = trouble(error)
    return Posted(_RESULTS[verdict.meaning], verdict.code, verdict.retry_after)
