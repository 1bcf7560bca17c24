"""What somebody shared, said and chose to show goes, with what others said about it."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.exchange.models import DirectoryEntry, ExchangeVisit, PieceReaction, SharedFile, SharedPiece
from lti_tool.training.leaving import enrolments_of


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`). The bytes of shared files go with the work."""
    enrolments = enrolments_of(leaving.person_id)
    for statement in (
        delete(PieceReaction).where(PieceReaction.person_id == leaving.person_id),
        delete(DirectoryEntry).where(DirectoryEntry.enrolment_id.in_(enrolments)),
        delete(ExchangeVisit).where(ExchangeVisit.person_id == leaving.person_id),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    return empty_work(session, enrolments)


def empty_work(session: Session, enrolments: Select[str]) -> Sequence[str]:
    """Take away what was shared in these enrolments, with what others said about it."""
    pieces = select(SharedPiece.id).where(SharedPiece.enrolment_id.in_(enrolments))
    for statement in (
        delete(PieceReaction).where(PieceReaction.piece_id.in_(pieces)),
        delete(SharedFile).where(SharedFile.piece_id.in_(pieces)),
        delete(SharedPiece).where(SharedPiece.enrolment_id.in_(enrolments)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    return ()
