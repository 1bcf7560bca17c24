"""Users, and who is enrolled in a course.

``core_enrol_get_enrolled_users``, ``core_user_get_users_by_field``, ``core_enrol_get_users_courses``,
``core_badges_get_user_badges``. People's names come as plain text; escape them like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moodle_client.courses import Course
from moodle_client.functions import Function
from moodle_client.parameters import Value, chunks
from moodle_client.queries import Caller, Query
from moodle_client.reading import Node

IDS_A_CALL = 50
ENOUGH = ("id", "fullname", "roles")
"""Fields that say who takes part; asking for all makes the answer a hundred times as large."""


class UserKey(StrEnum):
    """What a user can be looked up by.

    User name and id number find nobody, without an error, unless the account has moodle/user:viewalldetails.
    """

    ID = "id"
    EMAIL = "email"
    USER_NAME = "username"
    ID_NUMBER = "idnumber"


class EnrolmentStatus(StrEnum):
    """Which enrolments to list. All but ANY take the capability moodle/course:enrolreview."""

    ANY = "any"
    ACTIVE = "onlyactive"
    SUSPENDED = "onlysuspended"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a course."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A user, as far as the account may see and the call asked; what is unknown is None or empty."""

    id: int
    full_name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    user_name: str | None = field(default=None, repr=False)
    id_number: str | None = field(default=None, repr=False)
    suspended: bool | None = None
    """Whether the account is suspended on the whole site; an enrolment's suspension is not told."""
    last_access_at: datetime | None = None
    last_course_access_at: datetime | None = None
    roles: frozenset[str] = frozenset()
    """Short names of the roles in the course: student, teacher, editingteacher, manager."""
    groups: tuple[Group, ...] = ()

    @classmethod
    def read(cls, node: Node) -> "User":
        """Read one user."""
        return cls(
            id=node.integer("id"),
            full_name=node.text("fullname", ""),
            email=node.text("email", "") or None,
            user_name=node.text("username", "") or None,
            id_number=node.text("idnumber", "") or None,
            suspended=node.flag("suspended") if node.maybe("suspended") else None,
            last_access_at=node.moment("lastaccess"),
            last_course_access_at=node.moment("lastcourseaccess"),
            roles=frozenset(node.each("roles", lambda role: role.text("shortname"))),
            groups=node.each("groups", lambda group: Group(group.integer("id"), group.name("name"))),
        )


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge that a user holds."""

    name: str
    course_id: int | None
    issued_at: datetime | None
    expires_at: datetime | None
    unique_hash: str

    @classmethod
    def read(cls, node: Node) -> "Badge":
        """Read one badge."""
        return cls(
            name=node.name("name"),
            course_id=node.id_or_none("courseid"),
            issued_at=node.moment("dateissued"),
            expires_at=node.moment("dateexpire"),
            unique_hash=node.text("uniquehash", ""),
        )


@dataclass(frozen=True, slots=True)
class Users:
    """The users of a site."""

    _caller: Caller = field(repr=False)

    def enrolled(
        self,
        course_id: int,
        *,
        status: EnrolmentStatus = EnrolmentStatus.ANY,
        group_id: int | None = None,
        fields: Sequence[str] = ENOUGH,
    ) -> tuple[User, ...]:
        """Return who is in a course, in one request.

        Without moodle/course:enrolreview, suspended people are among them and cannot be told apart.

        Args:
            course_id: the course.
            status: which enrolments.
            group_id: members of this group only.
            fields: what to ask of each; empty asks for all that the account may see.

        Raises:
            NotFound: there is no such course.
            NotAllowed: the account may not enter it, see its participants, or tell active from suspended.
        """
        return self._caller.ask(self._enrolled(course_id, status, group_id, fields))

    def enrolled_query(
        self, course_id: int, *, status: EnrolmentStatus = EnrolmentStatus.ANY, fields: Sequence[str] = ENOUGH
    ) -> Query[tuple[User, ...]]:
        """Prepare `enrolled`, to be made with others in a batch."""
        return self._enrolled(course_id, status, None, fields)

    def iter_enrolled(
        self,
        course_id: int,
        *,
        page_size: int = 500,
        status: EnrolmentStatus = EnrolmentStatus.ANY,
        group_id: int | None = None,
        fields: Sequence[str] = ENOUGH,
    ) -> Iterator[User]:
        """Yield who is in a course, a page at a time. Arguments and errors as for `enrolled`.

        A page may be short because the account may not see everybody on it: the end is a page without anybody.
        Nobody comes twice when someone is enrolled meanwhile; when someone leaves meanwhile, somebody else may be
        missing until the next time. `enrolled` knows neither.
        """
        seen: set[int] = set()
        start = 0
        while page := self._caller.ask(self._enrolled(course_id, status, group_id, fields, (start, page_size))):
            for user in page:
                if user.id not in seen:
                    seen.add(user.id)
                    yield user
            start += page_size

    def by(self, key: UserKey, values: Sequence[str | int]) -> tuple[User, ...]:
        """Return the users that were found; who is not found is missing, without an error."""
        found: list[User] = []
        for start in range(0, len(values), IDS_A_CALL):
            piece = [str(value) for value in values[start : start + IDS_A_CALL]]
            query = Query(
                Function.USERS,
                {"field": key.value, "values": piece},
                lambda node: tuple(User.read(user) for user in node.items()),
            )
            page = self._caller.ask(query)
            found.extend(page)
        return tuple(found)

    def by_id(self, ids: Sequence[int]) -> dict[int, User]:
        """Return users by their ids, which are also the `sub` of LTI launches."""
        return {user.id: user for piece in chunks(ids, IDS_A_CALL) for user in self.by(UserKey.ID, piece)}

    def courses(self, user_id: int) -> tuple[Course, ...]:
        """Return the courses that a user is enrolled in, as far as the account may see."""
        query = Query(
            Function.USER_COURSES,
            {"userid": user_id},
            lambda node: tuple(Course.read(course) for course in node.items()),
        )
        return self._caller.ask(query)

    def badges(self, user_id: int) -> tuple[Badge, ...]:
        """Return the badges of a user, as far as the account may see."""
        return self._caller.ask(Query(Function.BADGES, {"userid": user_id}, lambda node: node.each("badges", Badge.read)))

    @staticmethod
    def _enrolled(
        course_id: int,
        status: EnrolmentStatus,
        group_id: int | None,
        fields: Sequence[str],
        page: tuple[int, int] | None = None,
    ) -> Query[tuple[User, ...]]:
        options: list[dict[str, Value]] = []
        if status is not EnrolmentStatus.ANY:
            options.append({"name": status.value, "value": 1})
        if group_id is not None:
            options.append({"name": "groupid", "value": group_id})
        if fields:
            options.append({"name": "userfields", "value": ",".join(fields)})
        if page:
            options += [{"name": "limitfrom", "value": page[0]}, {"name": "limitnumber", "value": page[1]}]
        return Query(
            Function.ENROLLED,
            {"courseid": course_id, "options": options},
            lambda node: tuple(User.read(user) for user in node.items()),
        )
