"""What is over its term goes, once a day: some rows a transaction, so that nobody waits long.

One process does it at a time: a row holds the lease and says when it was done last. What was begun and not finished, because
the process died, is begun again when the lease is over; doing it twice changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, String, delete, func, select, tuple_
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.privacy.erasing import ErasingService
from lti_tool.privacy.models import RetentionRun
from lti_tool.privacy.terms import SETTINGS, TERMS, Term, before_of, gone_people, resting_work
from lti_tool.training.leaving import submissions_of
from lti_tool.training.models import Enrolment, SubmissionVersion, WorkFile

LOOK_EVERY = 3600.0
EVERY = timedelta(days=1)
LEASE = timedelta(hours=1)
_AT_ONCE = 500
_PEOPLE_AT_ONCE = 20
_RUN = "retention"

WorkEraser = Callable[[Session, Select[str]], Sequence[str]]
"""Takes the content out of the work of enrolments in one room; returns where bytes lie that nobody needs any more."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Over:
    """How much of a kind is over its term."""

    key: str
    setting: str
    keeps: int
    """The value of the setting."""
    rows: int
    size: int
    """In bytes: texts as characters, files as they are."""


class RetentionService:
    """Tells what is over its term, and removes it.

    Args:
        settings: the terms.
        database: short transactions.
        clock: the time.
        erasing: erases people, and removes files.
        rooms: what each room offers for work that is over its term, in this order.
    """

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, erasing: ErasingService, rooms: Sequence[WorkEraser]
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._erasing = erasing
        self._rooms = tuple(rooms)

    def over(self) -> Sequence[Over]:
        """Return for each kind how much is over its term; nothing changes."""
        with self._database.reading() as session:
            counted = {term.key: self._counted(session, term) for term in TERMS}
            counted |= {"work": self._work(session), "people": self._people(session)}
        return [
            Over(key, f"ICC_{setting.upper()}", getattr(self._settings, setting), *counted[key])
            for key, setting in SETTINGS.items()
        ]

    def run_if_due(self) -> None:
        """Remove what is over its term, unless that was done today or another process does it."""
        if self._take():
            self.run()
            with self._database.session() as session:
                row = session.get_one(RetentionRun, _RUN, with_for_update=True)
                row.done_at, row.claimed_until = self._clock(), None

    def run(self) -> None:
        """Remove what is over its term."""
        for term in TERMS:
            before = self._before(term.setting)
            if before is not None:
                self._remove(term, before)
        self._empty_work()
        self._erase_people()
        self._database.settle()

    def _take(self) -> bool:
        now = self._clock()
        with self._database.session() as session:
            insert_unless_there(session, RetentionRun, {"name": _RUN})
            row = session.get_one(RetentionRun, _RUN, with_for_update=True)
            if row.claimed_until is not None and row.claimed_until > now:
                return False
            if row.done_at is not None and now - row.done_at < EVERY:
                return False
            row.claimed_until = now + LEASE
            return True

    def _before(self, setting: str) -> datetime | None:
        return before_of(setting, self._settings, self._clock())

    def _counted(self, session: Session, term: Term) -> tuple[int, int]:
        before = self._before(term.setting)
        if before is None:
            return 0, 0
        columns: Any = term.model.__table__.columns
        size = sum((func.coalesce(func.length(column), 0) for column in columns if isinstance(column.type, String)), start=0)
        rows, found = session.execute(select(func.count(), func.sum(size)).where(term.over(before))).one()
        return rows, int(found or 0)

    def _work(self, session: Session) -> tuple[int, int]:
        before = self._before("keep_work_months")
        if before is None:
            return 0, 0
        own = submissions_of(resting_work(before))
        text = func.length(SubmissionVersion.text) + func.length(SubmissionVersion.html)
        versions = session.execute(
            select(func.count(), func.sum(text)).where(SubmissionVersion.submission_id.in_(own))
        ).one()
        files = session.execute(select(func.count(), func.sum(WorkFile.size)).where(WorkFile.submission_id.in_(own))).one()
        return versions[0] + files[0], int(versions[1] or 0) + int(files[1] or 0)

    def _people(self, session: Session) -> tuple[int, int]:
        before = self._before("keep_people_months")
        if before is None:
            return 0, 0
        people = gone_people(before).subquery()
        return session.scalar(select(func.count()).select_from(people)) or 0, 0

    def _remove(self, term: Term, before: datetime) -> None:
        table: Any = term.model.__table__
        keys = list(table.primary_key.columns)
        some = select(*keys).where(term.over(before)).limit(_AT_ONCE)
        gone = 0
        while True:
            with self._database.session() as session:
                rows = session.execute(some).all()
                if rows:
                    session.execute(delete(table).where(tuple_(*keys).in_([tuple(row) for row in rows])))
            gone += len(rows)
            if len(rows) < _AT_ONCE:
                break
        if gone:
            log.info("privacy.over", kind=term.key, rows=gone)

    def _empty_work(self) -> None:
        before = self._before("keep_work_months")
        if before is None:
            return
        while True:
            with self._database.session() as session:
                some = session.scalars(resting_work(before).order_by(Enrolment.id).limit(_PEOPLE_AT_ONCE)).all()
                enrolments = select(Enrolment.id).where(Enrolment.id.in_(some))
                paths = [path for room in self._rooms for path in room(session, enrolments)] if some else []
                self._erasing.note_files(session, paths)
            if not some:
                return
            self._erasing.remove(paths)
            log.info("privacy.over", kind="work", rows=len(some))

    def _erase_people(self) -> None:
        before = self._before("keep_people_months")
        if before is None:
            return
        while True:
            with self._database.reading() as session:
                some = session.scalars(gone_people(before).limit(_PEOPLE_AT_ONCE)).all()
            for person_id in some:
                self._erasing.erase(person_id)
            if len(some) < _PEOPLE_AT_ONCE:
                return
