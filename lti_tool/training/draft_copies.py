"""Texts that were typed on another page than the draft was: kept beside it, so that nothing typed is lost."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.training.models import DraftCopy, SubmissionVersion

MOST_COPIES = 50
"""Of one piece of work; of more the oldest go."""


@dataclass(frozen=True)
class Content:
    """What somebody typed."""

    text: str
    link: str
    html: str
    """The text with its headings, lists, links and bold; empty when it has none."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not self.text.strip() and not self.link


def set_aside(session: Session, submission_id: str, page: str | None, content: Content, typed_at: datetime) -> bool:
    """Keep a text beside the draft, unless it is empty or was handed in.

    Args:
        page: on which it was typed; what was kept of the same page before gives way.

    Returns:
        Whether it is kept beside the draft.
    """
    if content.is_empty or _is_in(session, SubmissionVersion, submission_id, content):
        return False
    if _is_in(session, DraftCopy, submission_id, content):
        return True
    if page is not None:
        session.execute(delete(DraftCopy).where(DraftCopy.submission_id == submission_id, DraftCopy.page == page))
    copy = DraftCopy(id=new_id(), submission_id=submission_id, page=page, typed_at=typed_at, **asdict(content))
    session.add(copy)
    session.flush()
    for old in copies_of(session, submission_id)[MOST_COPIES:]:
        session.delete(old)
    return True


def copies_of(session: Session, submission_id: str) -> Sequence[DraftCopy]:
    """Return what is kept beside the draft of one piece of work, the newest first."""
    query = select(DraftCopy).where(DraftCopy.submission_id == submission_id)
    return session.scalars(query.order_by(DraftCopy.typed_at.desc(), DraftCopy.id)).all()


def take_away(session: Session, submission_id: str, copy_id: str) -> DraftCopy:
    """Remove a copy and return what it was.

    Raises:
        NotFound: this work has none of that id.
    """
    copy = session.scalar(select(DraftCopy).where(DraftCopy.id == copy_id, DraftCopy.submission_id == submission_id))
    if copy is None:
        raise NotFound("no such copy of a draft")
    session.delete(copy)
    session.flush()
    return copy


def _is_in(session: Session, kind: type[DraftCopy] | type[SubmissionVersion], submission_id: str, content: Content) -> bool:
    same = exists().where(
        kind.submission_id == submission_id,
        kind.text == content.text,
        kind.link == content.link,
        kind.html == content.html,
    )
    return bool(session.scalar(select(same)))
