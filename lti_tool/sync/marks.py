"""How far scores are, as the trainer's board and the command line tell it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Placement
from lti_tool.database import AnyRow, among
from lti_tool.errors import Words
from lti_tool.platforms.models import Platform
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.reasons import reason_of
from lti_tool.training.models import Enrolment
from lti_tool.training.outcomes import MarkState, ScoreMark
from lti_tool.web.locales import say
from mappings.platforms import GENERIC, profile_for
from mappings.roles import Role

_ADVICE = "override"
"""In the data of a family: what it takes before a grade that was changed by hand can be replaced."""
_TOLD = (
    ScoreOutbox.id,
    ScoreOutbox.refused,
    ScoreOutbox.dirty,
    ScoreOutbox.last_error,
    ScoreOutbox.next_attempt_at,
    ScoreOutbox.changed_at,
    ScoreOutbox.sent_at,
    ScoreOutbox.score_given,
    ScoreOutbox.score_maximum,
    ScoreOutbox.held_score,
    ScoreOutbox.held_maximum,
)


def mark(row: ScoreOutbox | AnyRow, platform_name: str, family: str = GENERIC) -> ScoreMark:
    """Return what a trainer is told about a row.

    Args:
        row: with the columns of `_TOLD`.
        family: of its platform, whose profile knows what to do there.
    """
    state: MarkState = "sent"
    at = row.sent_at
    if row.refused:
        state, at = ("changed" if row.last_error == CHANGED_IN_LMS else "refused"), row.changed_at
    elif row.dirty:
        state, at = "waiting", row.next_attempt_at
    elif row.last_error == KEPT_IN_LMS:
        state, at = "kept", row.changed_at
    reason = reason_of(row.last_error)
    return ScoreMark(
        state,
        row.last_error,
        at,
        platform_name,
        score_id=row.id,
        reason=reason.what if reason else None,
        who=reason.who if reason else None,
        ours=(row.score_given, row.score_maximum) if row.score_given is not None else None,
        held=(row.held_score, row.held_maximum) if row.held_score is not None and row.held_maximum else None,
        advice=_overriding(family) if state in ("changed", "kept") else None,
    )


def marks_of_work(session: Session, submission_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
    """Return how far the scores of these submissions are, one mark a line item."""
    query = _marked().add_columns(ScoreOutbox.submission_id).where(among(ScoreOutbox.submission_id, submission_ids))
    return _gathered((row[-1], mark(row, row.platform_name, row.family)) for row in session.execute(query))


def marks_of_wholes(session: Session, enrolment_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
    """Return how far the scores of the training as a whole are of these enrolments, one mark a line item."""
    query = (
        _marked()
        .add_columns(Enrolment.id)
        .join(Placement, Placement.id == ScoreOutbox.placement_id)
        .join(Account, Account.id == ScoreOutbox.account_id)
        .join(Enrolment, (Enrolment.person_id == Account.person_id) & (Enrolment.cohort_id == Placement.cohort_id))
        .where(ScoreOutbox.submission_id.is_(None), Enrolment.role == Role.PARTICIPANT, among(Enrolment.id, enrolment_ids))
    )
    return _gathered((row[-1], mark(row, row.platform_name, row.family)) for row in session.execute(query))


def _overriding(family: str) -> Words | None:
    """Return what this family wants before a score takes the place of a grade that was changed by hand, from its profile."""
    advice = next((one for one in profile_for(family).advice if one.key == _ADVICE), None)
    return LazyString(say, advice.text) if advice is not None else None


def _marked() -> Select[*tuple[Any, ...]]:
    """Rows with a grade; what only announces work is no result."""
    return (
        select(*_TOLD, Platform.name.label("platform_name"), Platform.family)
        .join(Platform, Platform.id == ScoreOutbox.platform_id)
        .where(ScoreOutbox.score_given.is_not(None))
        .order_by(ScoreOutbox.changed_at, ScoreOutbox.id)
    )


def _gathered(found: Iterable[tuple[str | None, ScoreMark]]) -> Mapping[str, Sequence[ScoreMark]]:
    marks: dict[str, list[ScoreMark]] = {}
    for of, one in found:
        if of is not None:
            marks.setdefault(of, []).append(one)
    return marks
