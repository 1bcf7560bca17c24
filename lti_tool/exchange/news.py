"""What is new since somebody looked last at what a cohort shares."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_or_update
from lti_tool.database import Database, UtcDateTime
from lti_tool.exchange.access import visible
from lti_tool.exchange.models import ExchangeVisit, PieceReaction, SharedPiece, ShelfItem
from lti_tool.training.access import Standing
from lti_tool.training.outcomes import News

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def news_of(session: Session, standing: Standing) -> News | None:
    """Return how much is new for who stands like this, in one query; None when the training knows no sharing.

    New is what others shared, reactions of others on the person's own pieces (for a trainer of the cohort: on all), and
    what others put on the shelf.
    """
    if standing.training.sharing is None:
        return None
    cohort_id, person_id = standing.cohort.id, standing.person_id
    last = select(ExchangeVisit.at).where(ExchangeVisit.cohort_id == cohort_id, ExchangeVisit.person_id == person_id)
    since = func.coalesce(last.scalar_subquery(), literal(NEVER, UtcDateTime()))
    shown = visible(standing)
    pieces = select(func.count()).select_from(SharedPiece)
    reactions = select(func.count()).select_from(PieceReaction).join(SharedPiece, SharedPiece.id == PieceReaction.piece_id)
    shelf = select(func.count()).select_from(ShelfItem)
    row = session.execute(
        select(
            pieces.where(shown, of_others(standing), SharedPiece.shared_at > since).scalar_subquery(),
            reactions.where(
                shown if standing.whole else SharedPiece.enrolment_id == standing.enrolment_id,
                PieceReaction.person_id != person_id,
                PieceReaction.hidden_at.is_(None),
                PieceReaction.said_at > since,
            ).scalar_subquery(),
            shelf.where(
                ShelfItem.cohort_id == cohort_id, ShelfItem.added_by_id != person_id, ShelfItem.added_at > since
            ).scalar_subquery(),
        )
    ).one()
    return News(*row)


def of_others(standing: Standing) -> ColumnElement[bool]:
    """Return the condition on `SharedPiece` of what somebody else shared."""
    return SharedPiece.enrolment_id != (standing.enrolment_id or "")


def last_visit(session: Session, standing: Standing) -> datetime:
    """Return when who stands like this looked last; `NEVER` at the first time."""
    return (
        session.scalar(
            select(ExchangeVisit.at).where(
                ExchangeVisit.cohort_id == standing.cohort.id, ExchangeVisit.person_id == standing.person_id
            )
        )
        or NEVER
    )


class VisitService:
    """Remembers that somebody looked.

    Args:
        database: its own short transactions.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, cohort_id: str, person_id: str) -> None:
        """Note that somebody looks now at what a cohort shares."""
        with self._database.session() as session:
            row = {"cohort_id": cohort_id, "person_id": person_id, "at": self._clock()}
            insert_or_update(session, ExchangeVisit, row)
