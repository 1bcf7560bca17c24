"""The demo school, the tool and the course between them, running on the loopback network."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import load_settings
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import (
    PERSONALITIES,
    KeyRing,
    Link,
    Person,
    Personality,
    Role,
    School,
    SchoolServer,
    SigningKey,
)
from lti_tool.demo.school.models import Course
from tests.conftest import SECRET
from tests.recording_jobs import RecordingJobs

Wrap = Callable[[WSGIApplication], WSGIApplication]


class Town:
    """The school, the tool and the course between them."""

    def __init__(self, school: School, parts: Parts, url: str, family: str = "moodle") -> None:
        self.school = school
        self.parts = parts
        registration = school.register_tool(
            "ICC Bridge",
            login_url=f"{url}/lti/login",
            redirect_uris=[f"{url}/lti/launch"],
            deep_link_uri=f"{url}/lti/launch",
            # over https it could not fetch them: nobody has signed the tests' certificate
            jwks_url=f"{url}/.well-known/jwks.json" if url.startswith("http:") else None,
            jwks=dict(parts.key_ring.jwks()) if url.startswith("https:") else None,
        )
        parts.platforms.add(
            "Zilverbos College",
            school.issuer,
            registration.client_id,
            f"{school.url}/lti/auth",
            f"{school.url}/lti/token",
            f"{school.url}/lti/certs",
            [registration.deployment_id],
            family=family,
        )
        self.registration = registration
        self.course: Course = school.add_course("Cultuur", label="ICC-VO")

    def person(self, given: str, role: Role) -> Person:
        """A new person of the course."""
        person = self.school.add_person(given, "Zilverbos", username=given.lower())
        self.school.enrol(person, self.course, role)
        return person

    def visitor(self, given: str, role: Role) -> Browser:
        """A browser in which a new person of the course is signed in."""
        person = self.person(given, role)
        browser = Browser()
        browser.get(self.school.url).form(f"login-{person.username}").submit(person=person.id)
        return browser

    def picker(self, browser: Browser) -> Page:
        """The picker in its frame."""
        return browser.get(self.adding).open_iframe()

    @property
    def adding(self) -> str:
        """The school's page around the picker."""
        return f"{self.school.url}/courses/{self.course.id}/add/{self.registration.id}"

    def address(self, link: Link) -> str:
        """The school's page around an activity."""
        return f"{self.school.url}/courses/{link.course_id}/links/{link.id}"

    def launch(self, browser: Browser, title: str) -> Page:
        """What an activity shows in its frame."""
        link = next(link for link in self.school.links.values() if link.title == title)
        return browser.get(self.address(link)).open_iframe()


def _not_yet(_environ: WSGIEnvironment, _start: StartResponse) -> list[bytes]:
    return []


@contextmanager
def running_town(
    folder: Path,
    database_url: str,
    *,
    public_host: str | None = None,
    tls: ssl.SSLContext | None = None,
    wrap: Wrap | None = None,
    personality: Personality = PERSONALITIES["moodle"],
    family: str = "moodle",
) -> Iterator[Town]:
    """Run both, the tool over https when there is a certificate.

    Args:
        folder: the tool's data folder.
        database_url: a migrated database.
        public_host: the school's host in its own addresses.
        tls: the tool's certificate.
        wrap: stands between the network and the tool.
        personality: which learning environment the school is.
        family: as which it is registered at the tool.
    """
    keys = KeyRing([SigningKey.generate()])
    with SchoolServer(public_host=public_host, keys=keys, personality=personality) as school:
        server = make_server("127.0.0.1", 0, _not_yet, threaded=True, ssl_context=tls)
        url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        settings = load_settings(
            base_url=url,
            data_dir=folder,
            database_url=database_url,
            secret_key=SECRET,
            allow_private_platforms=True,
        )
        parts = compose(settings, engine=RecordingJobs())
        app = create_app(parts)
        server.app = wrap(app) if wrap else app
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield Town(school.school, parts, url, family)
        finally:
            server.shutdown()
            server.server_close()
            parts.close()
