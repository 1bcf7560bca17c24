"""What a cohort shares: by phase and assignment, the newest first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lti_tool.database import AnyRow, Database
from lti_tool.errors import NotFound
from lti_tool.exchange.access import ExchangeAccess, sharing_of, visible
from lti_tool.exchange.models import PieceReaction, Shared, SharedPiece
from lti_tool.exchange.news import last_visit, news_of
from lti_tool.exchange.people import Author, Who, authors_of
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Standing
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment
from lti_tool.training.outcomes import News
from mappings.programme import Sharing
from mappings.texts import Text
from mappings.training import Assignment, Phase

SHOWN = 5
"""Pieces of one assignment on the overview."""
PAGE = 25
"""Pieces on a page of one assignment."""
BEGINNING = 200
"""Characters of a text that a list shows."""


@dataclass(frozen=True)
class PieceLine:
    """A shared piece in a list."""

    id: str
    author: Author
    own: bool
    what: Shared
    question: str
    beginning: str
    """Of the text."""
    shared_at: datetime
    new: bool
    reactions: int
    new_reactions: int
    """Of others, since the last visit."""
    withdrawn: bool


@dataclass(frozen=True)
class AssignmentPieces:
    """What is shared for one assignment."""

    assignment: Assignment
    lines: tuple[PieceLine, ...]
    total: int


@dataclass(frozen=True)
class PhasePieces:
    """What is shared for the assignments of one phase."""

    phase: Phase
    prompt: Text | None
    assignments: tuple[AssignmentPieces, ...]


@dataclass(frozen=True)
class OverviewPage:
    """All that a cohort shares, as much as somebody sees."""

    place: Place
    sharing: Sharing
    phases: tuple[PhasePieces, ...]
    own: tuple[tuple[Assignment, PieceLine], ...]
    """What the viewer shares, and what the viewer withdrew after others had reacted."""
    news: News
    total: int


@dataclass(frozen=True)
class AssignmentPage:
    """All that is shared for one assignment, a page at a time."""

    place: Place
    phase: Phase
    assignment: Assignment
    lines: tuple[PieceLine, ...]
    total: int
    number: int
    """Of the page, from 1."""
    pages: int


class OverviewService:
    """Reads what is shared, each page in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        access: who may.
    """

    def __init__(self, database: Database, access: ExchangeAccess) -> None:
        self._database = database
        self._access = access

    def overview(self, viewer: Viewer, cohort_id: str) -> OverviewPage:
        """Return what a cohort shares. Raises NotFound when the viewer is nothing in it."""
        with self._database.reading() as session:
            standing = self._access.member(session, viewer, cohort_id)
            since = last_visit(session, standing)
            rows = session.execute(_newest(visible(standing))).all()
            mine = _own_rows(session, standing)
            lines = _lines(session, standing, [*rows, *mine], since)
            news = news_of(session, standing) or News(0, 0, 0)
        training = standing.training
        by_key: dict[str, list[AnyRow]] = {}
        for row in rows:
            by_key.setdefault(row.assignment_key, []).append(row)

        def pieces(key: str) -> AssignmentPieces:
            found = by_key.get(key, [])
            return AssignmentPieces(
                training.assignment(key), tuple(lines[row.id] for row in found), found[0].total if found else 0
            )

        sharing = sharing_of(standing)
        prompts = {prompt.phase: prompt.text for prompt in sharing.prompts}
        phases = tuple(
            PhasePieces(phase, prompts.get(phase.key), tuple(pieces(key) for key in phase.assignments))
            for phase in training.phases
        )
        return OverviewPage(
            place=Place.of(standing),
            sharing=sharing,
            phases=phases,
            own=tuple(
                (training.assignment(row.assignment_key), lines[row.id])
                for row in mine
                if training.has_assignment(row.assignment_key) and (row.withdrawn_at is None or lines[row.id].reactions)
            ),
            news=news,
            total=sum(part.total for phase in phases for part in phase.assignments),
        )

    def assignment(self, viewer: Viewer, cohort_id: str, assignment_key: str, number: int) -> AssignmentPage:
        """Return a page of what is shared for one assignment.

        Args:
            number: of the page, from 1.

        Raises:
            NotFound: the viewer is nothing in this cohort, or there is no such assignment or page.
        """
        with self._database.reading() as session:
            standing = self._access.member(session, viewer, cohort_id)
            assignment = standing.assignment(assignment_key)
            wanted = visible(standing) & (SharedPiece.assignment_key == assignment_key)
            total = session.scalar(select(func.count()).select_from(SharedPiece).where(wanted)) or 0
            pages = max(1, -(-total // PAGE))
            if not 1 <= number <= pages:
                raise NotFound("no such page")
            query = _columns().where(wanted).order_by(SharedPiece.shared_at.desc(), SharedPiece.id.desc())
            rows = session.execute(query.limit(PAGE).offset((number - 1) * PAGE)).all()
            lines = _lines(session, standing, rows, last_visit(session, standing))
        return AssignmentPage(
            place=Place.of(standing),
            phase=standing.training.phase_of(assignment),
            assignment=assignment,
            lines=tuple(lines[row.id] for row in rows),
            total=total,
            number=number,
            pages=pages,
        )


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        SharedPiece.id,
        SharedPiece.assignment_key,
        SharedPiece.enrolment_id,
        Enrolment.person_id,
        SharedPiece.what,
        SharedPiece.question,
        func.substr(SharedPiece.text, 1, BEGINNING + 1).label("beginning"),
        SharedPiece.shared_at,
        SharedPiece.withdrawn_at,
    ).join(Enrolment, Enrolment.id == SharedPiece.enrolment_id)


def _newest(wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the query for the newest pieces of each assignment, and how many it has."""
    of_assignment = SharedPiece.assignment_key
    rank = func.row_number().over(partition_by=of_assignment, order_by=(SharedPiece.shared_at.desc(), SharedPiece.id.desc()))
    total = func.count().over(partition_by=of_assignment)
    ranked = _columns().add_columns(rank.label("rank"), total.label("total")).where(wanted).subquery()
    return select(ranked).where(ranked.c.rank <= SHOWN).order_by(ranked.c.rank)


def _own_rows(session: Session, standing: Standing) -> Sequence[AnyRow]:
    if not standing.participates:
        return ()
    own = _columns().where(SharedPiece.enrolment_id == standing.enrolment_id)
    return session.execute(own.order_by(SharedPiece.withdrawn_at.is_not(None), SharedPiece.shared_at.desc())).all()


def _lines(session: Session, standing: Standing, rows: Sequence[AnyRow], since: datetime) -> Mapping[str, PieceLine]:
    """Return these pieces as lines, by id, in three queries."""
    authors = authors_of(session, standing, [Who(row.person_id, row.enrolment_id) for row in rows])
    counts = _reactions(session, standing, {row.id for row in rows}, since)
    return {row.id: _line(row, standing, authors, counts, since) for row in rows}


def _reactions(session: Session, standing: Standing, ids: Collection[str], since: datetime) -> Mapping[str, tuple[int, int]]:
    """Return how many reactions each piece has, and how many of others came since the last visit."""
    new = (PieceReaction.said_at > since) & (PieceReaction.person_id != standing.person_id)
    query = (
        select(PieceReaction.piece_id, func.count(), func.count().filter(new))
        .where(PieceReaction.piece_id.in_(ids), PieceReaction.hidden_at.is_(None))
        .group_by(PieceReaction.piece_id)
    )
    return {piece_id: (count, fresh) for piece_id, count, fresh in session.execute(query)}


def _line(
    row: AnyRow,
    standing: Standing,
    authors: Mapping[Who, Author],
    counts: Mapping[str, tuple[int, int]],
    since: datetime,
) -> PieceLine:
    own = row.person_id == standing.person_id
    reactions, fresh = counts.get(row.id, (0, 0))
    beginning = " ".join(row.beginning[:BEGINNING].split())
    return PieceLine(
        id=row.id,
        author=authors[Who(row.person_id, row.enrolment_id)],
        own=own,
        what=Shared(row.what),
        question=row.question,
        beginning=f"{beginning.rsplit(maxsplit=1)[0]} …" if len(row.beginning) > BEGINNING else beginning,
        shared_at=row.shared_at,
        new=not own and row.shared_at > since,
        reactions=reactions,
        new_reactions=fresh,
        withdrawn=row.withdrawn_at is not None,
    )
