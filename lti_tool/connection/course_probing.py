"""Asking a learning environment about one course: each link's column and results, and the members. It reads only.

All of it ends after `DEADLINE`, also what somebody else is asked about the rules of completion.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final

from lti_tool.advantage.addresses import below
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.lineitems import LineItem, LineItemService
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.connection.course_facts import CourseFacts, PlacementFacts
from lti_tool.connection.questions import (
    AT_ONCE,
    DEADLINE,
    LATE,
    NOT_TRIED,
    Listening,
    Outcome,
    Tried,
    attempt,
    first_page,
    result_of,
)
from lti_tool.errors import OutsideError
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.scopes import MEMBERSHIP_READONLY, RESULT_READONLY
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.training.completion import ActivityAsked, CompletionRule, CompletionRules


@dataclass(frozen=True)
class ColumnProbed:
    """What came of one link's column in the gradebook."""

    column: Tried
    item: LineItem | None
    results: Tried
    """`count` is how many results its first page holds."""


NO_COLUMN: Final = ColumnProbed(NOT_TRIED, None, NOT_TRIED)
_NO_ROWS: Final[Sequence[object]] = ()
_LATE: Final = ColumnProbed(LATE, None, LATE)


@dataclass(frozen=True)
class CourseProbed:
    """All answers about a course."""

    columns: Mapping[str, ColumnProbed]
    """By placement."""
    roster: Tried
    rules: Mapping[str, CompletionRule]
    """By placement, as far as somebody knows."""


class CourseProber:
    """Asks.

    Args:
        settings: whether private addresses are called.
        key_ring: signs our token requests.
        platforms: knows the deployment that a token is for.
        clock: the time.
        rules: answers which activities are completed by their grade.
        deadline: seconds after which what has not answered counts as silent.
    """

    def __init__(
        self,
        settings: Settings,
        key_ring: KeyRing,
        platforms: PlatformService,
        clock: Clock,
        rules: CompletionRules,
        deadline: float = DEADLINE,
    ) -> None:
        self._settings = settings
        self._key_ring = key_ring
        self._platforms = platforms
        self._clock = clock
        self._rules = rules
        self._deadline = deadline

    def probe(self, course: CourseFacts) -> CourseProbed:
        """Ask everything and return what came. It calls outside: call it in no transaction."""
        ends = time.monotonic() + self._deadline
        outgoing = Listening(allow_private=self._settings.allow_private_platforms, clock=self._clock)
        connector = Connector(outgoing, self._key_ring, self._clock, self._platforms.only_deployment)
        pool = ThreadPoolExecutor(AT_ONCE, "course-test")
        try:
            roster = pool.submit(lambda: attempt(lambda: _roster(connector, course), _NO_ROWS)[0])
            columns = {
                one.id: pool.submit(_column, connector, course.platform, one)
                for one in course.placements
                if one.bound and one.lineitem_url is not None
            }
            rules = pool.submit(self._known, course)
            futures: list[Future[Any]] = [roster, rules, *columns.values()]
            wait(futures, timeout=max(0.0, ends - time.monotonic()))
            return CourseProbed(
                columns={one: result_of(future, _LATE) for one, future in columns.items()},
                roster=result_of(roster, LATE),
                rules=result_of(rules, {}),
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            outgoing.close()

    def _known(self, course: CourseFacts) -> Mapping[str, CompletionRule]:
        if not course.platform.profile.completes_by_grade:
            return {}
        asked = [
            ActivityAsked(one.id, course.platform.id, course.context_id, one.resource_link_id, one.whole)
            for one in course.placements
            if one.bound
        ]
        try:
            return self._rules(asked)
        except OutsideError:
            return {}


def _roster(connector: Connector, course: CourseFacts) -> tuple[Tried, Sequence[object]]:
    if course.memberships_url is None:
        return NOT_TRIED, ()
    accept = course.platform.profile.membership_accept
    return first_page(connector, course.platform, course.memberships_url, MEMBERSHIP_READONLY, accept, member="members")


def _column(connector: Connector, platform: PlatformInfo, place: PlacementFacts) -> ColumnProbed:
    """Read a link's column, and the results in it."""
    url = place.lineitem_url or ""

    def item() -> tuple[Tried, LineItem | None]:
        return Tried(Outcome.DONE, count=1), LineItemService(connector).get(platform, url)

    def results() -> tuple[Tried, Sequence[object]]:
        accept = platform.profile.result_container_media_type
        return first_page(connector, platform, below(url, "results"), RESULT_READONLY, accept)

    column, found = attempt(item, None)
    readable = RESULT_READONLY in place.scopes
    return ColumnProbed(column, found, attempt(results, _NO_ROWS)[0] if column.done and readable else NOT_TRIED)
