"""Members of a course (Names and Role Provisioning Services 2.0)."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lti_tool.advantage.addresses import next_link, with_query
from lti_tool.advantage.connector import Connector
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.outgoing import origin
from lti_tool.platforms.service import PlatformInfo

SCOPE_MEMBERSHIP = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
PAGE = 100
MOST_PAGES = 200


@dataclass(frozen=True)
class Member:
    """One member as the platform lists it; only active ones are returned."""

    subject: str
    roles: Sequence[str]
    name: str | None = field(repr=False)


class MembershipService:
    """Reads memberships.

    Args:
        connector: makes the calls.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def members(self, platform: PlatformInfo, memberships_url: str) -> Iterator[Member]:
        """Yield the active members of a course, each once, over all pages.

        Args:
            memberships_url: as received in a launch of that very course.

        Raises:
            OutsideError: the platform does not answer as it should.
        """
        paging = platform.profile.memberships_paging
        url: str | None = with_query(memberships_url, limit=str(PAGE)) if paging else memberships_url
        pages: set[str] = set()
        seen: set[str] = set()
        while url is not None and url not in pages and len(pages) < MOST_PAGES:
            pages.add(url)
            answer = self._connector.call(
                platform, [SCOPE_MEMBERSHIP], "GET", url, accept=platform.profile.membership_accept
            )
            if answer.status == 429 or answer.status >= 500:
                raise Unreachable(f"{origin(url)} answered {answer.status}")
            data = answer.json() if answer.status == 200 else None
            rows = data.get("members") if isinstance(data, Mapping) else None
            if not isinstance(rows, list):
                raise BadAnswer(f"{origin(url)} answered {answer.status} without members")
            for row in rows:
                member = _read(row)
                if member is not None and member.subject not in seen:
                    seen.add(member.subject)
                    yield member
            url = next_link(answer.headers, url)


def _read(row: object) -> Member | None:
    if not isinstance(row, Mapping) or row.get("user_id") in (None, ""):
        return None
    if str(row.get("status", "Active")).lower() != "active":
        return None
    roles = row.get("roles")
    name = row.get("name")
    return Member(
        subject=str(row["user_id"]),
        roles=tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else (),
        # Moodle escapes names for HTML.
        name=html.unescape(name).strip() or None if isinstance(name, str) else None,
    )
