"""Whether this process can serve, and what else needs somebody: one finding for each thing that can be wrong.

What this process cannot do without makes it not ready, so that a load balancer sends people elsewhere. Jobs that nobody
runs, a clock that is off and a disk that fills up are told and nothing more: taking every web process away for them would
make an outage of a nuisance. No finding holds an address, a name or a secret.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from time import monotonic

import structlog
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import IccError
from lti_tool.jobs.beats import alive
from lti_tool.training.files import FileStore

LEAST_FREE_MB = 500
MOST_CLOCK_DIFFERENCE = timedelta(seconds=30)
"""Launches and tokens are refused when clocks differ by more than a minute (Security Framework 1.1, 5.1.3)."""
FULL_MB = 20
"""With less than this nothing can be handed in any more."""
LOOK_AGAIN = 20.0
"""Seconds for which what was seen of files and disk holds: a probe may come every second."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    good: bool
    said: str
    needed: bool = True
    """Whether this process cannot serve without."""


class Readiness:
    """Looks.

    Args:
        database, files: of the installation.
        data_dir: on the disk that must not fill up.
        clock: the time.
    """

    def __init__(self, database: Database, files: FileStore, data_dir: Path, clock: Clock) -> None:
        self._database = database
        self._files = files
        self._data_dir = data_dir
        self._clock = clock
        self._places: tuple[float, Sequence[Check]] | None = None

    @cached_property
    def _revisions(self) -> tuple[str | None, frozenset[str]]:
        """The newest revision that this version knows, and those before it."""
        scripts = ScriptDirectory.from_config(self._database.alembic_config())
        head = scripts.get_current_head()
        return head, frozenset(script.revision for script in scripts.walk_revisions()) - {head}

    def look(self) -> Sequence[Check]:
        """Return what was found, the database first."""
        return [*self._of_database(), *self._of_places()]

    def _of_database(self) -> Iterator[Check]:
        try:
            # It takes no lock: on SQLite it does not wait for whoever is writing.
            with self._database.reading() as session:
                revision = session.scalar(text("SELECT version_num FROM alembic_version"))
                found = [self._schema(revision)]
                if found[0].good:
                    found += [self._jobs(session), self._time(session)]
        except SQLAlchemyError as error:
            log.warning("not_ready", what="database", error=type(error).__name__)
            yield Check("database", good=False, said="the database cannot be used")
            return
        yield Check("database", good=True, said="answers")
        yield from found

    def _schema(self, revision: str | None) -> Check:
        head, older = self._revisions
        if revision == head:
            return Check("migrations", good=True, said="up to date")
        if revision is None or revision in older:
            return Check("migrations", good=False, said="the schema is older than this version: run icc-bridge db upgrade")
        # Another process upgraded it, and each schema serves the version before too.
        return Check("migrations", good=True, said="the schema is newer than this version")

    def _jobs(self, session: Session) -> Check:
        count = alive(session, self._clock())
        said = f"{count} processes run them" if count else "no process has run any for a minute"
        return Check("jobs", good=count > 0, said=said, needed=False)

    def _time(self, session: Session) -> Check:
        if self._database.sqlite:
            return Check("clock", good=True, said="there is no other to compare with", needed=False)
        theirs: datetime = session.scalar(select(func.now())) or self._clock()
        away = abs(theirs.astimezone(UTC) - self._clock())
        said = f"{away.total_seconds():.0f} s from the database server's"
        return Check("clock", good=away <= MOST_CLOCK_DIFFERENCE, said=said, needed=False)

    def _of_places(self) -> Sequence[Check]:
        now = monotonic()
        if self._places is None or now - self._places[0] > LOOK_AGAIN:
            self._places = now, list(self._look_at_places())
        return self._places[1]

    def _look_at_places(self) -> Iterator[Check]:
        try:
            self._files.check()
        except IccError:
            yield Check("files", good=False, said="the file store cannot be used")
        else:
            yield Check("files", good=True, said="can be used")
        try:
            free = shutil.disk_usage(self._data_dir).free // 1_000_000
        except OSError:
            yield Check("disk", good=False, said="the data folder is gone")
            return
        yield Check("disk", good=free >= LEAST_FREE_MB, said=f"{free} MB free", needed=free < FULL_MB)
