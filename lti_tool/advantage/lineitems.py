"""Line items (Assignment and Grade Services 2.0, 3.2). They are never deleted: that takes a school's grades along."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti_tool.advantage.addresses import next_link, with_query
from lti_tool.advantage.connector import Connector
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.outgoing import Answer, origin
from lti_tool.platforms.service import PlatformInfo

SCOPE_LINEITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
MOST_PAGES = 100


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
    """Finds, makes and changes line items.

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
    ) -> list[LineItem]:
        """Return the line items of a placement's container that match all that is given.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        url: str | None = with_query(lineitems_url, resource_link_id=resource_link_id, resource_id=resource_id, tag=tag)
        found: list[LineItem] = []
        seen: set[str] = set()
        while url is not None and url not in seen and len(seen) < MOST_PAGES:
            seen.add(url)
            answer = self._get(platform, url, platform.profile.lineitem_container_media_type)
            items = answer.json()
            if not isinstance(items, list):
                raise BadAnswer(f"{origin(url)}: a container of line items is no list")
            found += [_read(item) for item in items]
            url = next_link(answer.headers, url) if platform.profile.lineitems_paging else None
        # A platform may ignore a filter that it does not know.
        return [
            item
            for item in found
            if (resource_link_id is None or item.resource_link_id == resource_link_id)
            and (resource_id is None or item.resource_id == resource_id)
            and (tag is None or item.tag == tag)
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
        """Make a line item. Platforms allow duplicates: look with `find` first.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        wanted = {
            "label": label[: platform.profile.item_title_max] or "ICC Bridge",
            "scoreMaximum": score_maximum,
            "resourceLinkId": resource_link_id,
            "resourceId": resource_id,
            "tag": tag,
        }
        body = {name: value for name, value in wanted.items() if value is not None}
        return self._send(platform, "POST", lineitems_url, body)

    def get(self, platform: PlatformInfo, lineitem_url: str) -> LineItem:
        """Return one line item.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        return _read(self._get(platform, lineitem_url, platform.profile.lineitem_media_type).json())

    def update(self, platform: PlatformInfo, item: LineItem, changes: Mapping[str, Any]) -> LineItem:
        """Change a line item and send all of it: a PUT erases the fields that it lacks (measured on Moodle).

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        return self._send(platform, "PUT", item.id, {**item.fields, **changes})

    def _get(self, platform: PlatformInfo, url: str, accept: str) -> Answer:
        return _good(self._connector.call(platform, [SCOPE_LINEITEM], "GET", url, accept=accept))

    def _send(self, platform: PlatformInfo, method: str, url: str, body: Mapping[str, Any]) -> LineItem:
        media_type = platform.profile.lineitem_media_type
        answer = self._connector.call(
            platform,
            [SCOPE_LINEITEM],
            method,
            url,
            accept=media_type,
            content_type=media_type,
            body=json.dumps(body).encode(),
        )
        return _read(_good(answer).json())


def _good(answer: Answer) -> Answer:
    if answer.status == 429 or answer.status >= 500:
        raise Unreachable(f"{origin(answer.url)} answered {answer.status}")
    if not 200 <= answer.status < 300:
        raise BadAnswer(f"{origin(answer.url)} answered {answer.status} for a line item")
    return answer


def _read(item: object) -> LineItem:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
        raise BadAnswer("a line item has no id")
    maximum = item.get("scoreMaximum", 0)
    if isinstance(maximum, bool) or not isinstance(maximum, int | float):
        raise BadAnswer("a line item's scoreMaximum is no number")

    def text(name: str) -> str | None:
        value = item.get(name)
        return None if value is None else str(value)

    return LineItem(
        id=item["id"],
        label=text("label") or "",
        score_maximum=float(maximum),
        resource_link_id=text("resourceLinkId"),
        resource_id=text("resourceId"),
        tag=text("tag"),
        fields=dict(item),
    )
