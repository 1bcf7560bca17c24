"""Whether anybody runs the jobs, told by rows, so that every process knows it of all machines."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.jobs.models import EngineBeat

BEAT_EVERY = 15.0
"""Seconds."""
ALIVE = timedelta(seconds=60)
"""Who said nothing for longer is taken for dead: a few beats, and a slow database."""
FORGOTTEN = timedelta(days=1)


class Beats:
    """Writes and reads signs of life.

    Args:
        database: where they are.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def beat(self, executor: str) -> None:
        """Say that this executor lives, and forget who has been silent for a day."""
        now = self._clock()
        with self._database.session() as session:
            row = session.get(EngineBeat, executor)
            if row is None:
                session.add(EngineBeat(executor=executor, seen_at=now))
            else:
                row.seen_at = now
            session.execute(delete(EngineBeat).where(EngineBeat.seen_at <= now - FORGOTTEN))

    def end(self, executor: str) -> None:
        """Say that this executor has ended."""
        with self._database.session() as session:
            session.execute(delete(EngineBeat).where(EngineBeat.executor == executor))


def alive(session: Session, now: datetime) -> int:
    """Return how many processes run jobs now."""
    return session.scalar(select(func.count()).select_from(EngineBeat).where(EngineBeat.seen_at > now - ALIVE)) or 0
