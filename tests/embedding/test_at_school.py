"""Embedding over real HTTP: the strict demo school takes what the picker sends, and its links open what they say."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import load_settings
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import KeyRing, Role, School, SchoolServer, SigningKey
from lti_tool.demo.school.models import Course
from mappings.loading import load_trainings
from tests.conftest import SECRET
from tests.recording_jobs import RecordingJobs

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]


class Town:
    """The school, the tool and the course between them, on the loopback network."""

    def __init__(self, school: School, parts: Parts, url: str) -> None:
        self.school = school
        self.parts = parts
        registration = school.register_tool(
            "ICC Bridge",
            login_url=f"{url}/lti/login",
            redirect_uris=[f"{url}/lti/launch"],
            deep_link_uri=f"{url}/lti/launch",
            jwks_url=f"{url}/.well-known/jwks.json",
        )
        parts.platforms.add(
            "Zilverbos College",
            school.url,
            registration.client_id,
            f"{school.url}/lti/auth",
            f"{school.url}/lti/token",
            f"{school.url}/lti/certs",
            [registration.deployment_id],
            family="moodle",
        )
        self.registration = registration
        self.course: Course = school.add_course("Cultuur", label="ICC-VO")

    def visitor(self, given: str, role: Role) -> Browser:
        """A browser in which a new person of the course is signed in."""
        person = self.school.add_person(given, "Zilverbos", username=given.lower())
        self.school.enrol(person, self.course, role)
        browser = Browser()
        browser.get(self.school.url).form(f"login-{person.username}").submit(person=person.id)
        return browser

    def picker(self, browser: Browser) -> Page:
        """The picker in its frame."""
        return browser.get(f"{self.school.url}/courses/{self.course.id}/add/{self.registration.id}").open_iframe()

    def launch(self, browser: Browser, title: str) -> Page:
        """What an activity shows in its frame."""
        link = next(link for link in self.school.links.values() if link.title == title)
        return browser.get(f"{self.school.url}/courses/{self.course.id}/links/{link.id}").open_iframe()


@pytest.fixture
def town(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Town]:
    """Both, running."""
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as school:
        listener = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
        url = f"http://127.0.0.1:{listener.server_port}"
        settings = load_settings(
            base_url=url,
            data_dir=tmp_path / "var",
            database_url=new_sqlite_url(),
            secret_key=SECRET,
            allow_private_platforms=True,
        )
        parts = compose(settings, engine=RecordingJobs())
        listener.app = create_app(parts)
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        yield Town(school.school, parts, url)
        listener.shutdown()
        listener.server_close()
        parts.close()


def test_everything_is_embedded_and_each_link_opens_what_it_says(town: Town) -> None:
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    chosen = town.picker(trainer).form(with_field="item").submit(new_cohort="Regio Zuid")
    came = chosen.follow_auto_forms() if any(form.auto for form in chosen.forms) else chosen.form(with_field="JWT").submit()
    saved = came.form(name="save").submit()
    assert saved.status == 200
    assert list(town.school.refusals) == []
    titles = [link.title for link in town.school.links.values()]
    assert titles == ["Cultuurcoördinator VO: overzicht", *(one.title.nl for one in TRAINING.assignments)]
    items = [town.school.item_of(link) for link in town.school.links.values()]
    assert items[0] is None
    assert [item.maximum for item in items[1:] if item] == [100] * len(KEYS)
    assert [item.tag for item in items[1:] if item] == ["icc-vo"] * len(KEYS)
    assert len({item.resource_id for item in items if item}) == len(KEYS)
    for assignment in TRAINING.assignments:
        page = town.launch(teacher, assignment.title.nl)
        assert page.status == 200
        assert assignment.title.nl in page.heading
    overview = town.launch(teacher, titles[0])
    assert overview.status == 200
    assert all(phase.name.nl in overview.text for phase in TRAINING.phases)


def test_a_cancelled_choice_adds_nothing(town: Town) -> None:
    trainer = town.visitor("Ilse", Role.TEACHER)
    gone = town.picker(trainer).form(with_field="item").submit(stop="1").form(with_field="JWT").submit()
    assert gone.status == 200
    assert list(town.school.refusals) == []
    assert town.school.links == {}
    assert town.parts.cohorts.list() == []


def test_a_school_that_takes_one_item_gets_one(town: Town) -> None:
    town.school.deep_linking.accept_multiple = False
    town.school.deep_linking.data = "op-de-weg"
    trainer = town.visitor("Ilse", Role.TEACHER)
    form = town.picker(trainer).form(with_field="item")
    came = form.submit(item=KEYS[0], new_cohort="Regio Zuid").form(with_field="JWT").submit()
    assert came.form(name="save").submit().status == 200
    assert list(town.school.refusals) == []
    assert [link.title for link in town.school.links.values()] == [TRAINING.assignments[0].title.nl]


def test_the_first_visit_in_a_frame_needs_no_more_than_one_cookie(town: Town) -> None:
    teacher = town.visitor("Zoe", Role.STUDENT)
    town.school.add_link(town.course, town.registration, "Los", {})
    assert town.launch(teacher, "Los").status == 200
    assert {cookie.name for cookie in teacher.session.cookies} >= {"icc-browser", "icc"}
