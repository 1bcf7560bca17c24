"""How far scores are, as the trainer's board and the command line tell it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, case, select
from sqlalchemy.orm import InstrumentedAttribute, Session

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
_AT = case(
    (ScoreOutbox.refused.is_(True), ScoreOutbox.changed_at),
    (ScoreOutbox.dirty.is_(True), ScoreOutbox.next_attempt_at),
    (ScoreOutbox.last_error == KEPT_IN_LMS, ScoreOutbox.changed_at),
    else_=ScoreOutbox.sent_at,
)
"""What `_at` gives of a row: of three moments one is told, and a board has thousands of rows."""


class _Told(NamedTuple):
    """What is told of a row: the columns of `_marked`, in their order."""

    of: str | None
    """The submission or the enrolment."""
    id: str
    refused: bool
    dirty: bool
    last_error: str | None
    score_given: float | None
    score_maximum: float
    held_score: float | None
    held_maximum: float | None
    at: datetime | None
    platform_name: str
    family: str


_COLUMNS = _Told._fields[1:-3]
"""Those that are columns of the row itself."""


def state_of(row: ScoreOutbox | _Told) -> MarkState:
    """Return how far a score is."""
    if row.refused:
        return "changed" if row.last_error == CHANGED_IN_LMS else "refused"
    if row.dirty:
        return "waiting"
    return "kept" if row.last_error == KEPT_IN_LMS else "sent"


def mark(row: ScoreOutbox, platform_name: str, family: str = GENERIC) -> ScoreMark:
    """Return what a trainer is told about a score.

    Args:
        family: of its platform, whose profile knows what to do there.
    """
    columns = [getattr(row, name) for name in _COLUMNS]
    return _mark(_Told._make([None, *columns, _at(row), platform_name, family]))


def _at(row: ScoreOutbox) -> datetime | None:
    state = state_of(row)
    if state == "waiting":
        return row.next_attempt_at
    return row.sent_at if state == "sent" else row.changed_at


def _mark(told: _Told) -> ScoreMark:
    state = state_of(told)
    reason = reason_of(told.last_error) if told.last_error else None
    return ScoreMark(
        state,
        told.last_error,
        told.at,
        told.platform_name,
        score_id=told.id,
        reason=reason.what if reason else None,
        who=reason.who if reason else None,
        ours=(told.score_given, told.score_maximum) if told.score_given is not None else None,
        held=(told.held_score, told.held_maximum) if told.held_score is not None and told.held_maximum else None,
        advice=_overriding(told.family) if state in ("changed", "kept") else None,
    )


def marks_of_work(session: Session, submission_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
    """Return how far the scores of these submissions are, one mark a line item."""
    query = _marked(ScoreOutbox.submission_id).where(among(ScoreOutbox.submission_id, submission_ids))
    return _gathered(session.execute(query))


def marks_of_wholes(session: Session, enrolment_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
    """Return how far the scores of the training as a whole are of these enrolments, one mark a line item."""
    query = (
        _marked(Enrolment.id)
        .join(Placement, Placement.id == ScoreOutbox.placement_id)
        .join(Account, Account.id == ScoreOutbox.account_id)
        .join(Enrolment, (Enrolment.person_id == Account.person_id) & (Enrolment.cohort_id == Placement.cohort_id))
        .where(ScoreOutbox.submission_id.is_(None), Enrolment.role == Role.PARTICIPANT, among(Enrolment.id, enrolment_ids))
    )
    return _gathered(session.execute(query))


def _overriding(family: str) -> Words | None:
    """Return what this family wants before a score takes the place of a grade that was changed by hand, from its profile."""
    advice = next((one for one in profile_for(family).advice if one.key == _ADVICE), None)
    return LazyString(say, advice.text) if advice is not None else None


def _marked(of: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    """Rows with a grade, as `_Told`; what only announces work is no result.

    Args:
        of: the column by which they are gathered.
    """
    columns = [getattr(ScoreOutbox, name) for name in _COLUMNS]
    return (
        select(of, *columns, _AT, Platform.name, Platform.family)
        .select_from(ScoreOutbox)
        .join(Platform, Platform.id == ScoreOutbox.platform_id)
        .where(ScoreOutbox.score_given.is_not(None))
        .order_by(ScoreOutbox.changed_at, ScoreOutbox.id)
    )


def _gathered(found: Iterable[AnyRow]) -> Mapping[str, Sequence[ScoreMark]]:
    marks: dict[str, list[ScoreMark]] = {}
    for row in found:
        told = _Told._make(row)
        if told.of is not None:
            marks.setdefault(told.of, []).append(_mark(told))
    return marks
