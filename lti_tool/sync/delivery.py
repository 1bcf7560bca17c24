"""Bringing one score to a platform: its column found or made, the post, and what the gradebook then holds.

A grade that somebody changed by hand is shown, not fought over. Moodle answers a post to an overridden grade with 200
and keeps the teacher's (measured), so a platform that lets us read results is asked what it holds.
"""

import html
import re
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import or_, select, update

from lti_tool.advantage.errors import ScopeRefused, ServiceRefused
from lti_tool.advantage.lineitems import LineItem, LineItemService, LineItemWish, SubmissionReview
from lti_tool.advantage.results import Result
from lti_tool.advantage.scores import Posted, PostResult, ScoreService, not_posted
from lti_tool.clock import Clock
from lti_tool.courses.models import Placement
from lti_tool.database import Database
from lti_tool.errors import BadAnswer, OutsideError, Unreachable
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, RESULT_READONLY, SCORE
from lti_tool.sync.codes import (
    ALREADY_THERE,
    CHANGED_IN_LMS,
    COLUMN_GONE,
    CONFLICT,
    LINE_ITEM_SOUGHT,
    NO_LINE_ITEM,
    NO_SCOPE,
    NOT_ANNOUNCED,
    PLATFORM_DISABLED,
)
from lti_tool.sync.gradebook import Gradebook
from lti_tool.sync.parcels import Parcel

BLIND_AFTER = 5
"""After so many failures a score is posted although the gradebook cannot be read: a grade must arrive."""
MOST_CONFLICTS = 10
"""After so many failures, half an hour and more, the same grade with other feedback counts as ours."""
SEEKING = timedelta(minutes=2)
"""How long one job may take to find or make a line item before another tries: longer than its calls, time-outs included."""

_TAGS = re.compile(r"<[^>]*>")


class _SoughtElsewhere(Exception):
    """Another job is looking for the line item of this placement."""


@dataclass(frozen=True)
class Delivered:
    """What became of a parcel."""

    posted: Posted
    url: str | None = None
    """The line item it went to."""
    held: Result | None = field(default=None, repr=False)
    """What the gradebook holds instead, when somebody changed it."""
    unread: bool = False
    """Whether the gradebook has to be read to know that the score is there."""


class ScoreDelivery:
    """Delivers. Nothing is called within a transaction.

    Args:
        database: to keep the address of a column that was found or made.
        scores, line_items: the Assignment and Grade Services, outward.
        gradebook: reads what platforms hold.
        review_url: where a platform's gradebook opens somebody's work: our launch URL.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        scores: ScoreService,
        line_items: LineItemService,
        gradebook: Gradebook,
        review_url: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._scores = scores
        self._line_items = line_items
        self._gradebook = gradebook
        self._review_url = review_url
        self._clock = clock

    def deliver(self, parcel: Parcel) -> Delivered:
        """Deliver one parcel; it never raises for what the platform answers."""
        if parcel.platform.status is PlatformStatus.DISABLED:
            return Delivered(Posted(PostResult.LATER, PLATFORM_DISABLED))
        if SCORE not in parcel.scopes:
            return Delivered(Posted(PostResult.REFUSED, NO_SCOPE))
        if parcel.score.score_given is None and RESULT_READONLY not in parcel.scopes:
            return Delivered(Posted(PostResult.ACCEPTED, NOT_ANNOUNCED))
        try:
            url = parcel.lineitem_url or self._column(parcel)
            held = self._before(parcel, url) if url is not None else None
            if url is not None and held is not None and not self._is_to_replace(parcel, held):
                # another process may have posted since it was read
                held = self._held(parcel, url, fresh=True)
        except OutsideError as error:
            return Delivered(not_posted(error))
        except _SoughtElsewhere:
            return Delivered(Posted(PostResult.LATER, LINE_ITEM_SOUGHT))
        if url is None:
            return Delivered(Posted(PostResult.REFUSED, NO_LINE_ITEM))
        if held is not None and held.score is not None:
            if self._is_there(parcel, held):
                return Delivered(Posted(PostResult.ACCEPTED, ALREADY_THERE), url)
            if not self._may_replace(parcel, held):
                return Delivered(Posted(PostResult.REFUSED, CHANGED_IN_LMS), url, held)
        return self._post(parcel, url)

    def read_back(self, parcel: Parcel, url: str) -> Delivered | None:
        """Read what the gradebook holds after a post: done, or changed by hand. None: it does not say (now)."""
        try:
            held = self._held(parcel, url)
        except OutsideError:
            return None
        if held is not None and held.score is not None and not held.equals(parcel.score):
            return Delivered(Posted(PostResult.REFUSED, CHANGED_IN_LMS), url, held)
        return Delivered(Posted(PostResult.ACCEPTED, ALREADY_THERE), url)

    def _post(self, parcel: Parcel, url: str) -> Delivered:
        platform = parcel.platform
        posted = self._scores.post(platform, url, parcel.user_id, parcel.score, self._clock())
        self._gradebook.wrote(platform, url, parcel.user_id)
        if posted.result is PostResult.CONFLICT:
            return self._after_conflict(parcel, url)
        if posted.code in COLUMN_GONE:
            self._forget(parcel, url)
        readable = parcel.score.score_given is not None and RESULT_READONLY in parcel.scopes
        return Delivered(posted, url, unread=readable and posted.result is PostResult.ACCEPTED)

    @staticmethod
    def _is_there(parcel: Parcel, held: Result) -> bool:
        """Whether a post would change nothing: after a crash the score may have arrived without our knowing."""
        comment = parcel.score.comment
        if parcel.score.score_given is None:
            return held.score is not None  # there is nothing to announce any more
        return held.equals(parcel.score) and (comment is None or _bare(held.comment) == _bare(comment))

    @staticmethod
    def _may_replace(parcel: Parcel, held: Result) -> bool:
        """Whether what is held is ours to replace: our own score, an older one of ours, or a trainer said so."""
        return parcel.overwrite or any(held.equals(score) for score in (*parcel.ours, parcel.score))

    def _is_to_replace(self, parcel: Parcel, held: Result) -> bool:
        """Whether a post is what has to follow."""
        return held.score is None or (self._may_replace(parcel, held) and not self._is_there(parcel, held))

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

    def _after_conflict(self, parcel: Parcel, url: str) -> Delivered:
        """409: the platform holds something at least as new. Equal is done; what is not ours is somebody's change.

        The same grade with other feedback is an older score of ours, as a rule: it is tried until the clocks allow it. A
        platform that shows feedback otherwise than it was sent gets no more than `MOST_CONFLICTS` tries.
        """
        try:
            held = self._held(parcel, url)
        except OutsideError:
            held = None
        if held is not None and held.score is not None:
            if self._is_there(parcel, held) or (held.equals(parcel.score) and parcel.fails >= MOST_CONFLICTS):
                return Delivered(Posted(PostResult.ACCEPTED, CONFLICT), url)
            if not self._may_replace(parcel, held):
                return Delivered(Posted(PostResult.REFUSED, CHANGED_IN_LMS), url, held)
        return Delivered(Posted(PostResult.LATER, CONFLICT), url)

    def _before(self, parcel: Parcel, url: str) -> Result | None:
        """What the gradebook holds before a post.

        Raises:
            Unreachable, BadAnswer: it cannot be read now, and nothing says that it never can.
        """
        try:
            return self._held(parcel, url)
        except (Unreachable, BadAnswer):
            if parcel.fails < BLIND_AFTER:
                raise
            return None

    def _held(self, parcel: Parcel, url: str, *, fresh: bool = False) -> Result | None:
        """What the gradebook holds; None when it holds nothing or does not let us see it.

        Raises:
            Unreachable, BadAnswer: it cannot be read now.
        """
        if RESULT_READONLY not in parcel.scopes:
            return None
        try:
            return self._gradebook.held(parcel.platform, url, parcel.user_id, crowd=parcel.crowd, fresh=fresh)
        except (ScopeRefused, ServiceRefused):
            return None


def _bare(comment: str | None) -> str:
    """A comment without what platforms make of it: tags, entities, and white space."""
    return " ".join(html.unescape(_TAGS.sub(" ", comment or "")).split())
