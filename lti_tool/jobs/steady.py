"""Transactions that outlive a restart of the database: what a platform has answered must not be forgotten for it."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from lti_tool.database import Database

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two tries: half a minute in all, in which PostgreSQL is back after a crash."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Steady:
    """Makes transactions, again when the connection was lost.

    Args:
        database: whose.
        sleep: waits so many seconds.
    """

    def __init__(self, database: Database, sleep: Callable[[float], object] = time.sleep) -> None:
        self._database = database
        self._sleep = sleep

    def run(self, work: Callable[[Session], T]) -> T:
        """Do work in a transaction and return what it returns.

        Args:
            work: may be done twice although the first time was committed: the answer to a commit may be lost.

        Raises:
            DBAPIError: the database did not come back in time, or it is something else.
        """
        for pause in PAUSES:
            try:
                return self._once(work)
            except DBAPIError as error:
                if not _is_connection(error):
                    raise
                log.warning("database.away", error=type(error).__name__)
                self._sleep(pause)
        return self._once(work)

    def _once(self, work: Callable[[Session], T]) -> T:
        with self._database.session() as session:
            return work(session)


def _is_connection(error: DBAPIError) -> bool:
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
