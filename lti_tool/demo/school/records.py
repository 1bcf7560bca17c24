"""The school's records behind one lock: people, courses, tools, activities, grade items and grades.

Everything that changes them does so under ``changing()``, which also writes them to the state file when there is one.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import store
from .models import (
    CompletionRule,
    Course,
    Enrolment,
    Grade,
    Json,
    LineItem,
    Link,
    Person,
    Registration,
    Role,
    ToolState,
)
from .native.doing import copy_activities
from .native.models import Account, Activity
from .scopes import ALL_SCOPES

_NAME_CLAIMS = ("iss", "sub", "name", "given_name", "family_name")


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Records:
    """What the school knows, and how it is built up.

    Args:
        clock: returns the present moment, aware.
        state_file: a JSON file that keeps the records over restarts; None keeps them in memory.
    """

    def __init__(self, clock: Callable[[], datetime] = utc_now, state_file: Path | None = None) -> None:
        self.clock_skew = timedelta(0)
        self.people: dict[str, Person] = {}
        self.courses: dict[str, Course] = {}
        self.registrations: dict[str, Registration] = {}
        self.links: dict[str, Link] = {}
        self.items: dict[str, LineItem] = {}
        self.grades: dict[tuple[str, str], Grade] = {}
        self.activities: dict[str, Activity] = {}
        self.accounts: dict[str, Account] = {}
        self.counters: Counter[str] = Counter({"person": 1, "course": 1, "cmid": 8, "item": 6})
        self.guid = secrets.token_hex(16)
        self.lock = threading.RLock()
        self._clock = clock
        self._state_file = state_file
        if state_file is not None and state_file.exists():
            store.load(self, state_file)

    def now(self) -> datetime:
        """The present moment by the school's own clock, which a fault may have set wrong."""
        return self._clock() + self.clock_skew

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock while the records change, and write the change to the state file."""
        with self.lock:
            yield
            if self._state_file is not None:
                store.save(self, self._state_file)

    def next_id(self, kind: str) -> str:
        """The next number of a kind of thing, as a string."""
        with self.lock:
            self.counters[kind] += 1
            return str(self.counters[kind])

    def add_person(
        self,
        given: str,
        family: str,
        *,
        username: str | None = None,
        email: str | None = None,
        idnumber: str = "",
        locale: str = "nl",
        admin: bool = False,
    ) -> Person:
        """Add somebody with an account at the school."""
        with self.changing():
            number = self.next_id("person")
            login = username or f"gebruiker{number}"
            address = email or f"{login}@zilverbos.invalid"
            person = Person(number, login, given, family, address, idnumber, locale, admin)
            self.people[number] = person
            return person

    def add_course(
        self,
        title: str,
        *,
        label: str | None = None,
        idnumber: str = "",
        summary: str = "",
        start: datetime | None = None,
    ) -> Course:
        """Add an empty course."""
        with self.changing():
            number = self.next_id("course")
            begin = start or datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
            self.courses[number] = Course(number, label or f"CURSUS-{number}", title, idnumber, summary, begin)
            return self.courses[number]

    def enrol(self, person: Person, course: Course, role: Role | str = Role.STUDENT, *, suspended: bool = False) -> None:
        """Put ``person`` in ``course`` with a role, or change it."""
        with self.changing():
            course.enrolments[person.id] = Enrolment(Role(role), suspended)

    def unenrol(self, person: Person, course: Course) -> None:
        """Take ``person`` out of ``course``; grades stay, as in Moodle."""
        with self.changing():
            course.enrolments.pop(person.id, None)

    def register_tool(
        self,
        name: str = "Hulpmiddel",
        *,
        login_url: str,
        redirect_uris: list[str],
        target_link_uri: str | None = None,
        deep_link_uri: str | None = None,
        jwks_url: str | None = None,
        jwks: Json | None = None,
        client_id: str | None = None,
        scopes: list[str] | None = None,
        claims_asked: list[str] | None = None,
        custom: dict[str, str] | None = None,
        state: ToolState = ToolState.ACTIVE,
    ) -> Registration:
        """Register a tool by hand; keys come as ``jwks`` or are fetched from ``jwks_url``."""
        target = target_link_uri or redirect_uris[0]
        with self.changing():
            number = self.next_id("registration")
            registration = Registration(
                id=number,
                client_id=client_id or secrets.token_hex(8),
                name=name,
                login_url=login_url,
                redirect_uris=list(redirect_uris),
                target_link_uri=target,
                domain=target.split("/")[2],
                state=state,
                jwks_url=jwks_url,
                jwks=jwks,
                deep_link_uri=deep_link_uri,
                scopes=list(ALL_SCOPES if scopes is None else scopes),
                claims=list(_NAME_CLAIMS if claims_asked is None else claims_asked),
                custom=dict(custom or {}),
                registered_at=self.now(),
            )
            self.registrations[number] = registration
            return registration

    def add_link(
        self,
        course: Course,
        registration: Registration,
        title: str,
        custom: dict[str, str] | None = None,
        *,
        with_grade: bool = True,
        maximum: float = 100,
        url: str | None = None,
        text: str = "",
        resource_id: str | None = None,
        tag: str | None = None,
        icon: str = "task",
        completion_rule: CompletionRule = CompletionRule.NONE,
        review_url: str | None = None,
        review_custom: dict[str, str] | None = None,
    ) -> Link:
        """Add an activity to ``course``, with a grade item of its own unless ``with_grade`` is False."""
        with self.changing():
            link = Link(
                id=self.next_id("link"),
                cmid=self.next_id("cmid"),
                course_id=course.id,
                registration_id=registration.id,
                title=title,
                text=text,
                url=url,
                custom=dict(custom or {}),
                icon=icon,
                completion_rule=completion_rule,
            )
            self.links[link.id] = link
            course.links.append(link.id)
            if with_grade:
                item = LineItem(
                    id=self.next_id("item"),
                    course_id=course.id,
                    registration_id=registration.id,
                    label=title,
                    maximum=maximum,
                    resource_id=resource_id or "",
                    tag=tag or "",
                    link_id=link.id,
                    activity_id=link.id,
                    review_url=review_url,
                    review_custom=dict(review_custom or {}),
                )
                self.items[item.id] = item
            return link

    def copy_course(self, course: Course, title: str, *, people: bool = False) -> Course:
        """Make a new course of ``course``: its activities with their settings and empty grade items, and who teaches it.

        As Moodle copies a course: links get new ids and keep their custom parameters; with ``people`` its students come
        along, without their grades.
        """
        with self.changing():
            copy = self.add_course(title, summary=course.summary, start=course.start)
            copy.history = [course.id, *course.history]
            for person_id, enrolment in course.enrolments.items():
                if people or enrolment.role is not Role.STUDENT:
                    copy.enrolments[person_id] = replace(enrolment)
            for link in [self.links[key] for key in course.links]:
                item = self.item_of(link)
                self.add_link(
                    copy,
                    self.registrations[link.registration_id],
                    link.title,
                    link.custom,
                    with_grade=item is not None,
                    maximum=item.maximum if item else 100,
                    url=link.url,
                    text=link.text,
                    resource_id=item.resource_id if item else None,
                    tag=item.tag if item else None,
                    icon=link.icon,
                    completion_rule=link.completion_rule,
                    review_url=item.review_url if item else None,
                    review_custom=item.review_custom if item else None,
                )
            copy_activities(self, course, copy)
            return copy

    def activities_of(self, course: Course) -> list[Activity]:
        """The course's activities of the school's own, as they stand on its page."""
        found = [one for one in list(self.activities.values()) if one.course_id == course.id]
        return sorted(found, key=lambda one: (one.section, int(one.id)))

    def remove_link(self, link: Link) -> None:
        """Take an activity out of its course, with its grade item and grades."""
        with self.changing():
            for item in [item for item in list(self.items.values()) if item.activity_id == link.id]:
                self.remove_item(item)
            self.courses[link.course_id].links.remove(link.id)
            del self.links[link.id]

    def remove_item(self, item: LineItem) -> None:
        """Delete a grade item and every grade on it."""
        with self.changing():
            del self.items[item.id]
            self.grades = {key: grade for key, grade in self.grades.items() if grade.item_id != item.id}

    def coupled_items(self, link: Link) -> list[LineItem]:
        """The grade items AGS knows for ``link``."""
        return [item for item in list(self.items.values()) if item.link_id == link.id]

    def item_of(self, link: Link) -> LineItem | None:
        """The grade item the gradebook shows for ``link``."""
        return next((item for item in list(self.items.values()) if item.activity_id == link.id), None)

    def grade(self, link: Link, person: Person) -> Grade | None:
        """What the gradebook holds for ``person`` on ``link``, if anything."""
        item = self.item_of(link)
        return self.grades.get((item.id, person.id)) if item else None

    def tool_in_course(self, course: Course, registration: Registration) -> bool:
        """Whether ``course`` has an activity of that tool."""
        return any(self.links[link].registration_id == registration.id for link in course.links)

    def registration_of(self, client_id: str) -> Registration | None:
        """The tool with this client id."""
        return next((tool for tool in list(self.registrations.values()) if tool.client_id == client_id), None)
