"""Erasing somebody from everything: each room takes out its part, in one transaction; then the bytes of files go.

A row per file is written with the erasure, so that a process that dies in between leaves no file behind: a sweeper removes
what is left. Erasing again changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.leaving import Eraser, Leaving, leaving
from lti_tool.courses.models import Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.privacy.models import FileToRemove
from lti_tool.training.files import FileStore

SWEEP_EVERY = 3600.0
_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Erased:
    """What an erasure came to."""

    accounts: int
    files: int
    already: bool
    """The person had been erased before; nothing changed."""


class ErasingService:
    """Erases people.

    Args:
        database: one transaction an erasure; none is open while files are removed.
        clock: the time.
        store: where the bytes of files lie.
        erasers: what each room offers, in this order; the room that knows the accounts comes last.
        also: who turned out to be the same person, and still holds a part of what is theirs.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: FileStore,
        erasers: Sequence[Eraser],
        also: Callable[[Session, str], Sequence[str]] = lambda _session, _person_id: (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._erasers = tuple(erasers)
        self._also = also

    def erase(self, person_id: str, by: str | None = None, *, staff_id: str | None = None) -> Erased:
        """Erase somebody, with all accounts.

        Args:
            by: the operator who does it, for the file of the certificates; None: the person.
            staff_id: of the member of the staff who is signed in and does it.

        Raises:
            NotFound: there is nobody with this id.
        """
        with self._database.session() as session:
            erased, paths = self.erase_in(session, person_id, by, staff_id=staff_id)
        if erased.already:
            return erased
        self.remove(paths)
        self._database.settle()
        log.info("privacy.erased", accounts=erased.accounts, files=erased.files)
        return erased

    def erase_in(
        self, session: Session, person_id: str, by: str | None = None, *, staff_id: str | None = None
    ) -> tuple[Erased, Sequence[str]]:
        """Erase somebody within the caller's transaction, see `erase`; return also the bytes to `remove` after it."""
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound("no such person")
        if person.erased_at is not None:
            return Erased(0, 0, already=True), ()
        now, others = self._clock(), self._also(session, person_id)
        paths: list[str] = []
        accounts = 0
        for one in (*others, person_id):
            found, count = self._erase(session, leaving(session, one, now, by, staff_id))
            paths += found
            accounts += count
        if staff_id is not None:
            note_done(session, now, staff_id, "people.erase", person_id)
        return Erased(accounts, len(paths), already=False), paths

    def sweep(self) -> None:
        """Remove the files that an erasure left behind."""
        while True:
            with self._database.reading() as session:
                paths = session.scalars(select(FileToRemove.path).order_by(FileToRemove.path).limit(_AT_ONCE)).all()
            if self.remove(paths) < _AT_ONCE:
                return

    def _erase(self, session: Session, somebody: Leaving) -> tuple[Sequence[str], int]:
        paths = sorted({path for eraser in self._erasers for path in eraser(session, somebody)})
        self.note_files(session, paths)
        return paths, len(somebody.accounts)

    def note_files(self, session: Session, paths: Sequence[str]) -> None:
        """Note bytes that nobody needs any more, in the transaction that let go of them."""
        for path in paths:
            insert_unless_there(session, FileToRemove, {"path": path, "since": self._clock()})

    def remove(self, paths: Sequence[str]) -> int:
        """Remove bytes that were noted; return of how many that worked. What stays is tried again by `sweep`."""
        gone = [path for path in paths if self._store.discard(path)]
        if gone:
            with self._database.session() as session:
                session.execute(delete(FileToRemove).where(FileToRemove.path.in_(gone)))
        return len(gone)
