"""What an outcome amounts to in a gradebook: a score of Assignment and Grade Services 2.0.

There are no grades in the training: accepted is 100 of 100, and everything else is no score at all. A post without a
score, or without `FullyGraded`, tells a platform to clear what it has (AGS 2.0, scoreGiven; Moodle does so and takes
the completion back), so none is ever made for a platform that does.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from mappings.errors import ScoreError
from mappings.platforms import PlatformProfile
from mappings.progress import OutcomeState, PhaseProgress, PhaseState

SCORE_MAXIMUM: Final = 100
"""Moodle takes whole numbers from 1 to the site's maximum, which is 100 unless an administrator changed it."""

CERTIFICATE_MAXIMUM: Final = 1
"""A certificate is there or it is not."""

COMMENT_MAXIMUM: Final = 2000
"""Characters of feedback that go along; the whole feedback stands in the tool."""


class ActivityProgress(StrEnum):
    """How far the user is with the activity."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the grading is."""

    FULLY_GRADED = "FullyGraded"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    NOT_READY = "NotReady"


@dataclass(frozen=True, slots=True)
class Score:
    """What a learning environment should hold for one account on one line item.

    Raises:
        ScoreError: a score or maximum that is not a number, or not from 0 to the maximum.
    """

    score_given: float | None
    """From 0 to `score_maximum`; None clears what the platform holds."""
    score_maximum: int
    activity_progress: ActivityProgress
    grading_progress: GradingProgress
    comment: str | None = None
    """Plain text for the user."""

    def __post_init__(self) -> None:
        if type(self.score_maximum) is not int or self.score_maximum < 1:
            raise ScoreError("expected a maximum that is a whole number of at least 1")
        given = self.score_given
        if given is None:
            return
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise ScoreError("expected a score that is a number")
        if not 0 <= given <= self.score_maximum:
            raise ScoreError(f"expected a score from 0 to {self.score_maximum}")

    def to_json(self, user_id: str, timestamp: datetime) -> dict[str, object]:
        """Return the body of the post, ready for `json.dumps`.

        Args:
            user_id: the `sub` of the account, as the platform sent it.
            timestamp: the moment of sending, with a time zone. Not that of the event: Moodle stores its own clock's
                whole second and answers 409 to anything that is not later.

        Raises:
            ScoreError: no user, or a timestamp without a time zone: Moodle would read it in the server's own.
        """
        if not isinstance(user_id, str) or not user_id:
            raise ScoreError("expected the id of a user")
        if timestamp.utcoffset() is None:
            raise ScoreError("expected a timestamp with a time zone")
        body: dict[str, object] = {
            "userId": user_id,
            "activityProgress": self.activity_progress.value,
            "gradingProgress": self.grading_progress.value,
            "timestamp": timestamp.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
        if self.score_given is not None:
            given = float(self.score_given)
            body["scoreGiven"] = int(given) if given.is_integer() else given
            body["scoreMaximum"] = self.score_maximum
        if self.comment:
            body["comment"] = self.comment
        return body


def score_for(state: OutcomeState, feedback: str | None, profile: PlatformProfile) -> Score | None:
    """Return what a platform should hold for an outcome, None when nothing may be posted.

    Args:
        state: the outcome. Accepted work is 100 of 100, fully graded and completed.
        feedback: the trainer's feedback as it is now. It goes along with every post, because a post without comment
            erases the one that Moodle has.
        profile: the platform. Handed-in work is announced, without a score, only where that cannot clear a grade.
    """
    comment = plain_comment(feedback)
    if state is OutcomeState.ACCEPTED:
        return Score(SCORE_MAXIMUM, SCORE_MAXIMUM, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, comment)
    if state is OutcomeState.SUBMITTED and not profile.wipes_without_grade:
        return Score(None, SCORE_MAXIMUM, ActivityProgress.SUBMITTED, GradingProgress.PENDING_MANUAL)
    return None


def score_for_phases(progress: Sequence[PhaseProgress], locale: str) -> Score | None:
    """Return what a platform should hold for a whole training: its complete phases, of all. None while there are none.

    Args:
        progress: of every phase, in order.
        locale: the language of the comment, which names the complete phases: nl or en.
    """
    complete = [row for row in progress if row.state is PhaseState.COMPLETE]
    if not complete:
        return None
    activity = ActivityProgress.COMPLETED if len(complete) == len(progress) else ActivityProgress.IN_PROGRESS
    given = round(SCORE_MAXIMUM * len(complete) / len(progress), 2)
    comment = ", ".join(row.phase.name.get(locale) for row in complete)
    return Score(given, SCORE_MAXIMUM, activity, GradingProgress.FULLY_GRADED, f"✓ {comment}")


def plain_comment(feedback: str | None) -> str | None:
    """Return feedback as a comment: plain text of at most `COMMENT_MAXIMUM` characters, None when nothing is left.

    Line ends become one kind, control characters go, and what is too long ends at a word with an ellipsis.
    """
    lines = (feedback or "").splitlines()
    text = "\n".join("".join(map(_printable, line)).rstrip() for line in lines).strip()
    if len(text) <= COMMENT_MAXIMUM:
        return text or None
    cut = text[: COMMENT_MAXIMUM - 1]
    words = cut.rsplit(maxsplit=1)[0] if not text[COMMENT_MAXIMUM - 1].isspace() else cut
    return f"{(words if len(words) > COMMENT_MAXIMUM // 2 else cut).rstrip()}…"


def _printable(character: str) -> str:
    if character == "\t":
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cs") else character


def score_for_certificate(*, valid: bool) -> Score:
    """Return what the column of a certificate holds: 1 of 1 while it is valid, 0 once it was revoked."""
    given = float(CERTIFICATE_MAXIMUM) if valid else 0.0
    return Score(given, CERTIFICATE_MAXIMUM, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED)
