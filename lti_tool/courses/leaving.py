"""Somebody whose data are erased: who that is, and what each room offers for it.

`Forgotten` remembers that an account was erased without remembering whose it was: what a school goes on telling about
somebody (a list of members, native activities) is not written down again, until the person comes back with a launch.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, ErasedAccount, Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import among
from lti_tool.vault import Vault

_PURPOSE = "erased account"


@dataclass(frozen=True)
class LeavingAccount:
    """An account of somebody who is erased."""

    id: str
    platform_id: str
    subject: str = field(repr=False)


@dataclass(frozen=True)
class Leaving:
    """Somebody who is erased."""

    person_id: str
    at: datetime
    accounts: tuple[LeavingAccount, ...]
    by: str | None = None
    """The operator who does it; None: the person."""
    staff_id: str | None = None
    """Of the member of the staff who is signed in and does it."""


Eraser = Callable[[Session, Leaving], Sequence[str]]
"""Takes everything of somebody out of one room, in the transaction that erases; returns where bytes lie in the file store
that nobody needs any more. Calls nothing outside and tells nobody."""


def leaving(session: Session, person_id: str, at: datetime, by: str | None = None, staff_id: str | None = None) -> Leaving:
    """Return somebody as the rooms need it."""
    rows = session.execute(
        select(Account.id, Account.platform_id, Account.subject).where(Account.person_id == person_id).order_by(Account.id)
    )
    return Leaving(person_id, at, tuple(LeavingAccount(*row) for row in rows), by, staff_id)


class Forgotten:
    """Knows accounts that were erased, by a digest that leads to nobody without the secret and the account's number.

    Args:
        vault: makes the digests.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def forget(self, session: Session, leaving: Leaving) -> Sequence[str]:
        """Erase accounts, sessions and roles, and what is known of the person; the last of all rooms (an `Eraser`)."""
        for account in leaving.accounts:
            digest = self._digest(account.platform_id, account.subject)
            insert_unless_there(session, ErasedAccount, {"digest": digest, "erased_at": leaving.at})
        session.execute(delete(Account).where(Account.person_id == leaving.person_id))
        session.execute(
            update(Person)
            .where(Person.id == leaving.person_id)
            .values(certificate_name=None, certificate_name_at=None, locale=None, erased_at=leaving.at)
        )
        return ()

    def among(self, session: Session, platform_id: str, subjects: Collection[str]) -> frozenset[str]:
        """Return which of these numbers on a platform are of accounts that were erased and have not come back.

        Within a transaction that writes: what was noted under a previous secret is noted under the present one.
        """
        if session.scalar(select(ErasedAccount.digest).limit(1)) is None:
            return frozenset()
        digests = {digest: subject for subject in subjects for digest in self._accepted(platform_id, subject)}
        found = session.scalars(select(ErasedAccount.digest).where(among(ErasedAccount.digest, digests))).all()
        for digest in found:
            newest = self._digest(platform_id, digests[digest])
            if newest != digest:
                # it outlives the secret that it was made with
                session.execute(update(ErasedAccount).where(ErasedAccount.digest == digest).values(digest=newest))
        return frozenset(digests[digest] for digest in found)

    def back(self, session: Session, platform_id: str, subject: str) -> None:
        """Somebody comes (back) with a launch: what the school tells counts again."""
        digests = self._accepted(platform_id, subject)
        session.execute(delete(ErasedAccount).where(ErasedAccount.digest.in_(digests)))

    def _digest(self, platform_id: str, subject: str) -> str:
        return self._vault.mac(_PURPOSE, f"{platform_id}\n{subject}")

    def _accepted(self, platform_id: str, subject: str) -> tuple[str, ...]:
        return self._vault.accepted_macs(_PURPOSE, f"{platform_id}\n{subject}")
