"""Erasing a member of the staff: who that is, and what this room lets go of. What they decided stays, under their id alone.

The rooms above offer a `StaffEraser` each; `lti_tool.privacy.staff_erasing` calls them in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.signin.models import (
    Member,
    Passkey,
    SignInAttempt,
    SignInLink,
    StaffIdentity,
    StaffSession,
    WantedForm,
)


@dataclass(frozen=True)
class LeavingMember:
    """A member of the staff who is erased."""

    id: str
    at: datetime


StaffEraser = Callable[[Session, LeavingMember], None]
"""Takes the name and all else of a member out of one room, in the transaction that erases. Calls nothing outside."""


def forget_member(session: Session, leaving: LeavingMember) -> None:
    """Erase ways to sign in, links, sessions and the member, the last of all rooms (a `StaffEraser`)."""
    own = select(StaffSession.id).where(StaffSession.member_id == leaving.id)
    session.execute(delete(WantedForm).where(WantedForm.session_id.in_(own)))
    for kind in (SignInAttempt, SignInLink, StaffSession, Passkey, StaffIdentity):
        session.execute(delete(kind).where(kind.member_id == leaving.id))
    session.execute(delete(Member).where(Member.id == leaving.id))
