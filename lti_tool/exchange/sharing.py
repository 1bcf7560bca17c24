"""Sharing a piece of work with the cohort, by choice and per piece, and withdrawing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.courses.consents import SHARING
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.exchange.access import ExchangeAccess, sharing_of
from lti_tool.exchange.models import SharedFile, SharedPiece
from lti_tool.exchange.offers import Offer, offer_of
from lti_tool.exchange.people import Author, Who, authors_of
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import hold
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.files import FileStore
from lti_tool.training.home import Place
from lti_tool.training.models import VersionFile, WorkFile
from lti_tool.training.outcomes import Extras
from lti_tool.training.writing import clean_text
from mappings.programme import Sharing
from mappings.training import Assignment, Phase

PieceFollower: TypeAlias = Callable[[Session, SharedPiece], None]
"""Told of a piece whose maker asks something else of the others now, or nothing any more."""

LONGEST_QUESTION = 500


@dataclass(frozen=True)
class SharePage:
    """What somebody is about to share, or shares already."""

    place: Place
    assignment: Assignment
    phase: Phase
    sharing: Sharing
    offer: Offer | None
    """None: nothing was begun."""
    author: Author
    """How the others will see who shares it."""
    piece_id: str | None
    """What is shared of this work at the moment."""
    question: str
    same: bool
    """Whether what is shared is what would be shared now."""
    asks_again: bool
    """The words that were agreed to are others now: nobody else sees it until its maker agrees again."""


class SharingService:
    """Shares and withdraws.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        extras: the files that were handed in elsewhere.
        store: where bytes lie that nobody needs any more once a piece is withdrawn.
        trail: holds who shared and withdrew.
        followers: told when somebody asks something with what is shared, in the same transaction.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: ExchangeAccess,
        extras: Extras,
        store: FileStore,
        trail: AuditTrail,
        followers: Sequence[PieceFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras
        self._store = store
        self._trail = trail
        self._followers = tuple(followers)

    def page(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> SharePage:
        """Return what the viewer can share for an assignment. Raises NotFound when the viewer is no participant."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            assignment = standing.assignment(assignment_key)
            submission = submissions.find(session, standing, assignment_key)
            offer = offer_of(session, self._extras, submission) if submission else None
            piece = _live(session, submission.id) if submission else None
            who = Who(viewer.person_id, standing.enrolment_id)
            return SharePage(
                place=Place.of(standing),
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                sharing=sharing_of(standing),
                offer=offer if offer and not offer.empty else None,
                author=authors_of(session, standing, [who])[who],
                piece_id=piece.id if piece else None,
                question=piece.question if piece else "",
                same=bool(piece and offer and _shows(session, piece, offer)),
                asks_again=bool(piece and piece.consent_version != SHARING.version),
            )

    def share(self, viewer: Viewer, cohort_id: str, assignment_key: str, question: str, mark: str) -> str:
        """Share the viewer's work as it is now; what was shared of it before gets the new content. Return the piece's id.

        Args:
            question: to the others; may be empty.
            mark: `Offer.mark` of what the viewer saw.

        Raises:
            Incomplete: the question is too long, or there is nothing to share.
            Moved: the work is not any more what the viewer saw; nothing was shared.
            NotFound: not the viewer's assignment.
        """
        question = clean_text(question).strip()
        with self._database.session() as session:
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            standing.assignment(assignment_key)
            if len(question) > LONGEST_QUESTION:
                raise Incomplete({"question": _too_long(len(question))})
            known = submissions.find(session, standing, assignment_key)
            if known is None:
                raise Incomplete({"share": _NOTHING})
            submission = submissions.lock(session, known.id)
            offer = offer_of(session, self._extras, submission)
            if offer.empty:
                raise Incomplete({"share": _NOTHING})
            if offer.mark != mark:
                raise Moved("the work changed", explanation=_CHANGED)
            piece = _live(session, submission.id)
            unused: Sequence[str] = ()
            if piece is None:
                piece = SharedPiece(
                    id=new_id(),
                    cohort_id=cohort_id,
                    enrolment_id=submission.enrolment_id,
                    submission_id=submission.id,
                    assignment_key=assignment_key,
                )
                session.add(piece)
                unused = self._fill(session, piece, offer)
                self._trail.done(session, viewer.actor_id, "exchange.share", piece.id)
            elif not _shows(session, piece, offer):
                unused = self._fill(session, piece, offer)
                self._trail.done(session, viewer.actor_id, "exchange.share", piece.id)
            asked, piece.question = piece.question, question
            piece.consent_version = SHARING.version
            piece_id = piece.id
            if asked != question:
                for follower in self._followers:
                    follower(session, piece)
        self._discard(unused)
        return piece_id

    def withdraw(self, viewer: Viewer, piece_id: str) -> tuple[str, str]:
        """Take back a piece: from now on nobody else sees it, and the copy is gone. Return its cohort and assignment.

        Raises:
            NotFound: not a piece of the viewer.
        """
        unused: Sequence[str] = ()
        with self._database.session() as session:
            known = self._access.own_piece(session, viewer, piece_id)
            submissions.lock(session, known.submission_id)
            session.refresh(known)
            if known.withdrawn_at is None:
                known.withdrawn_at = self._clock()
                known.text = known.html = known.link = ""
                unused = _let_go(session, known.id)
                self._trail.done(session, viewer.actor_id, "exchange.withdraw", known.id)
            where = known.cohort_id, known.assignment_key
        self._discard(unused)
        return where

    def _fill(self, session: Session, piece: SharedPiece, offer: Offer) -> Sequence[str]:
        """Put the content of an offer into a piece; return the paths of bytes that nobody needs any more."""
        piece.what, piece.version_id = offer.what.value, offer.version_id
        piece.text, piece.html, piece.link, piece.shared_at = offer.text, offer.html, offer.link, self._clock()
        session.flush()
        unused = _let_go(session, piece.id, kept=[file.id for file in offer.files])
        session.add_all(SharedFile(piece_id=piece.id, file_id=file.id) for file in offer.files)
        return unused

    def _discard(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._store.discard(path)


def keeps_file(session: Session, file_id: str) -> bool:
    """Return whether a file is in something that is shared."""
    return bool(session.scalar(select(exists().where(SharedFile.file_id == file_id))))


def _live(session: Session, submission_id: str) -> SharedPiece | None:
    """Return what is shared of some work at the moment."""
    query = select(SharedPiece).where(SharedPiece.submission_id == submission_id, SharedPiece.withdrawn_at.is_(None))
    return session.scalar(query)


def _shows(session: Session, piece: SharedPiece, offer: Offer) -> bool:
    """Return whether a piece shows what is offered."""
    shown = piece.what, piece.version_id, piece.text, piece.html, piece.link
    if shown != (offer.what, offer.version_id, offer.text, offer.html, offer.link):
        return False
    files = session.scalars(select(SharedFile.file_id).where(SharedFile.piece_id == piece.id))
    return set(files) == {file.id for file in offer.files}


def _let_go(session: Session, piece_id: str, kept: Sequence[str] = ()) -> list[str]:
    """Take the files out of a piece; return the paths of those that are in no draft, no version and no piece any more.

    Args:
        kept: files that go into the piece again.
    """
    files = list(session.scalars(select(SharedFile.file_id).where(SharedFile.piece_id == piece_id)))
    session.execute(delete(SharedFile).where(SharedFile.piece_id == piece_id))
    unneeded = session.scalars(
        select(WorkFile).where(
            WorkFile.id.in_(set(files) - set(kept)),
            WorkFile.in_draft.is_(False),
            ~exists().where(VersionFile.file_id == WorkFile.id),
            ~exists().where(SharedFile.file_id == WorkFile.id),
        )
    ).all()
    paths = [file.path for file in unneeded]
    for file in unneeded:
        session.delete(file)
    session.flush()
    return paths


_NOTHING = _l("Er is nog niets om te delen. Schrijf eerst iets bij de opdracht en bewaar het.")
_CHANGED = _l("Je werk is intussen veranderd. Er is niets gedeeld. Kijk hieronder hoe het nu is, en deel het dan.")


def _too_long(found: int) -> Words:
    return _l(
        "Je vraag is te lang: %(found)s tekens, en er passen er %(most)s in. Maak hem korter.",
        found=found,
        most=LONGEST_QUESTION,
    )
