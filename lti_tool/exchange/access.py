"""Who may see and do what with what a cohort shares. What somebody is in the cohort is said by `training.access`.

- Participants and trainers of the cohort see all that is shared, across schools.
- Who is trainer in a course only sees what the participants of that course share: a role in a learning environment counts
  inside its own course.
- Only its maker sees a piece that was withdrawn, and withdraws it.
- The maker of a piece, and a trainer of the maker, hide reactions. Only its author takes a reaction back.
- Trainers of the cohort fill the shelf.
- For everybody else it does not exist: `NotFound`.
"""

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from lti_tool.courses.consents import SHARING
from lti_tool.errors import NotFound
from lti_tool.exchange.models import PieceReaction, SharedPiece, ShelfItem
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.models import Enrolment
from mappings.programme import Sharing


class ExchangeAccess:
    """Answers who may.

    Args:
        access: says what somebody is in a cohort.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def member(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return what the viewer is in a cohort that shares.

        Raises:
            NotFound: no such cohort, nothing in it, or its training knows no sharing.
        """
        standing = self._access.standing(session, viewer, cohort_id)
        sharing_of(standing)
        return standing

    def participant(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a participant. Raises NotFound, as `member`, and when the viewer is none."""
        standing = self._access.participant(session, viewer, cohort_id)
        sharing_of(standing)
        return standing

    def keeper(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a trainer of the whole cohort. Raises NotFound when the viewer is none."""
        standing = self.member(session, viewer, cohort_id)
        if not standing.whole:
            raise NotFound("no trainer of the whole cohort")
        return standing

    def piece(self, session: Session, viewer: Viewer, piece_id: str) -> tuple[SharedPiece, Standing]:
        """Return a shared piece that the viewer may see, and the viewer's standing.

        Raises:
            NotFound: no such piece, of another cohort, withdrawn by somebody else, or of a course that is not the viewer's.
        """
        piece = session.get(SharedPiece, piece_id)
        if piece is None:
            raise NotFound("no such piece")
        standing = self.member(session, viewer, piece.cohort_id)
        if owns(standing, piece):
            return piece, standing
        if session.scalar(select(SharedPiece.id).where(SharedPiece.id == piece_id, visible(standing))) is None:
            raise NotFound("withdrawn, or of another course")
        return piece, standing

    def own_piece(self, session: Session, viewer: Viewer, piece_id: str) -> SharedPiece:
        """Return a piece that the viewer shared. Raises NotFound when it is somebody else's."""
        piece, standing = self.piece(session, viewer, piece_id)
        if not owns(standing, piece):
            raise NotFound("somebody else's piece")
        return piece

    def reaction(self, session: Session, viewer: Viewer, reaction_id: str) -> tuple[PieceReaction, SharedPiece, Standing]:
        """Return a reaction on a piece that the viewer may see. Raises NotFound, as `piece`."""
        reaction = session.get(PieceReaction, reaction_id)
        if reaction is None:
            raise NotFound("no such reaction")
        piece, standing = self.piece(session, viewer, reaction.piece_id)
        return reaction, piece, standing

    def shelf_item(self, session: Session, viewer: Viewer, item_id: str) -> tuple[ShelfItem, Standing]:
        """Return something on the shelf of a cohort that the viewer is in. Raises NotFound."""
        item = session.get(ShelfItem, item_id)
        if item is None:
            raise NotFound("nothing like that on a shelf")
        return item, self.member(session, viewer, item.cohort_id)

    def kept_item(self, session: Session, viewer: Viewer, item_id: str) -> ShelfItem:
        """Return something on the shelf that the viewer may change. Raises NotFound."""
        item, standing = self.shelf_item(session, viewer, item_id)
        if not standing.whole:
            raise NotFound("no trainer of the whole cohort")
        return item


def sharing_of(standing: Standing) -> Sharing:
    """Return what the cohort's training says about sharing. Raises NotFound when it says nothing: then nothing is shared."""
    if standing.training.sharing is None:
        raise NotFound("a training without sharing")
    return standing.training.sharing


def owns(standing: Standing, piece: SharedPiece) -> bool:
    """Return whether a piece was shared by who stands like this."""
    return standing.enrolment_id is not None and standing.enrolment_id == piece.enrolment_id


def sees_all(standing: Standing) -> bool:
    """Return whether who stands like this sees the whole cohort, across schools."""
    return standing.participates or standing.whole


def visible(standing: Standing) -> ColumnElement[bool]:
    """Return the condition on `SharedPiece` of what is shared with who stands like this."""
    agreed = SharedPiece.consent_version == SHARING.version
    live = (SharedPiece.cohort_id == standing.cohort.id) & SharedPiece.withdrawn_at.is_(None) & agreed
    return live if sees_all(standing) else live & SharedPiece.enrolment_id.in_(trained(standing))


def moderates(session: Session, standing: Standing, piece: SharedPiece) -> bool:
    """Return whether who stands like this may hide reactions on a piece: its maker, and who trains the maker."""
    if owns(standing, piece):
        return True
    return bool(standing.trains and session.scalar(trained(standing).where(Enrolment.id == piece.enrolment_id)))


def may_show(reaction: PieceReaction, standing: Standing) -> bool:
    """Return whether who moderates may show a hidden reaction again: who hid it, and every trainer."""
    return standing.trains or reaction.hidden_by_id == standing.person_id


def trained(standing: Standing) -> Select[str]:
    """Return the query for the participants, by enrolment, whom who stands like this trains."""
    return select(Enrolment.id).where(standing.reviewable())
