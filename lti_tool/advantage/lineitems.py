"""Line items (Assignment and Grade Services 2.0, 3.2). They are never deleted: that takes a school's grades along."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lti_tool.advantage.addresses import Pages, same_origin, with_query
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused
from lti_tool.errors import BadAnswer, Invalid
from lti_tool.outgoing import Answer
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY
from lti_tool.platforms.service import PlatformInfo

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

    def create(
        self,
        platform: PlatformInfo,
        lineitems_url: str,
        *,
        label: str,
        score_maximum: int,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> LineItem:
        """Make a line item. Platforms allow duplicates: look with `find` first, after a time-out too.

        Args:
            label: shortened to what the platform takes.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        wanted = {
            "label": _shortened(label, platform.profile.item_title_max),
            "scoreMaximum": score_maximum,
            "resourceLinkId": resource_link_id,
            "resourceId": resource_id,
            "tag": tag,
        }
        body = {name: value for name, value in wanted.items() if value is not None}
        return self._write(platform, "POST", lineitems_url, body)

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

    def _write(self, platform: PlatformInfo, method: str, url: str, body: Mapping[str, Any]) -> LineItem:
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


def _shortened(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"
