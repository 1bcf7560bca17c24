"""Members of a course (Names and Role Provisioning Services 2.0)."""

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lti_tool.advantage.addresses import Pages, linked, with_query
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector
from lti_tool.errors import BadAnswer
from lti_tool.platforms.scopes import MEMBERSHIP_READONLY
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role, course_role, is_test_user

MOST_PAGES = 200
MOST_BYTES = 10_000_000
"""A platform that knows no pages sends a whole course at once."""


class MemberStatus(StrEnum):
    """Whether a member takes part in the course at present."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True)
class Member:
    """One member as the platform lists it."""

    user_id: str
    """The same as the launch's `sub`."""
    roles: Sequence[str]
    """As they came: Moodle's are short names, and a non-editing teacher is ``Learner`` here (Instructor in a launch)."""
    name: str | None = field(repr=False)
    status: MemberStatus = MemberStatus.ACTIVE
    message: Mapping[str, Any] = field(repr=False, default_factory=dict)
    """The claims that a launch of the link would have for this member, when the members of a link were asked for."""

    @property
    def role(self) -> Role:
        """What the member is in the course; where a launch is known, the launch's role wins."""
        return course_role(self.roles)

    @property
    def participates(self) -> bool:
        """Whether this is somebody who follows the course now: suspended, removed and invented people do not."""
        return self.status is MemberStatus.ACTIVE and self.role is Role.PARTICIPANT and not is_test_user(self.roles)


class Roster:
    """The members of a course, each once, over all pages; the platform is called while you iterate, once.

    `differences` is known when the last page was read: the address at which a platform that offers it tells later what
    has changed since (NRPS 2.0, 2.4.2.2); `MembershipService.members` reads it like any other.
    """

    def __init__(self, pages: Callable[["Roster"], Iterator[Member]]) -> None:
        self.differences: str | None = None
        self._members = pages(self)

    def __iter__(self) -> Iterator[Member]:
        return self._members


class MembershipService:
    """Reads memberships. Call it in no transaction.

    Args:
        connector: makes the calls.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def members(self, platform: PlatformInfo, memberships_url: str, *, resource_link_id: str | None = None) -> Roster:
        """Return the members of a course; the platform is called while you iterate.

        It is asked without `role`: Moodle's next page forgets it, and an unknown role returns everybody.

        Args:
            memberships_url: as received in a launch of that very course, or the `differences` of a roster before. That
                one lists who is new, changed or gone (`MemberStatus.DELETED`).
            resource_link_id: only who has access to this link, each with the message that a launch of it would have.

        Raises (while iterating):
            OutsideError: the platform does not answer as it should.
        """
        first = with_query(memberships_url, rlid=resource_link_id)
        return Roster(lambda roster: self._pages(platform, first, roster))

    def _pages(self, platform: PlatformInfo, first: str, roster: Roster) -> Iterator[Member]:
        profile = platform.profile
        pages = Pages(first, most=MOST_PAGES, paging=profile.memberships_paging)
        seen: set[str] = set()
        for url in pages:
            answer = self._connector.call(
                platform,
                [MEMBERSHIP_READONLY],
                "GET",
                url,
                accept=profile.membership_accept,
                max_bytes=MOST_BYTES,
            )
            data = expect_done(answer, profile, self._connector.clock()).json()
            rows = data.get("members") if isinstance(data, Mapping) else None
            if not isinstance(rows, list):
                raise BadAnswer("a container of memberships has no members")
            roster.differences = linked(answer.headers, url, "differences") or roster.differences
            for member in filter(None, map(_member, rows)):
                if member.user_id not in seen:
                    seen.add(member.user_id)
                    yield member
            pages.turn(answer.headers, url)


def _member(row: object) -> Member | None:
    user_id = row.get("user_id") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(user_id, str | int) or user_id == "":
        return None
    roles = row.get("roles")
    return Member(
        user_id=str(user_id),
        roles=tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else (),
        name=_name(row),
        status=_status(row.get("status")),
        message=_message(row.get("message")),
    )


def _message(messages: object) -> Mapping[str, Any]:
    found = messages if isinstance(messages, list) else []
    return next((dict(message) for message in found if isinstance(message, Mapping)), {})


def _name(row: Mapping[str, object]) -> str | None:
    given = " ".join(str(row[part]) for part in ("given_name", "family_name") if row.get(part))
    name = row.get("name")
    # Moodle escapes names for HTML
    return html.unescape(name if isinstance(name, str) and name.strip() else given).strip() or None


def _status(value: object) -> MemberStatus:
    """Return the status; active when there is none (NRPS 2.0, 2.3), and inactive when nobody knows it."""
    if value is None:
        return MemberStatus.ACTIVE
    # some platforms write it in capitals, or as the URI of a vocabulary
    word = str(value).rpartition("#")[2].strip().lower()
    return MemberStatus(word) if word in set(MemberStatus) else MemberStatus.INACTIVE
