"""Results: what a platform's gradebook holds (Assignment and Grade Services 2.0, 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.advantage.addresses import below, with_query
from lti_tool.advantage.connector import Connector
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.outgoing import origin
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import Score

SCOPE_RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
_NEAR = 1e-3


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
        return abs(self.score / (self.maximum or 1) - score.score_given / score.score_maximum) < _NEAR


class ResultService:
    """Reads results.

    Args:
        connector: makes the calls.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def of(self, platform: PlatformInfo, lineitem_url: str, subject: str) -> Result | None:
        """Return what a line item holds for one user, None when it holds nothing.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        url = with_query(below(lineitem_url, "results"), user_id=subject)
        answer = self._connector.call(
            platform, [SCOPE_RESULT], "GET", url, accept=platform.profile.result_container_media_type
        )
        if answer.status == 429 or answer.status >= 500:
            raise Unreachable(f"{origin(url)} answered {answer.status}")
        if answer.status != 200:
            raise BadAnswer(f"{origin(url)} answered {answer.status} for results")
        rows = answer.json()
        if not isinstance(rows, list):
            raise BadAnswer(f"{origin(url)}: results are no list")
        for row in rows:
            if isinstance(row, Mapping) and str(row.get("userId")) == subject:
                return _read(row)
        return None


def _read(row: Mapping[str, object]) -> Result:
    score, maximum, comment = row.get("resultScore"), row.get("resultMaximum"), row.get("comment")
    return Result(
        score=float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
        maximum=float(maximum) if isinstance(maximum, int | float) and not isinstance(maximum, bool) else 1.0,
        comment=comment if isinstance(comment, str) else None,
    )
