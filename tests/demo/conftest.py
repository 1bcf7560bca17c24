"""The school of the tests: two people in a course, a scripted tool, and a link with a grade item."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import KeyRing, Link, Person, Registration, Role, School, SchoolServer, SigningKey
from lti_tool.demo.school.models import Course, LineItem
from tests.clock import FakeClock
from tests.demo.scripted_tool import ScriptedTool
from tests.ports import free_port

RECORDINGS = Path(__file__).parent.parent / "fixtures" / "moodle-4.5"


def recording(name: str) -> Any:  # noqa: ANN401 - whatever was recorded
    """An answer recorded from a real Moodle 4.5."""
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def school_key() -> SigningKey:
    """One school key for all tests: making them costs time."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def tool_key() -> SigningKey:
    """One tool key for all tests."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """A key nobody registered."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """One server for all tests: building the application costs time."""
    with SchoolServer(port=free_port()) as running:
        yield running


@pytest.fixture
def server(listening: SchoolServer, school_key: SigningKey, clock: FakeClock) -> Iterator[SchoolServer]:
    """An empty school that listens, at the time of the test's clock."""
    listening.start()
    listening.fresh(clock).keys = KeyRing([school_key])
    yield listening
    listening.school.faults.clear()


@pytest.fixture
def school(server: SchoolServer) -> School:
    """The state of the school that listens."""
    return server.school


@pytest.fixture
def tool(tool_key: SigningKey, clock: FakeClock) -> Iterator[ScriptedTool]:
    """A tool that listens."""
    with ScriptedTool(tool_key, clock) as running:
        yield running


@dataclass
class World:
    """Everything a test of the wire needs."""

    school: School
    clock: FakeClock
    tool: ScriptedTool
    registration: Registration
    course: Course
    trainer: Person
    teacher: Person
    colleague: Person
    admin: Person
    link: Link
    item: LineItem

    def signed_in(self, person: Person) -> Browser:
        """A browser in which ``person`` is signed in."""
        browser = Browser()
        page = browser.get(self.school.url)
        sign_in(page, person)
        return browser

    def launch(self, person: Person, link: Link | None = None) -> Page:
        """Launch a link in a fresh browser and return the tool's page."""
        browser = self.signed_in(person)
        shown = link or self.link
        return browser.get(f"{self.school.url}/courses/{shown.course_id}/links/{shown.id}").open_iframe()

    def bearer(self, *scopes: str) -> dict[str, str]:
        """An Authorization header with a fresh token."""
        token = self.tool.token(self.school, self.registration.client_id, list(scopes) or None)
        return {"Authorization": f"Bearer {token}"}

    @property
    def last_refusal(self) -> str:
        """The reason of the last refusal."""
        return self.school.refusals[-1].reason


def sign_in(page: Page, person: Person) -> Page:
    """Press the button of ``person`` on the front page."""
    return page.form(f"login-{person.username}").submit(person=person.id)


@pytest.fixture
def world(school: School, tool: ScriptedTool, clock: FakeClock) -> World:
    """A course with a trainer and two teachers, and a graded link of the scripted tool."""
    registration = tool.register_at(school)
    admin = school.add_person("Beheer", "Zilverbos", username="beheer", admin=True)
    trainer = school.add_person("Ilse", "Brouwers", username="ilse", idnumber="T001")
    teacher = school.add_person("Zoë", "van 't Höfen", username="zoe", idnumber="D001")
    colleague = school.add_person("Łukasz", "Kowalczyk", username="lukasz", idnumber="D002")
    course = school.add_course("Cultuurcoördinator VO", label="ICC-VO", idnumber="ICC-ZUID")
    school.enrol(trainer, course, Role.TEACHER)
    school.enrol(teacher, course)
    school.enrol(colleague, course)
    link = school.add_link(course, registration, "Leervraag", {"opdracht": "leervraag"}, resource_id="leervraag", tag="icc")
    item = school.item_of(link)
    assert item is not None
    return World(school, clock, tool, registration, course, trainer, teacher, colleague, admin, link, item)
