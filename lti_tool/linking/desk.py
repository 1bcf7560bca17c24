"""Links as the issuer sees them, and their end by the issuer. Joining stays with the two accounts, who both consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.models import Account
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.linking.ending import end
from lti_tool.linking.errors import CannotPart
from lti_tool.linking.models import AccountLink
from lti_tool.linking.obstacles import Obstacle, obstacles_to_parting
from lti_tool.platforms.models import Platform
from lti_tool.signin.members import COMMAND_LINE


@dataclass(frozen=True)
class LinkedAccount:
    """An account with which two people were linked."""

    id: str
    platform: str


@dataclass(frozen=True)
class Link:
    """A link, with where it came from."""

    id: str
    kept_id: str
    """Who went on."""
    joined_id: str
    """Who was taken up."""
    linked_at: datetime
    unlinked_at: datetime | None
    code_id: str | None
    """Of the code, as the audit trail has it; None: from before this was kept."""
    giver: LinkedAccount | None
    """In which the code was made."""
    taker: LinkedAccount | None
    """In which it was typed over."""
    obstacles: Sequence[Obstacle]
    """Why it cannot be taken apart now."""

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {
            "id": self.id,
            "linked": self.linked_at,
            "unlinked": self.unlinked_at,
            "kept": self.kept_id,
            "joined": self.joined_id,
            "code": self.code_id,
            "made_in": self.giver and f"{self.giver.platform} ({self.giver.id})",
            "typed_in": self.taker and f"{self.taker.platform} ({self.taker.id})",
            "in_the_way": [one.value for one in self.obstacles],
        }


class LinkDesk:
    """Reads and ends links for the issuer.

    Args:
        database: its own short transactions.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, person_id: str) -> Sequence[Link]:
        """Return the links that somebody went on or was taken up by, also those that ended; the newest first."""
        own = or_(AccountLink.kept_id == person_id, AccountLink.joined_id == person_id)
        newest_first = AccountLink.linked_at.desc(), AccountLink.id
        with self._database.reading() as session:
            links = session.scalars(select(AccountLink).where(own).order_by(*newest_first)).all()
            accounts = _accounts(session, links)
            return [_link(session, link, accounts) for link in links]

    def show(self, link_id: str) -> Link:
        """Return one link. Raises NotFound."""
        with self._database.reading() as session:
            link = session.get(AccountLink, link_id)
            if link is None:
                raise NotFound(f"no link {link_id!r}")
            return _link(session, link, _accounts(session, [link]))

    def unlink(self, link_id: str, *, staff_id: str = COMMAND_LINE) -> None:
        """Take a link apart, as its own accounts can; it stands in the audit trail. Once it is apart nothing changes.

        Args:
            staff_id: of the member of the staff who is signed in.

        Raises:
            NotFound: there is no such link.
            CannotPart: something is in the way.
        """
        with self._database.session() as session:
            link = session.get(AccountLink, link_id, with_for_update=True, populate_existing=True)
            if link is None:
                raise NotFound(f"no link {link_id!r}")
            if link.unlinked_at is not None:
                return
            obstacles = end(session, link, self._clock())
            if obstacles:
                raise CannotPart(obstacles[0])
            note_done(session, self._clock(), staff_id, "linking.unlink", link.id)


def _accounts(session: Session, links: Sequence[AccountLink]) -> dict[str, LinkedAccount]:
    ids = {one for link in links for one in (link.giver_id, link.taker_id) if one is not None}
    query = select(Account.id, Platform.name).join(Platform, Platform.id == Account.platform_id).where(Account.id.in_(ids))
    return {account_id: LinkedAccount(account_id, platform) for account_id, platform in session.execute(query)}


def _link(session: Session, link: AccountLink, accounts: dict[str, LinkedAccount]) -> Link:
    return Link(
        id=link.id,
        kept_id=link.kept_id,
        joined_id=link.joined_id,
        linked_at=link.linked_at,
        unlinked_at=link.unlinked_at,
        code_id=link.code_id,
        giver=accounts.get(link.giver_id or ""),
        taker=accounts.get(link.taker_id or ""),
        obstacles=() if link.unlinked_at is not None else obstacles_to_parting(session, link),
    )
