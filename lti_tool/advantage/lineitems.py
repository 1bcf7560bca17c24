"""Line items (Assignment and Grade Services 2.0, 3.2). They are never deleted: that takes a school's grades along.

Making one twice makes two: POST is not idempotent, and platforms allow duplicates. So one is looked for first, and when
there are several of a link everybody comes to the same one (`preferred`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lti_tool.advantage.addresses import Pages, same_origin, with_query
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector, Method
from lti_tool.advantage.errors import ScopeRefused
from lti_tool.errors import BadAnswer, Invalid
from lti_tool.outgoing import Answer
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import ActivityProgress

MOST_PAGES = 100
_FIXED = frozenset({"id", "resourceLinkId", "ltiLinkId"})


@dataclass(frozen=True)
class LineItem:
    """A line item; `id` is its address. `fields` is all of it as the platform sent it."""

    id: str
    label: str
    score_maximum: float
    resource_link_id: str | None
    resource_id: str | None
    tag: str | None
    fields: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class SubmissionReview:
    """How a platform's gradebook opens somebody's work (AGS 2.0, 3.2.10): with which message, for every state of it.

    Work that was not handed in yet is announced too: scores are sent once work is accepted, so the platform does not
    know when there is something to see, and the page says so.
    """

    url: str
    label: str
    custom: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as the member `submissionReview` of a line item."""
        return {
            "reviewableStatus": [progress.value for progress in ActivityProgress],
            "label": self.label,
            "url": self.url,
            "custom": dict(self.custom),
        }


@dataclass(frozen=True)
class LineItemWish:
    """The line item that a link should have; `label` is shortened to what the platform takes.

    Raises:
        Invalid: the maximum is not a whole number of at least 1.
    """

    label: str
    score_maximum: int
    resource_link_id: str | None = None
    resource_id: str | None = None
    tag: str | None = None
    review: SubmissionReview | None = None

    def __post_init__(self) -> None:
        if type(self.score_maximum) is not int or self.score_maximum < 1:
            raise Invalid("scoreMaximum: expected a whole number of at least 1")

    def to_json(self, label_max: int) -> dict[str, Any]:
        """Return it as a line item; `label_max` is how many characters the platform takes."""
        wanted = {
            "label": shortened(self.label, label_max),
            "scoreMaximum": self.score_maximum,
            "resourceLinkId": self.resource_link_id,
            "resourceId": self.resource_id,
            "tag": self.tag,
            "submissionReview": self.review.to_json() if self.review else None,
        }
        return {name: value for name, value in wanted.items() if value is not None}


class LineItemService:
    """Finds, makes and changes line items. Call it in no transaction.

    Args:
        connector: makes the calls.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def find(
        self,
        platform: PlatformInfo,
        lineitems_url: str,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> Sequence[LineItem]:
        """Return the line items of a placement's container that match all that is given.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        profile = platform.profile
        first = with_query(lineitems_url, resource_link_id=resource_link_id, resource_id=resource_id, tag=tag)
        pages = Pages(first, most=MOST_PAGES, paging=profile.lineitems_paging)
        found: list[LineItem] = []
        for url in pages:
            answer = self._read(platform, url, profile.lineitem_container_media_type)
            items = answer.json()
            if not isinstance(items, list):
                raise BadAnswer("a container of line items is no list")
            found += [_line_item(item, url) for item in items]
            pages.turn(answer.headers, url)
        wanted = {"resource_link_id": resource_link_id, "resource_id": resource_id, "tag": tag}
        # a platform may ignore a filter that it does not know
        return [
            item for item in found if all(value is None or getattr(item, name) == value for name, value in wanted.items())
        ]

    def find_own(self, platform: PlatformInfo, lineitems_url: str, wish: LineItemWish) -> LineItem | None:
        """Return the line item of a wish's link; else one of its resource that no link has; never another link's.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        own: Sequence[LineItem] = ()
        if wish.resource_link_id is not None:
            own = self.find(platform, lineitems_url, resource_link_id=wish.resource_link_id)
        if not own and wish.resource_id is not None:
            named = self.find(platform, lineitems_url, resource_id=wish.resource_id)
            own = [item for item in named if item.resource_link_id is None]
        return preferred(own, wish.resource_id) if own else None

    def find_or_create(self, platform: PlatformInfo, lineitems_url: str, wish: LineItemWish) -> LineItem:
        """Return the line item of a wish's link, and make one only when there is none.

        Whoever makes one looks again: of two made at the same moment both makers take the same.

        Raises:
            OutsideError: the platform does not answer as it should. Perhaps it made the item; asking again finds it.
        """
        found = self.find_own(platform, lineitems_url, wish)
        if found is not None:
            return found
        made = self.create(platform, lineitems_url, wish)
        return self.find_own(platform, lineitems_url, wish) or made

    def create(self, platform: PlatformInfo, lineitems_url: str, wish: LineItemWish) -> LineItem:
        """Make a line item, whatever there is already: see `find_or_create`.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        return self._write(platform, "POST", lineitems_url, wish.to_json(platform.profile.item_title_max))

    def get(self, platform: PlatformInfo, lineitem_url: str) -> LineItem:
        """Return one line item.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        answer = self._read(platform, lineitem_url, platform.profile.lineitem_media_type)
        return _line_item(answer.json(), lineitem_url)

    def update(self, platform: PlatformInfo, lineitem_url: str, changes: Mapping[str, Any]) -> LineItem:
        """Change a line item and send all of it: a PUT erases the fields that it lacks (measured on Moodle).

        Args:
            changes: by the names of the specification: label, scoreMaximum, resourceId, tag …

        Raises:
            Invalid: a field that may not change.
            OutsideError: the platform does not answer as it should.
        """
        if _FIXED & set(changes):
            raise Invalid("the id and the link of a line item do not change")
        present = self.get(platform, lineitem_url)
        return self._write(platform, "PUT", lineitem_url, {**present.fields, **changes})

    def _read(self, platform: PlatformInfo, url: str, accept: str) -> Answer:
        try:
            answer = self._connector.call(platform, [LINEITEM_READONLY], "GET", url, accept=accept)
        except ScopeRefused:  # reading is part of the wider scope, and a platform may grant that one alone
            answer = self._connector.call(platform, [LINEITEM], "GET", url, accept=accept)
        return expect_done(answer, platform.profile, self._connector.clock())

    def _write(self, platform: PlatformInfo, method: Method, url: str, body: Mapping[str, Any]) -> LineItem:
        media_type = platform.profile.lineitem_media_type
        answer = self._connector.call(
            platform,
            [LINEITEM],
            method,
            url,
            accept=media_type,
            content_type=media_type,
            body=json.dumps(body, ensure_ascii=False, allow_nan=False).encode(),
        )
        return _line_item(expect_done(answer, platform.profile, self._connector.clock()).json(), url)


def preferred(items: Sequence[LineItem], resource_id: str | None) -> LineItem:
    """Return the one of several line items of a link that is used: our resource's, and of those the oldest by its number."""
    return min(items, key=lambda item: (item.resource_id != resource_id, len(item.id), item.id))


def _line_item(item: object, url: str) -> LineItem:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
        raise BadAnswer("a line item has no id")
    maximum = item.get("scoreMaximum", 0)
    if isinstance(maximum, bool) or not isinstance(maximum, int | float):
        raise BadAnswer("a line item's scoreMaximum is no number")

    def text(name: str) -> str | None:
        value = item.get(name)
        return str(value) if isinstance(value, str | int) else None

    return LineItem(
        id=same_origin(item["id"], url),
        label=text("label") or "",
        score_maximum=float(maximum),
        resource_link_id=text("resourceLinkId"),
        resource_id=text("resourceId"),
        tag=text("tag"),
        fields=dict(item),
    )


def shortened(text: str, longest: int) -> str:
    """Return a label or title of at most `longest` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
