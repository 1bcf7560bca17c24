"""What the measurements need: the application over a fresh SQLite database, and the demo school beside it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import load_settings
from lti_tool.demo.school import School, SchoolServer
from lti_tool.demo.school.models import Link, Person

BASE = "http://localhost:8401"


@dataclass(frozen=True)
class Stage:
    """The application and the school, registered with each other; one teacher, one link."""

    parts: Parts
    school: School
    client: FlaskClient
    platform_id: str


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up in a temporary folder and take it down afterwards."""
    with tempfile.TemporaryDirectory() as folder, SchoolServer(seeded=True) as server:
        settings = load_settings(base_url=BASE, data_dir=Path(folder), allow_private_platforms=True)
        parts = compose(settings)
        parts.upgrade()
        try:
            school = server.school
            tool = school.register_tool(
                "ICC Bridge",
                login_url=f"{BASE}/lti/login",
                redirect_uris=[f"{BASE}/lti/launch"],
                target_link_uri=f"{BASE}/lti/launch",
                deep_link_uri=f"{BASE}/lti/launch",
                jwks=dict(parts.key_ring.jwks()),
            )
            info = parts.platforms.add(
                "School",
                server.url,
                tool.client_id,
                f"{server.url}/lti/auth",
                f"{server.url}/lti/token",
                f"{server.url}/lti/certs",
                [tool.id],
                family="moodle",
            )
            yield Stage(parts, school, create_app(parts).test_client(), info.id)
        finally:
            parts.close()


def launch(scene: Stage, person: Person, link: Link) -> int:
    """Play one whole launch (login, the school's answer, launch) and return the status of the tool's answer."""
    login = scene.client.post("/lti/login", data=scene.school.login_params(person, link))
    asked = dict(parse_qsl(urlsplit(login.headers["Location"]).query, keep_blank_values=True))
    answer = scene.school.authenticate(asked, person)
    return scene.client.post("/lti/launch", data=answer.fields).status_code
