"""SQLite: how its connections are set up, and how its writers wait for each other.

One transaction writes at a time. SQLite itself would let the others sleep in steps that grow to 100 ms and overtake each
other. Here the connections of a process queue up, and the one whose turn it is asks again every half millisecond until
the other processes let go. The queue is a courtesy among ourselves: what keeps writers apart is SQLite's own lock, also
when a process dies while it writes, and for programs that know nothing of the queue.
"""

import sqlite3
import threading
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from lti_tool.searching import SQLITE_FUNCTION, plain

PATIENCE = 30.0
"""Seconds that a writer waits for the others before it gives up."""
ASK_EVERY = 0.0005
"""Seconds between two questions whether the other processes have let go; a launch holds the lock about 1 ms."""
_BEGIN = "BEGIN IMMEDIATE"
_NOBODY = object()


class WriterQueue:
    """Lets the connections of this process write one after the other, each as soon as the one before is done.

    Args:
        patience: seconds after which one gives up.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._has: object = _NOBODY

    def enter(self, connection: object) -> None:
        """Wait for the turn; whoever has it goes on at once.

        Raises:
            sqlite3.OperationalError: nobody let go in time.
        """
        if self._has is connection:
            return
        if not self._lock.acquire(timeout=self._patience):
            raise sqlite3.OperationalError("database is locked")
        self._has = connection

    def leave(self, connection: object) -> None:
        """Let the next one in; nothing happens if it is not this one's turn."""
        if self._has is connection:
            self._has = _NOBODY
            self._lock.release()


def engine(url: str, connections: int, patience: float = PATIENCE) -> Engine:
    """Return an engine with WAL, synchronous=FULL and foreign keys, whose transactions begin with the write lock.

    What is deleted is overwritten in the file (secure_delete).

    Args:
        url: SQLAlchemy URL.
        connections: how many are kept open; twice as many more live for a moment.
        patience: seconds after which whoever waits for a lock gives up.
    """
    made = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=2 * connections,
        connect_args={"timeout": patience, "check_same_thread": False},
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function(SQLITE_FUNCTION, 1, plain, deterministic=True)

    queue = WriterQueue(patience)

    # whatever becomes of a transaction, its connection comes back or is closed
    @event.listens_for(made, "checkin")
    @event.listens_for(made, "close")
    def _leave(connection: object, _record: object) -> None:
        queue.leave(connection)

    def begin(connection: Any) -> None:  # noqa: ANN401
        queue.enter(connection.driver_connection)
        _take_the_lock(connection.driver_connection, patience)

    # an event for it would make every statement dearer
    made.dialect.do_begin = begin  # type: ignore[method-assign,assignment]  # a hook of SQLAlchemy's
    return made


def _take_the_lock(connection: sqlite3.Connection, patience: float) -> None:
    until = time.monotonic() + patience
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute(_BEGIN)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
                time.sleep(ASK_EVERY)
            else:
                return
    finally:
        # reads still wait for what only happens when a file is opened first or closed last
        connection.execute(f"PRAGMA busy_timeout={round(patience * 1000)}")
