"""What is known of linked accounts goes; and who else has to go with somebody who took others up."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.linking.models import AccountLink, LinkCode, LinkTries


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`)."""
    accounts = [account.id for account in leaving.accounts]
    session.execute(delete(LinkCode).where(LinkCode.account_id.in_(accounts)))
    session.execute(delete(LinkTries).where(LinkTries.account_id.in_(accounts)))
    of_person = or_(AccountLink.kept_id == leaving.person_id, AccountLink.joined_id == leaving.person_id)
    session.execute(delete(AccountLink).where(of_person))
    return ()


def taken_up(session: Session, person_id: str) -> Sequence[str]:
    """Return the people that somebody took up, and those whom these did: what waits there is the same person's."""
    found: list[str] = []
    asked = [person_id]
    while asked:
        links = select(AccountLink.joined_id).where(AccountLink.kept_id.in_(asked), AccountLink.unlinked_at.is_(None))
        asked = [one for one in session.scalars(links.order_by(AccountLink.id)) if one not in (*found, person_id)]
        found += asked
    return found
