"""The outbox as its operator sees it: which scores there are, sending them again, and over a grade changed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.models import Placement
from lti_tool.database import Database
from lti_tool.errors import NotFound, Refused
from lti_tool.platforms.models import Platform
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS
from lti_tool.sync.marks import state_of
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import ScoreOutboxService
from lti_tool.training.models import Cohort


@dataclass(frozen=True)
class Which:
    """Which scores are meant: those for which all that is given holds."""

    score_id: str | None = None
    failed: bool = False
    """A platform refused them, shows another grade, or they did not get through last time."""
    changed: bool = False
    """Somebody changed the grade by hand, in the platform's gradebook."""
    platform_id: str | None = None
    cohort_id: str | None = None


@dataclass(frozen=True)
class ScoreLine:
    """One score: where it goes, and how far it is. People appear as ids."""

    id: str
    platform: str
    """The name of the platform."""
    account_id: str
    assignment_key: str | None
    """None: the training as a whole."""
    state: str
    """A `training.outcomes.MarkState`."""
    score: str | None
    """Ours, as `100/100`; None: no grade, it announces work."""
    held: str | None
    """What the gradebook holds instead where it was changed there, as `7/10`."""
    reason: str | None
    fails: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    version: int

    def row(self) -> dict[str, object]:
        """Return it as a row for a table."""
        return {
            "id": self.id,
            "platform": self.platform,
            "account": self.account_id,
            "assignment": self.assignment_key,
            "state": self.state,
            "score": self.score,
            "held": self.held,
            "reason": self.reason,
            "fails": self.fails,
            "next_attempt_at": self.next_attempt_at,
            "sent_at": self.sent_at,
        }


class ScoreBook:
    """Reads the outbox and sends again.

    Args:
        database: for its own short transactions.
        clock: the time.
        outbox: gives rows new jobs.
    """

    def __init__(self, database: Database, clock: Clock, outbox: ScoreOutboxService) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    def lines(self, which: Which) -> Sequence[ScoreLine]:
        """Return scores, the one that changed longest ago first.

        Raises:
            NotFound: there is no such score, platform or cohort.
        """
        with self._database.reading() as session:
            return [_line(*found) for found in session.execute(_found(session, which)).all()]

    def again(self, which: Which, *, staff_id: str | None = None) -> Sequence[str]:
        """Send scores again now; return their ids. A grade that was changed by hand is left alone by this.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is no such score, platform or cohort.
        """
        with self._database.session() as session:
            query = _found(session, which).with_only_columns(ScoreOutbox.id)
            if staff_id is not None:
                note_done(session, self._clock(), staff_id, "scores.again", which.score_id or which.platform_id or "")
            return [score_id for score_id in sorted(session.scalars(query)) if self._sent_again(session, score_id)]

    def to_overwrite(self, which: Which) -> Sequence[ScoreLine]:
        """Return the scores that can take the place of a grade that was changed by hand.

        Raises:
            NotFound: there is no such score, platform or cohort.
            Refused: the one score that was asked for is none of these.
        """
        found = self.lines(which)
        changed = [line for line in found if line.state == "changed"]
        if which.score_id is not None and not changed:
            raise Refused(f"nobody changed the grade of {which.score_id!r} by hand; without --overwrite it is sent again")
        return changed

    def overwrite(self, lines: Sequence[ScoreLine]) -> Sequence[str]:
        """Let these scores take the place of what the gradebooks hold; return the ids of those that do.

        What has changed since the lines were read is left alone: nobody has agreed to replace that.
        """
        with self._database.session() as session:
            ordered = sorted(lines, key=lambda line: line.id)
            return [line.id for line in ordered if self._overwrites(session, line)]

    def _sent_again(self, session: Session, score_id: str) -> bool:
        row = session.get(ScoreOutbox, score_id, with_for_update=True, populate_existing=True)
        if row is not None:
            self._outbox.retry(session, row)
        return row is not None

    def _overwrites(self, session: Session, line: ScoreLine) -> bool:
        row = session.get(ScoreOutbox, line.id, with_for_update=True)
        if row is None or not row.refused or row.last_error != CHANGED_IN_LMS:
            return False
        if (row.version, _held(row)) != (line.version, line.held):
            return False
        self._outbox.retry(session, row, overwrite=True)
        return True


def _found(session: Session, which: Which) -> Select[ScoreOutbox, str, str | None]:
    """Return the query of rows, each with the name of its platform and its assignment."""
    query = (
        select(ScoreOutbox, Platform.name, Placement.assignment_key)
        .join(Platform, Platform.id == ScoreOutbox.platform_id)
        .join(Placement, Placement.id == ScoreOutbox.placement_id)
        .order_by(ScoreOutbox.changed_at, ScoreOutbox.id)
    )
    if which.score_id is not None:
        if session.get(ScoreOutbox, which.score_id) is None:
            raise NotFound(f"there is no score {which.score_id!r}")
        query = query.where(ScoreOutbox.id == which.score_id)
    if which.platform_id is not None:
        if session.get(Platform, which.platform_id) is None:
            raise NotFound(f"there is no platform {which.platform_id!r}")
        query = query.where(ScoreOutbox.platform_id == which.platform_id)
    if which.cohort_id is not None:
        if session.get(Cohort, which.cohort_id) is None:
            raise NotFound(f"there is no cohort {which.cohort_id!r}")
        query = query.where(Placement.cohort_id == which.cohort_id)
    if which.failed:
        query = query.where(ScoreOutbox.last_error.is_not(None), ScoreOutbox.last_error != KEPT_IN_LMS)
    if which.changed:
        query = query.where(ScoreOutbox.refused.is_(True), ScoreOutbox.last_error == CHANGED_IN_LMS)
    return query


def _line(row: ScoreOutbox, platform: str, assignment_key: str | None) -> ScoreLine:
    state = state_of(row)
    return ScoreLine(
        id=row.id,
        platform=platform,
        account_id=row.account_id,
        assignment_key=assignment_key,
        state=state,
        score=f"{row.score_given:g}/{row.score_maximum}" if row.score_given is not None else None,
        held=_held(row) if state in ("changed", "kept") else None,
        reason=row.last_error,
        fails=row.fails,
        next_attempt_at=row.next_attempt_at if row.dirty else None,
        sent_at=row.sent_at,
        version=row.version,
    )


def _held(row: ScoreOutbox) -> str | None:
    return f"{row.held_score:g}/{row.held_maximum:g}" if row.held_score is not None and row.held_maximum else None
