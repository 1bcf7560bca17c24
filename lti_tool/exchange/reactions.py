"""Reacting on shared work with a question or a tip, taking that back, and hiding what does not belong there."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.exchange.access import ExchangeAccess, may_show, moderates, owns
from lti_tool.exchange.models import PieceReaction, ReactionKind
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import hold
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.writing import clean_text

ReactionFollower: TypeAlias = Callable[[Session, PieceReaction], None]
"""Told of a new reaction."""

LONGEST_REACTION = 2000
MOST_OF_ONE_PERSON = 20
"""Reactions of one person on one piece."""


class ReactionService:
    """Keeps reactions.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        trail: holds who hid what.
        followers: told of every reaction, in the same transaction.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: ExchangeAccess,
        trail: AuditTrail,
        followers: Sequence[ReactionFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._trail = trail
        self._followers = tuple(followers)

    def react(self, viewer: Viewer, piece_id: str, kind: str, text: str) -> str:
        """Say something of a piece, and return the reaction's id. The same twice in a row, as from a double click, is one.

        Args:
            kind: a `ReactionKind`; the maker of a piece answers, the others ask or give a tip.

        Raises:
            Incomplete: no kind, no text, a text that is too long, or one reaction too many.
            Moved: the piece was withdrawn.
            NotFound: not a piece that the viewer may see.
        """
        text = clean_text(text).strip()
        with self._database.session() as session:
            viewer = hold(session, viewer)
            piece, standing = self._access.piece(session, viewer, piece_id)
            session.refresh(piece, with_for_update={"key_share": True})
            if piece.withdrawn_at is not None:
                raise Moved("withdrawn", explanation=_l("Dit stuk is teruggenomen. Reageren kan niet meer."))
            mine = owns(standing, piece)
            chosen = ReactionKind.ANSWER if mine else _chosen(kind)
            problems = _problems(chosen, text)
            if problems or chosen is None:
                raise Incomplete(problems)
            last = _last(session, piece.id, viewer.person_id)
            if last is not None and (last.kind, last.text) == (chosen, text):
                return last.id
            if _count(session, piece.id, viewer.person_id) >= MOST_OF_ONE_PERSON:
                raise Incomplete({"text": _l("Je hebt hier al vaak gereageerd. Neem eerst een oude reactie terug.")})
            reaction = PieceReaction(
                id=new_id(),
                piece_id=piece.id,
                person_id=viewer.person_id,
                enrolment_id=standing.enrolment_id,
                kind=chosen.value,
                text=text,
                said_at=self._clock(),
            )
            session.add(reaction)
            for follower in self._followers:
                follower(session, reaction)
            return reaction.id

    def take_back(self, viewer: Viewer, reaction_id: str) -> str:
        """Remove a reaction of the viewer, and return the piece's id. Raises NotFound when it is somebody else's."""
        with self._database.session() as session:
            reaction, piece, _standing = self._access.reaction(session, viewer, reaction_id)
            if reaction.person_id != viewer.person_id:
                raise NotFound("somebody else's reaction")
            session.delete(reaction)
            return piece.id

    def hide(self, viewer: Viewer, reaction_id: str) -> str:
        """Hide a reaction from all but its author, the maker and the trainers; return the piece's id.

        Raises:
            NotFound: not on a piece where the viewer may hide something.
        """
        with self._database.session() as session:
            reaction, piece, standing = self._access.reaction(session, viewer, reaction_id)
            if not moderates(session, standing, piece):
                raise NotFound("neither the maker nor a trainer")
            if reaction.hidden_at is None:
                reaction.hidden_at, reaction.hidden_by_id = self._clock(), viewer.person_id
                self._trail.done(session, viewer.actor_id, "exchange.hide", reaction.id)
            return piece.id

    def show(self, viewer: Viewer, reaction_id: str) -> str:
        """Show a hidden reaction again; return the piece's id.

        Raises:
            NotFound: not on a piece where the viewer may hide something, or a trainer hid it and the viewer is none.
        """
        with self._database.session() as session:
            reaction, piece, standing = self._access.reaction(session, viewer, reaction_id)
            if not moderates(session, standing, piece) or not may_show(reaction, standing):
                raise NotFound("neither who hid it nor a trainer")
            if reaction.hidden_at is not None:
                reaction.hidden_at = reaction.hidden_by_id = None
                self._trail.done(session, viewer.actor_id, "exchange.show", reaction.id)
            return piece.id


def _chosen(kind: str) -> ReactionKind | None:
    return ReactionKind(kind) if kind in (ReactionKind.QUESTION, ReactionKind.TIP) else None


def _problems(kind: ReactionKind | None, text: str) -> dict[str, Words]:
    problems: dict[str, Words] = {}
    if kind is None:
        problems["kind"] = _l("Kies: een vraag of een tip.")
    if not text:
        problems["text"] = _l("Schrijf eerst je reactie.")
    elif len(text) > LONGEST_REACTION:
        problems["text"] = _l(
            "Je reactie is te lang: %(found)s tekens, en er passen er %(most)s in. Maak hem korter.",
            found=len(text),
            most=LONGEST_REACTION,
        )
    return problems


def _last(session: Session, piece_id: str, person_id: str) -> PieceReaction | None:
    """Return what was said last, when this person said it."""
    query = select(PieceReaction).where(PieceReaction.piece_id == piece_id)
    last = session.scalar(query.order_by(PieceReaction.said_at.desc(), PieceReaction.id.desc()).limit(1))
    return last if last is not None and last.person_id == person_id else None


def _count(session: Session, piece_id: str, person_id: str) -> int:
    query = select(func.count()).select_from(PieceReaction)
    return session.scalar(query.where(PieceReaction.piece_id == piece_id, PieceReaction.person_id == person_id)) or 0
