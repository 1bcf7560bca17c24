"""The end of a link, whoever asks for it: one of its accounts, or the issuer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Person
from lti_tool.linking.models import AccountLink
from lti_tool.linking.obstacles import Obstacle, obstacles_to_parting
from lti_tool.linking.parting import part


def hold(session: Session, *person_ids: str) -> None:
    """Hold people and their accounts, always in one order, so that no two who link each other wait in a ring.

    Accounts first: who writes for a person holds the account (`training.access.hold`) before all else.
    """
    accounts = select(Account).where(Account.person_id.in_(person_ids)).order_by(Account.id).with_for_update()
    session.scalars(accounts.execution_options(populate_existing=True)).all()
    held = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update()
    session.scalars(held.execution_options(populate_existing=True)).all()


def end(session: Session, link: AccountLink, now: datetime) -> Sequence[Obstacle]:
    """Take a link apart that the caller holds; return why it cannot be: then nothing changed."""
    hold(session, link.kept_id, link.joined_id)
    obstacles = obstacles_to_parting(session, link)
    if not obstacles:
        part(session, link)
        link.unlinked_at = now
    return obstacles
