"""Courses, their sections and activities, and what changed in them.

``core_course_get_courses_by_field``, ``core_course_get_contents``, ``core_course_get_updates_since``.
Activities that the account may not view are left out by Moodle without a notice.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moodle_client.functions import Function
from moodle_client.parameters import Params
from moodle_client.queries import Caller, Query
from moodle_client.reading import Node
from moodle_client.results import Listing, Notice, seconds
from moodle_client.untrusted import UntrustedHtml


class CourseKey(StrEnum):
    """What a course can be looked up by."""

    ID = "id"
    SHORT_NAME = "shortname"
    ID_NUMBER = "idnumber"


class Tracking(StrEnum):
    """How the completion of an activity is tracked."""

    NONE = "none"
    MANUAL = "manual"
    AUTOMATIC = "automatic"


TRACKING_NUMBERS = {0: Tracking.NONE, 1: Tracking.MANUAL, 2: Tracking.AUTOMATIC}


@dataclass(frozen=True, slots=True)
class Course:
    """A course. `id_number` is missing from what some accounts see."""

    id: int
    short_name: str
    full_name: str
    id_number: str | None
    category_id: int | None
    visible: bool
    completion_enabled: bool | None
    """None where Moodle does not say."""
    starts_at: datetime | None
    ends_at: datetime | None
    summary: UntrustedHtml

    @classmethod
    def read(cls, node: Node) -> "Course":
        """Read one course."""
        tracked = node.integer_or_none("enablecompletion")
        return cls(
            id=node.integer("id"),
            short_name=node.name("shortname"),
            full_name=node.name("fullname"),
            id_number=node.text("idnumber", "") or None,
            category_id=node.id_or_none("categoryid") or node.id_or_none("category"),
            visible=node.flag("visible", default=True),
            completion_enabled=None if tracked is None else tracked == 1,
            starts_at=node.moment("startdate"),
            ends_at=node.moment("enddate"),
            summary=node.html("summary"),
        )


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of a course (a course module)."""

    cm_id: int
    kind: str
    """Moodle's name of the module: assign, quiz, forum, page, lti …"""
    instance_id: int
    """The id within its kind: an assignment's id."""
    name: str
    url: str | None
    visible: bool
    user_visible: bool
    """Whether the token's account sees it."""
    tracking: Tracking
    due_at: datetime | None
    description: UntrustedHtml
    completed_by: frozenset[str] = frozenset()
    """Moodle's names of the rules that complete it: completionusegrade, completionpassgrade, completionview …"""

    @classmethod
    def read(cls, node: Node) -> "Activity":
        """Read one module of a section."""
        completion = node.maybe("completiondata")
        dates = node.each("dates", lambda date: (date.text("dataid", ""), date.moment("timestamp")))
        return cls(
            cm_id=node.integer("id"),
            kind=node.text("modname"),
            instance_id=node.integer("instance"),
            name=node.name("name"),
            url=node.text("url", "") or None,
            visible=node.flag("visible", default=True),
            user_visible=node.flag("uservisible", default=True),
            tracking=node.choice("completion", Tracking, TRACKING_NUMBERS) if node.maybe("completion") else Tracking.NONE,
            due_at=next((moment for name, moment in dates if name == "duedate"), None),
            description=node.html("description"),
            completed_by=frozenset(completion.each("details", lambda rule: rule.text("rulename")) if completion else ()),
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a course, with its activities in the order of the page."""

    id: int
    number: int
    name: str
    visible: bool
    summary: UntrustedHtml
    activities: tuple[Activity, ...]

    @classmethod
    def read(cls, node: Node) -> "Section":
        """Read one section."""
        return cls(
            id=node.integer("id"),
            number=node.integer("section"),
            name=node.name("name"),
            visible=node.flag("visible", default=True),
            summary=node.html("summary"),
            activities=node.each("modules", Activity.read),
        )


@dataclass(frozen=True, slots=True)
class Update:
    """What changed in an activity: names such as usersubmissions, usergrades, completion, configuration."""

    cm_id: int
    what: frozenset[str]

    @classmethod
    def read(cls, node: Node) -> "Update":
        """Read one instance."""
        return cls(node.integer("id"), frozenset(node.each("updates", lambda one: one.text("name"))))


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of a site."""

    _caller: Caller = field(repr=False)

    def all(self) -> Listing[Course]:
        """Return every course that the account may know of, the front page included."""
        return self._by({})

    def find(self, key: CourseKey, value: str | int) -> Course | None:
        """Return the course with this id, short name or id number, or None."""
        return next(iter(self._by({"field": key.value, "value": value})), None)

    def contents(self, course_id: int, *, kind: str | None = None) -> tuple[Section, ...]:
        """Return the sections of a course with their activities, without the files in them.

        Args:
            course_id: the course.
            kind: activities of this kind only ("assign"); all sections come all the same.

        Raises:
            NotFound: there is no such course.
            NotAllowed: the account may not enter it.
        """
        return self._caller.ask(self.contents_query(course_id, kind=kind))

    def contents_query(self, course_id: int, *, kind: str | None = None) -> Query[tuple[Section, ...]]:
        """Prepare `contents`, to be made with others in a batch."""
        options: list[dict[str, str | int]] = [{"name": "excludecontents", "value": 1}]
        if kind:
            options.append({"name": "modname", "value": kind})
        return Query(
            Function.CONTENTS,
            {"courseid": course_id, "options": options},
            lambda node: tuple(Section.read(section) for section in node.items()),
        )

    def updates(self, course_id: int, since: datetime) -> Listing[Update]:
        """Return which activities changed since a moment."""
        query = Query(
            Function.UPDATES,
            {"courseid": course_id, "since": seconds(since)},
            lambda node: Listing(
                tuple(Update.read(one) for one in node.at("instances").items() if one.text("contextlevel") == "module"),
                node.each("warnings", Notice.read),
            ),
        )
        return self._caller.ask(query)

    def _by(self, params: Params) -> Listing[Course]:
        query = Query(
            Function.COURSES,
            params,
            lambda node: Listing(node.each("courses", Course.read), node.each("warnings", Notice.read)),
        )
        return self._caller.ask(query)
