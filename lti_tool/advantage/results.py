"""Results: what a platform's gradebook holds (Assignment and Grade Services 2.0, 3.3)."""

from collections.abc import Iterator, Mapping
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
"""How many rows a page may have where everybody's are asked."""
MOST_BYTES = 10_000_000
"""A platform that knows no pages sends the results of a whole course at once."""
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

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        if platform.profile.results_user_filter:
            # a platform that does not know the filter sends everybody
            rows = self._rows(platform, with_query(below(lineitem_url, "results"), user_id=user_id))
        else:
            rows = self._everybody(platform, lineitem_url)
        return next((result for user, result in rows if user == user_id), None)

    def all(self, platform: PlatformInfo, lineitem_url: str) -> Mapping[str, Result]:
        """Return what a line item holds, by the user's id (the launch's `sub`); who has nothing is missing.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        found: dict[str, Result] = {}
        for user_id, result in self._everybody(platform, lineitem_url):
            found.setdefault(user_id, result)
        return found

    def _everybody(self, platform: PlatformInfo, lineitem_url: str) -> Iterator[tuple[str, Result]]:
        # together with Moodle's type_id a limit is 404 and a page
        limit = MOST_ROWS if platform.profile.results_limit else None
        return self._rows(platform, with_query(below(lineitem_url, "results"), limit=limit))

    def _rows(self, platform: PlatformInfo, first: str) -> Iterator[tuple[str, Result]]:
        """Yield the results of all pages."""
        profile = platform.profile
        pages = Pages(first, most=MOST_PAGES, paging=True)
        for url in pages:
            answer = self._connector.call(
                platform, [RESULT_READONLY], "GET", url, accept=profile.result_container_media_type, max_bytes=MOST_BYTES
            )
            rows = expect_done(answer, profile, self._connector.clock()).json()
            if not isinstance(rows, list):
                raise BadAnswer("a container of results is no list")
            for row in rows:
                user_id = row.get("userId") if isinstance(row, Mapping) else None
                if isinstance(user_id, str | int) and user_id != "":
                    yield str(user_id), _result(row)
            pages.turn(answer.headers, url)


def _result(row: Mapping[str, object]) -> Result:
    score, maximum, comment = _number(row, "resultScore"), _number(row, "resultMaximum"), row.get("comment")
    # AGS 2.0, 3.3.4: without resultMaximum it is 1
    return Result(score, maximum or 1.0, comment if isinstance(comment, str) else None)


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
