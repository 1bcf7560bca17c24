"""Counting the outbox for operators: what waits, since when, and what became of what was sent; nobody is named.

Counts are kept in the database, in the transaction that records what they count: a worker answers no requests, and all
processes together make one number.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.advantage.scores import Posted, PostResult
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.platforms.models import Platform
from lti_tool.sync.codes import ALREADY_THERE, CHANGED_IN_LMS, NOT_ANNOUNCED
from lti_tool.sync.models import ScoreCount, ScoreOutbox


class Came(StrEnum):
    """What sending a score came to."""

    ACCEPTED = "accepted"
    """The platform took it."""
    THERE = "there"
    """Nothing was posted: the platform held it already, or had nothing to be told."""
    CHANGED = "changed"
    """Somebody had changed the grade by hand; a score that was accepted and then found changed counts as both."""
    REFUSED = "refused"
    """The platform will not take it as it is."""
    LATER = "later"
    """It did not get through now, and is tried again."""


@dataclass(frozen=True)
class PlatformCounts:
    """What the outbox holds for one platform, and what became of everything that was sent."""

    platform_id: str
    waiting: int = 0
    refused: int = 0
    arrived: int = 0
    oldest_waiting: timedelta = timedelta(0)
    """For how long the waiting score has waited whose outcome changed first."""
    came: dict[Came, int] = field(default_factory=dict)


def came_of(posted: Posted) -> Came:
    """Return what a delivery came to."""
    if posted.result is PostResult.ACCEPTED:
        return Came.THERE if posted.code in (ALREADY_THERE, NOT_ANNOUNCED) else Came.ACCEPTED
    if posted.result is PostResult.REFUSED:
        return Came.CHANGED if posted.code == CHANGED_IN_LMS else Came.REFUSED
    return Came.LATER


def add(session: Session, outcomes: Iterable[tuple[str, Came]]) -> None:
    """Count what became of scores, in the transaction that records it: as its last step, for others wait for it.

    Args:
        outcomes: the platform's id and what it came to.
    """
    session.flush()
    statement = _more(session.get_bind().dialect.name)
    # in one order, so that no two wait in a ring
    for (platform_id, came), count in sorted(Counter(outcomes).items()):
        session.connection().execute(statement, {"platform_id": platform_id, "result": came.value, "count": count})


class OutboxCounts:
    """Reads the counts.

    Args:
        database: where they are.
        clock: the time, to tell how long the oldest waits.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self) -> Sequence[PlatformCounts]:
        """Return the counts of all platforms, also of those that have none yet.

        Raises:
            SQLAlchemyError: the database cannot be used.
        """
        with self._database.reading() as session:
            rows = {row.platform_id: row for row in session.execute(_HELD)}
            came: dict[str, dict[Came, int]] = {}
            for one in session.scalars(select(ScoreCount)):
                came.setdefault(one.platform_id, {})[Came(one.result)] = one.count
            ids = session.scalars(select(Platform.id).order_by(Platform.id)).all()
        return [self._counts(platform_id, rows.get(platform_id), came.get(platform_id, {})) for platform_id in ids]

    def _counts(self, platform_id: str, row: Any, came: dict[Came, int]) -> PlatformCounts:  # noqa: ANN401  # SQLAlchemy's row
        if row is None:
            return PlatformCounts(platform_id, came=came)
        waited = self._clock() - row.since if row.since is not None else timedelta(0)
        oldest = max(waited, timedelta(0))
        return PlatformCounts(platform_id, row.waiting, row.refused, row.arrived, oldest, came)


_HELD = select(
    ScoreOutbox.platform_id,
    func.count().filter(ScoreOutbox.dirty.is_(True)).label("waiting"),
    func.count().filter(ScoreOutbox.refused.is_(True)).label("refused"),
    func.count().filter(and_(ScoreOutbox.dirty.is_(False), ScoreOutbox.refused.is_(False))).label("arrived"),
    func.min(ScoreOutbox.changed_at).filter(ScoreOutbox.dirty.is_(True)).label("since"),
).group_by(ScoreOutbox.platform_id)


@cache
def _more(dialect: str) -> Executable:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(ScoreCount)
    return statement.on_conflict_do_update(
        index_elements=[ScoreCount.platform_id, ScoreCount.result],
        set_={"count": ScoreCount.count + statement.excluded.count},
    )
