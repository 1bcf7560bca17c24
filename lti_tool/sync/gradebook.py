"""What the gradebooks hold, read before and after posts, with few requests.

A grade that somebody changed by hand is never written over, so a line item is read before a post; and Moodle answers a
post to an overridden grade with 200 and keeps the teacher's (measured), so it is read after one too. Where few ask about a
line item, one user is asked for; where three do, what everybody has is read at once and kept for a moment.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lti_tool.advantage.results import Result, ResultService
from lti_tool.clock import Clock
from lti_tool.platforms.service import PlatformInfo

KEPT = timedelta(seconds=10)
"""How long what was read counts: a grade changed by hand within it, just before our post, is seen after the post."""
EVERYBODY_FROM = 3
MOST_COLUMNS = 500

_Read = tuple[datetime, Result | None]


@dataclass
class _Column:
    """What is known of one line item."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: list[datetime] = field(default_factory=list)
    everybody_at: datetime | None = None
    held: dict[str, _Read] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    """Users for whom we posted since they were read."""


class Gradebook:
    """Reads results, and remembers them for a moment.

    Args:
        results: asks the platforms.
        clock: the time.
    """

    def __init__(self, results: ResultService, clock: Clock) -> None:
        self._results = results
        self._clock = clock
        self._columns: dict[tuple[str, str], _Column] = {}
        self._lock = threading.Lock()

    def held(
        self, platform: PlatformInfo, lineitem_url: str, user_id: str, *, crowd: int = 1, fresh: bool = False
    ) -> Result | None:
        """Return what a line item holds for one user, None when it holds nothing. Never older than our own last post.

        Call it in no transaction.

        Args:
            crowd: how many will ask about this line item now, this question among them.
            fresh: read it now, whatever was read a moment ago.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        column = self._column(platform, lineitem_url)
        with column.lock:
            now = self._clock()
            known = column.held.get(user_id)
            if not fresh and user_id not in column.written:
                if known is not None and now - known[0] < KEPT:
                    return known[1]
                if known is None and column.everybody_at is not None and now - column.everybody_at < KEPT:
                    return None
            column.asked = [*(moment for moment in column.asked if now - moment < KEPT), now]
            if len(column.asked) + crowd - 1 < EVERYBODY_FROM:
                return self._read_one(column, platform, lineitem_url, user_id, now)
            return self._read_all(column, platform, lineitem_url, now).get(user_id)

    def wrote(self, platform: PlatformInfo, lineitem_url: str, user_id: str) -> None:
        """Say that a post was made, whatever became of it: what was read of this user before counts no longer."""
        # no lock: a reading that is under way may have begun before the post, and must not count for this user
        self._column(platform, lineitem_url).written.add(user_id)

    def _read_one(
        self, column: _Column, platform: PlatformInfo, lineitem_url: str, user_id: str, now: datetime
    ) -> Result | None:
        return self._reading(column, {user_id}, lambda: {user_id: self._results.of(platform, lineitem_url, user_id)}, now)[
            user_id
        ]

    def _read_all(
        self, column: _Column, platform: PlatformInfo, lineitem_url: str, now: datetime
    ) -> dict[str, Result | None]:
        found = self._reading(column, set(column.written), lambda: dict(self._results.all(platform, lineitem_url)), now)
        column.everybody_at = now
        return found

    @staticmethod
    def _reading(
        column: _Column, settled: set[str], read: Callable[[], dict[str, Result | None]], now: datetime
    ) -> dict[str, Result | None]:
        """Read; who was posted for before the reading began is known again, who was meanwhile is not."""
        column.written -= settled
        try:
            found = read()
        except BaseException:
            column.written |= settled
            raise
        column.held.update({user: (now, result) for user, result in found.items()})
        for user in settled - set(found):
            column.held.pop(user, None)
        return found

    def _column(self, platform: PlatformInfo, lineitem_url: str) -> _Column:
        key = (platform.id, lineitem_url)
        with self._lock:
            if key not in self._columns and len(self._columns) >= MOST_COLUMNS:
                self._forget()
            return self._columns.setdefault(key, _Column())

    def _forget(self) -> None:
        """Forget the columns that nobody asks about at the moment."""
        now = self._clock()
        for key, column in list(self._columns.items()):
            if not column.written and all(now - moment >= KEPT for moment in column.asked):
                del self._columns[key]
