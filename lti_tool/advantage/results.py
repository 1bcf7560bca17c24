"""Results: what a platform's gradebook holds (Assignment and Grade Services 2.0, 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from lti_tool.advantage.addresses import Pages, below, with_query
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector
from lti_tool.errors import BadAnswer
from lti_tool.platforms.scopes import RESULT_READONLY
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import Score

MOST_PAGES = 100
MOST_ROWS = "1000"
"""How many rows a page may have where everybody's have to be asked."""
_NEAR = 1e-4
"""Moodle keeps five digits behind the point, of 100."""


@dataclass(frozen=True)
class Result:
    """What is held for one user; `score` is None when there is only a comment."""

    score: float | None
    maximum: float
    comment: str | None = field(repr=False)

    def equals(self, score: Score) -> bool:
        """Return whether this is what we wanted to be held, on whatever scale the platform keeps it."""
        if self.score is None or score.score_given is None:
            return self.score is None and score.score_given is None
        return abs(self.score / self.maximum - score.score_given / score.score_maximum) < _NEAR


class ResultService:
    """Reads results. Call it in no transaction.

    Args:
        connector: makes the calls.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def of(self, platform: PlatformInfo, lineitem_url: str, user_id: str) -> Result | None:
        """Return what a line item holds for one user, None when it holds nothing.

        It is asked for that user where such a result is whole, and then without `limit`: together with Moodle's
        ``type_id`` that is 404 and a page.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        profile = platform.profile
        wanted = {"user_id": user_id} if profile.results_user_filter else {}
        if not wanted and profile.results_limit:
            wanted = {"limit": MOST_ROWS}
        # a platform that does not know the filter sends everybody, perhaps in pages
        pages = Pages(with_query(below(lineitem_url, "results"), **wanted), most=MOST_PAGES, paging=True)
        for url in pages:
            answer = self._connector.call(
                platform, [RESULT_READONLY], "GET", url, accept=profile.result_container_media_type
            )
            rows = expect_done(answer, profile, self._connector.clock()).json()
            if not isinstance(rows, list):
                raise BadAnswer("a container of results is no list")
            for row in rows:
                if isinstance(row, Mapping) and str(row.get("userId")) == user_id:
                    return _result(row)
            pages.turn(answer.headers, url)
        return None


def _result(row: Mapping[str, object]) -> Result:
    score, maximum, comment = _number(row, "resultScore"), _number(row, "resultMaximum"), row.get("comment")
    # AGS 2.0, 3.3.4: without resultMaximum it is 1
    return Result(score, maximum or 1.0, comment if isinstance(comment, str) else None)


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
