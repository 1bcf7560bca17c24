"""Bringing one score to a platform: its column found or made, the post, and what the gradebook then holds.

A grade that somebody changed by hand is shown, not fought over. Moodle answers a post to an overridden grade with 200
and keeps the teacher's (measured), so a platform that lets us read results is asked what it holds.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from lti_tool.advantage.connector import TokenRefused
from lti_tool.advantage.errors import ScopeRefused, ServiceRefused
from lti_tool.advantage.lineitems import LineItem, LineItemService, LineItemWish, SubmissionReview
from lti_tool.advantage.results import Result, ResultService
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.clock import Clock
from lti_tool.courses.models import Placement
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, OutsideError, Unreachable
from lti_tool.outgoing import TimedOut
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, RESULT_READONLY, SCORE
from lti_tool.platforms.service import PlatformInfo
from lti_tool.sync.codes import (
    CHANGED_IN_LMS,
    COLUMN_GONE,
    CONFLICT,
    LINE_ITEM_SOUGHT,
    NO_LINE_ITEM,
    NO_SCOPE,
    PLATFORM_DISABLED,
)
from mappings.scores import Score

CONFLICTS_UNTIL_CHANGED = 3
SEEKING = timedelta(minutes=2)
"""How long one job may take to find or make a line item before another tries: longer than its calls, time-outs included."""


class _SoughtElsewhere(Exception):
    """Another job is looking for the line item of this placement."""


@dataclass(frozen=True)
class Parcel:
    """What one job delivers: everything it needs, read in one transaction."""

    row_id: str
    number: int
    version: int
    platform: PlatformInfo
    placement_id: str
    resource_link_id: str
    resource_id: str
    tag: str
    title: str
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: frozenset[str]
    user_id: str = field(repr=False)
    score: Score = field(repr=False)
    stamp: datetime
    conflicts: int
    """How often in a row the platform has answered 409."""


class ScoreDelivery:
    """Delivers. Nothing is called within a transaction.

    Args:
        database: to keep the address of a column that was found or made.
        scores, line_items, results: the Assignment and Grade Services, outward.
        review_url: where a platform's gradebook opens somebody's work: our launch URL.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        scores: ScoreService,
        line_items: LineItemService,
        results: ResultService,
        review_url: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._scores = scores
        self._line_items = line_items
        self._results = results
        self._review_url = review_url
        self._clock = clock

    def deliver(self, parcel: Parcel) -> Posted:
        """Deliver one parcel; it never raises for what the platform answers."""
        if parcel.platform.status is PlatformStatus.DISABLED:
            return Posted(PostResult.LATER, PLATFORM_DISABLED)
        if SCORE not in parcel.scopes:
            return Posted(PostResult.REFUSED, NO_SCOPE)
        try:
            url = parcel.lineitem_url or self._column(parcel)
        except OutsideError as error:
            return _trouble(error)
        except _SoughtElsewhere:
            return Posted(PostResult.LATER, LINE_ITEM_SOUGHT)
        if url is None:
            return Posted(PostResult.REFUSED, NO_LINE_ITEM)
        posted = self._scores.post(parcel.platform, url, parcel.user_id, parcel.score, parcel.stamp)
        if posted.result is PostResult.ACCEPTED:
            return self._after_acceptance(parcel, url, posted)
        if posted.result is PostResult.CONFLICT:
            return self._after_conflict(parcel, url)
        if posted.code in COLUMN_GONE:
            self._forget(parcel, url)
        return posted

    def _column(self, parcel: Parcel) -> str | None:
        """Find the line item of this very link, or make one; keep its address with the placement.

        Raises:
            _SoughtElsewhere: another job does just that: two that make one at the same moment make two.
        """
        if parcel.lineitems_url is None or parcel.scopes.isdisjoint((LINEITEM, LINEITEM_READONLY)):
            return None
        if not self._begin(parcel):
            known = self._known(parcel)
            if known is None:
                raise _SoughtElsewhere
            return known
        try:
            item = self._find_or_create(parcel, parcel.lineitems_url)
        except BaseException:
            self._keep(parcel, None)
            raise
        self._keep(parcel, item.id if item else None)
        return self._known(parcel)

    def _find_or_create(self, parcel: Parcel, lineitems_url: str) -> LineItem | None:
        wish = LineItemWish(
            label=parcel.title or "ICC Bridge",
            score_maximum=parcel.score.score_maximum,
            resource_link_id=parcel.resource_link_id,
            resource_id=parcel.resource_id,
            tag=parcel.tag,
            review=SubmissionReview(self._review_url, parcel.title or "ICC Bridge"),
        )
        if LINEITEM in parcel.scopes:
            return self._line_items.find_or_create(parcel.platform, lineitems_url, wish)
        return self._line_items.find_own(parcel.platform, lineitems_url, wish)

    def _begin(self, parcel: Parcel) -> bool:
        """Say that this job looks for the line item; return whether no other one does, and none is known."""
        now = self._clock()
        with self._database.session() as session:
            begun = session.scalar(
                update(Placement)
                .where(
                    Placement.id == parcel.placement_id,
                    Placement.lineitem_url.is_(None),
                    or_(Placement.lineitem_sought_until.is_(None), Placement.lineitem_sought_until <= now),
                )
                .values(lineitem_sought_until=now + SEEKING)
                .returning(Placement.id)
            )
        return begun is not None

    def _keep(self, parcel: Parcel, url: str | None) -> None:
        """Keep what was found, unless a launch brought one meanwhile, and let others look again."""
        placement = update(Placement).where(Placement.id == parcel.placement_id)
        with self._database.session() as session:
            session.execute(placement.values(lineitem_sought_until=None))
            if url is not None:
                session.execute(placement.where(Placement.lineitem_url.is_(None)).values(lineitem_url=url))

    def _known(self, parcel: Parcel) -> str | None:
        with self._database.session() as session:
            return session.scalar(select(Placement.lineitem_url).where(Placement.id == parcel.placement_id))

    def _forget(self, parcel: Parcel, url: str) -> None:
        """Forget a line item that is not there any more: the next launch says which one is, or a new one is made."""
        with self._database.session() as session:
            session.execute(
                update(Placement)
                .where(Placement.id == parcel.placement_id, Placement.lineitem_url == url)
                .values(lineitem_url=None)
            )

    def _after_acceptance(self, parcel: Parcel, url: str, posted: Posted) -> Posted:
        held = self._held(parcel, url)
        if held is not None and held.score is not None and not held.equals(parcel.score):
            return Posted(PostResult.REFUSED, CHANGED_IN_LMS)
        return posted

    def _after_conflict(self, parcel: Parcel, url: str) -> Posted:
        """409: the platform holds something at least as new. Equal is done; different is somebody's change."""
        held = self._held(parcel, url)
        if held is not None and held.score is not None:
            if held.equals(parcel.score):
                return Posted(PostResult.ACCEPTED, CONFLICT)
            if parcel.conflicts + 1 >= CONFLICTS_UNTIL_CHANGED:
                return Posted(PostResult.REFUSED, CHANGED_IN_LMS)
        return Posted(PostResult.LATER, CONFLICT)

    def _held(self, parcel: Parcel, url: str) -> Result | None:
        """What the gradebook holds; None when it holds nothing or does not let us see it."""
        if RESULT_READONLY not in parcel.scopes:
            return None
        try:
            return self._results.of(parcel.platform, url, parcel.user_id)
        except OutsideError:
            return None


def _trouble(error: OutsideError) -> Posted:
    """What it means for a score that its column cannot be had."""
    if isinstance(error, AddressRefused):
        return Posted(PostResult.REFUSED, "address")
    if isinstance(error, ScopeRefused):
        return Posted(PostResult.REFUSED, NO_SCOPE)
    if isinstance(error, ServiceRefused):
        return Posted(PostResult.REFUSED, f"refused-{error.http_status}")
    if isinstance(error, TokenRefused):
        return Posted(PostResult.LATER, f"token-{error.reason}"[:50])
    if isinstance(error, Unreachable):
        return Posted(PostResult.LATER, "timeout" if isinstance(error, TimedOut) else "unreachable", error.retry_after)
    return Posted(PostResult.LATER, "bad-answer")
