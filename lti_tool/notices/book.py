"""Reading notices: what is shown on the pages of a cohort, how many are unread, and that they were read.

A notice is shown as long as its reader may open what it leads to. How much others put on the shelf and share is told by
`exchange.news`, which knows it by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database, among
from lti_tool.errors import NotFound
from lti_tool.exchange.models import PieceReaction, SharedPiece
from lti_tool.exchange.news import news_of
from lti_tool.launch.sessions import Viewer
from lti_tool.notices.models import FOR_TRAINERS, Notice, NoticeKind
from lti_tool.notices.targets import Target, answered_by, target_of
from lti_tool.training.access import Access, Standing
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from lti_tool.training.outcomes import News
from lti_tool.training.people import names_of
from mappings.training import Assignment

SHOWN = 50
"""The newest so many stand on the page."""
READ_KEPT = timedelta(days=90)
UNREAD_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class NoticeLine:
    """A notice as its reader sees it."""

    id: str
    kind: NoticeKind
    at: datetime
    unread: bool
    assignment: Assignment | None
    """Which work it is about; None: none, or the training does not have it any more."""
    enrolment_id: str
    """The participant whom it is about."""
    name: str | None = field(repr=False)
    """How the participant is called, for a trainer."""
    target: Target


@dataclass(frozen=True)
class NoticePage:
    """What is new for somebody in a cohort."""

    place: Place
    lines: Sequence[NoticeLine]
    news: News | None
    """What is new in what the cohort shares; None: it shares nothing."""

    @property
    def unread(self) -> int:
        """How many of them were not read before."""
        return sum(line.unread for line in self.lines)


class NoticeBook:
    """Reads notices and marks them read.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
    """

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str, *, reads: bool = True) -> NoticePage:
        """Return what is new for the viewer.

        Args:
            reads: what is shown counts as read from now on.

        Raises:
            NotFound: the viewer is nothing in this cohort.
        """
        with self._database.reading() as session:
            standing = self._access.standing(session, viewer, cohort_id)
            lines = _lines(session, standing, _shown(standing).limit(SHOWN))
            page = NoticePage(Place.of(standing), lines, news_of(session, standing))
        if reads and page.unread:
            self._note([line.id for line in lines if line.unread])
        return page

    def open(self, viewer: Viewer, notice_id: str, *, reads: bool = True) -> Target:
        """Return where a notice leads.

        Args:
            reads: it counts as read from now on.

        Raises:
            NotFound: not a notice of the viewer, or what it leads to is not the viewer's to see any more.
        """
        with self._database.reading() as session:
            notice = session.get(Notice, notice_id)
            if notice is None or notice.person_id != viewer.person_id:
                raise NotFound("somebody else's notice")
            standing = self._access.standing(session, viewer, notice.cohort_id)
            lines = _lines(session, standing, _shown(standing).where(Notice.id == notice_id))
        if not lines:
            raise NotFound("what it is about cannot be seen any more")
        if reads:
            self._note([notice_id])
        return lines[0].target

    def read_all(self, viewer: Viewer, cohort_id: str) -> None:
        """Mark all of the viewer's notices of a cohort read. Raises NotFound when the viewer is nothing in it."""
        with self._database.session() as session:
            self._access.standing(session, viewer, cohort_id)
            session.execute(
                update(Notice)
                .where(Notice.person_id == viewer.person_id, Notice.cohort_id == cohort_id, Notice.read_at.is_(None))
                .values(read_at=self._clock())
            )

    def unread(self, standing: Standing) -> int:
        """Return how many notices somebody has not read, for the bar of all pages of a cohort; in one query."""
        with self._database.reading() as session:
            return session.scalar(_counted(standing)) or 0

    def opened(self, standing: Standing, endpoint: str, values: Mapping[str, Any]) -> bool:
        """Mark read what a page answers, by whatever way somebody came to it; return whether there was such a notice.

        Args:
            endpoint: the page, and its values.
        """
        answered = answered_by(endpoint, values)
        if answered is None:
            return False
        own = Notice.person_id == standing.person_id, Notice.cohort_id == standing.cohort.id, Notice.read_at.is_(None)
        read = update(Notice).where(*own, answered).values(read_at=self._clock())
        with self._database.session() as session:
            return bool(session.scalars(read.returning(Notice.id).execution_options(synchronize_session=False)).all())

    def newest(self, session: Session, standing: Standing, most: int) -> Sequence[NoticeLine]:
        """Return the newest that somebody has not read, for a page that shows them beside other things."""
        return _lines(session, standing, _shown(standing).where(Notice.read_at.is_(None)).limit(most))

    def clean_up(self) -> int:
        """Forget what was read 90 days ago, and what nobody read in a year; return how many."""
        now = self._clock()
        old = or_(Notice.read_at <= now - READ_KEPT, Notice.read_at.is_(None) & (Notice.at <= now - UNREAD_KEPT))
        with self._database.session() as session:
            return len(session.execute(delete(Notice).where(old).returning(Notice.id)).all())

    def _note(self, ids: Sequence[str]) -> None:
        with self._database.session() as session:
            session.execute(update(Notice).where(Notice.id.in_(ids), Notice.read_at.is_(None)).values(read_at=self._clock()))


def _visible(standing: Standing) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of what somebody may (still) see, on `Notice` with its piece and reaction."""
    trained = select(Enrolment.id).where(standing.reviewable()) if standing.trains else None
    others = Notice.kind.in_(FOR_TRAINERS)
    own = (Notice.kind != NoticeKind.ANSWER.value) & ~others
    live = SharedPiece.withdrawn_at.is_(None)
    answered = (Notice.kind == NoticeKind.ANSWER.value) & live & PieceReaction.hidden_at.is_(None)
    cases = [own, answered]
    if trained is not None:
        cases.append(others & live & Notice.enrolment_id.in_(trained))
    return Notice.person_id == standing.person_id, Notice.cohort_id == standing.cohort.id, or_(*cases)


def _with_piece(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.outerjoin(SharedPiece, SharedPiece.id == Notice.piece_id).outerjoin(
        PieceReaction, PieceReaction.id == Notice.reaction_id
    )


def _shown(standing: Standing) -> Select[*tuple[Any, ...]]:
    query = select(
        Notice,
        func.coalesce(Submission.assignment_key, SharedPiece.assignment_key).label("assignment_key"),
        Submission.id.label("submission_id"),
        Enrolment.person_id.label("about_id"),
    ).select_from(Notice)
    return (
        _with_piece(query)
        .join(Enrolment, Enrolment.id == Notice.enrolment_id)
        .outerjoin(SubmissionVersion, SubmissionVersion.id == Notice.version_id)
        .outerjoin(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(*_visible(standing))
        .order_by(Notice.at.desc(), Notice.id)
    )


def _counted(standing: Standing) -> Select[int]:
    query = _with_piece(select(func.count()).select_from(Notice))
    return query.where(*_visible(standing), Notice.read_at.is_(None))


def _lines(session: Session, standing: Standing, query: Select[*tuple[Any, ...]]) -> Sequence[NoticeLine]:
    rows = session.execute(query).all()
    names = names_of(session, [row.about_id for row in rows if row.Notice.kind in FOR_TRAINERS])
    training = standing.training
    return [
        NoticeLine(
            id=row.Notice.id,
            kind=NoticeKind(row.Notice.kind),
            at=row.Notice.at,
            unread=row.Notice.read_at is None,
            assignment=training.assignment(row.assignment_key)
            if row.assignment_key and training.has_assignment(row.assignment_key)
            else None,
            enrolment_id=row.Notice.enrolment_id,
            name=names.get(row.about_id),
            target=target_of(row.Notice, row.assignment_key, row.submission_id),
        )
        for row in rows
    ]


def last_nudges(session: Session, enrolment_ids: Sequence[str]) -> Mapping[str, datetime]:
    """Return when participants were reminded last, as long as that notice is kept; in one query."""
    query = select(Notice.enrolment_id, func.max(Notice.at).label("at")).where(
        among(Notice.enrolment_id, enrolment_ids), Notice.kind == NoticeKind.NUDGE.value
    )
    return {row.enrolment_id: row.at for row in session.execute(query.group_by(Notice.enrolment_id))}
