"""One shared piece with its reactions, and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.exchange.access import ExchangeAccess, may_show, moderates, owns, sharing_of, visible
from lti_tool.exchange.models import PieceReaction, ReactionKind, Shared, SharedFile, SharedPiece
from lti_tool.exchange.people import Author, Who, authors_of
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.files import FileStore
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment, WorkFile
from lti_tool.training.outcomes import Extras, NativeFileShown, SharedMark
from lti_tool.training.showing import FileShown
from lti_tool.training.work_files import Download
from mappings.file_kinds import FileKind
from mappings.programme import Sharing
from mappings.training import Assignment, Phase


@dataclass(frozen=True)
class ReactionShown:
    """What somebody says of a piece."""

    id: str
    kind: ReactionKind
    text: str
    author: Author
    at: datetime
    own: bool
    hidden: bool
    """Only its author, the maker and the trainers see it then."""
    may_hide: bool
    may_show: bool


@dataclass(frozen=True)
class PiecePage:
    """A shared piece."""

    place: Place
    piece_id: str
    assignment: Assignment
    phase: Phase
    sharing: Sharing
    author: Author
    what: Shared
    text: str
    html: str
    link: str
    files: tuple[FileShown, ...]
    native_files: tuple[NativeFileShown, ...]
    question: str
    shared_at: datetime
    withdrawn_at: datetime | None
    reactions: tuple[ReactionShown, ...]
    """The oldest first."""
    own: bool


class PieceService:
    """Reads shared pieces, each in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        access: who may.
        extras: the files that were handed in elsewhere.
        store: where the bytes lie.
    """

    def __init__(self, database: Database, access: ExchangeAccess, extras: Extras, store: FileStore) -> None:
        self._database = database
        self._access = access
        self._extras = extras
        self._store = store

    def page(self, viewer: Viewer, piece_id: str) -> PiecePage:
        """Return a piece that the viewer may see. Raises NotFound."""
        with self._database.reading() as session:
            piece, standing = self._access.piece(session, viewer, piece_id)
            assignment = standing.assignment(piece.assignment_key)
            maker = _person(session, piece)
            reactions = _reactions(session, piece)
            people = [maker, *(Who(one.person_id, one.enrolment_id) for one in reactions)]
            authors = authors_of(session, standing, people)
            moderating = moderates(session, standing, piece)
            return PiecePage(
                place=Place.of(standing),
                piece_id=piece.id,
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                sharing=sharing_of(standing),
                author=authors[maker],
                what=Shared(piece.what),
                text=piece.text,
                html=piece.html,
                link=piece.link,
                files=_files(session, piece.id),
                native_files=self._native_files(session, piece),
                question=piece.question,
                shared_at=piece.shared_at,
                withdrawn_at=piece.withdrawn_at,
                reactions=tuple(
                    _shown(one, standing, authors, moderating=moderating)
                    for one in reactions
                    if one.hidden_at is None or moderating or one.person_id == viewer.person_id
                ),
                own=owns(standing, piece),
            )

    def download(self, viewer: Viewer, piece_id: str, file_id: str) -> Download:
        """Return a file of a piece that the viewer may see.

        Raises:
            NotFound: no such file in it, or not for this viewer.
            StoreUnavailable: its bytes cannot be read.
        """
        with self._database.reading() as session:
            piece, _standing = self._access.piece(session, viewer, piece_id)
            query = select(WorkFile).join(SharedFile, SharedFile.file_id == WorkFile.id)
            file = session.scalar(query.where(SharedFile.piece_id == piece.id, WorkFile.id == file_id))
            if file is None:
                raise NotFound("no such file in this piece")
            name, kind, size, path = file.name, FileKind(file.kind), file.size, file.path
        return Download(name, kind, size, self._store.read(path))

    def _native_files(self, session: Session, piece: SharedPiece) -> tuple[NativeFileShown, ...]:
        if piece.version_id is None or piece.withdrawn_at is not None:
            return ()
        return tuple(self._extras.native_files(session, [piece.version_id]).get(piece.version_id, ()))


def shared_mark(session: Session, submission_id: str) -> SharedMark | None:
    """Return how some work is shared at the moment, for the assignment's page."""
    count = (
        select(func.count())
        .select_from(PieceReaction)
        .where(PieceReaction.piece_id == SharedPiece.id, PieceReaction.hidden_at.is_(None))
        .scalar_subquery()
    )
    row = session.execute(
        select(SharedPiece.id, SharedPiece.shared_at, count).where(
            SharedPiece.submission_id == submission_id, SharedPiece.withdrawn_at.is_(None)
        )
    ).first()
    return SharedMark(*row) if row else None


class SharedVersions:
    """Tells other rooms whether a version is shared with somebody.

    Args:
        access: says what somebody is in a cohort.
    """

    def __init__(self, access: Access) -> None:
        self._access = ExchangeAccess(access)

    def shows(self, session: Session, viewer: Viewer, version_id: str) -> bool:
        """Return whether a version is in a piece that the viewer may see."""
        cohort_id = session.scalar(
            select(SharedPiece.cohort_id).where(SharedPiece.version_id == version_id, SharedPiece.withdrawn_at.is_(None))
        )
        if cohort_id is None:
            return False
        try:
            standing = self._access.member(session, viewer, cohort_id)
        except NotFound:
            return False
        return bool(session.scalar(select(exists().where(SharedPiece.version_id == version_id, visible(standing)))))


def _person(session: Session, piece: SharedPiece) -> Who:
    person_id = session.scalars(select(Enrolment.person_id).where(Enrolment.id == piece.enrolment_id)).one()
    return Who(person_id, piece.enrolment_id)


def _files(session: Session, piece_id: str) -> tuple[FileShown, ...]:
    query = select(WorkFile).join(SharedFile, SharedFile.file_id == WorkFile.id).where(SharedFile.piece_id == piece_id)
    files = session.scalars(query.order_by(WorkFile.added_at, WorkFile.id))
    return tuple(FileShown(file.id, file.name, file.kind, file.size) for file in files)


def _reactions(session: Session, piece: SharedPiece) -> Sequence[PieceReaction]:
    query = select(PieceReaction).where(PieceReaction.piece_id == piece.id)
    return session.scalars(query.order_by(PieceReaction.said_at, PieceReaction.id)).all()


def _shown(reaction: PieceReaction, standing: Standing, authors: Mapping[Who, Author], *, moderating: bool) -> ReactionShown:
    hidden = reaction.hidden_at is not None
    return ReactionShown(
        id=reaction.id,
        kind=ReactionKind(reaction.kind),
        text=reaction.text,
        author=authors[Who(reaction.person_id, reaction.enrolment_id)],
        at=reaction.said_at,
        own=reaction.person_id == standing.person_id,
        hidden=hidden,
        may_hide=moderating and not hidden and reaction.person_id != standing.person_id,
        may_show=moderating and hidden and may_show(reaction, standing),
    )
