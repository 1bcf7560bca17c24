"""An installation with a school that listens, an activity in it, and an address of our own that can be fetched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lti_tool.app import Parts, compose, create_app
from lti_tool.clock import Clock, utc_now
from lti_tool.config import load_settings
from lti_tool.courses.models import Placement
from lti_tool.demo.school import KeyRing as SchoolKeys
from lti_tool.demo.school import School, SchoolServer, SigningKey
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Seat
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role
from tests.builders import Builder
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.scripted_platform import Reply, ScriptedPlatform


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """One server for all tests: building the application costs time."""
    with SchoolServer(keys=SchoolKeys([SigningKey.generate()])) as running:
        yield running


@pytest.fixture
def ourselves() -> Iterator[ScriptedPlatform]:
    """What answers at our own address."""
    with ScriptedPlatform() as here:
        yield here


@pytest.fixture
def compose_at(
    tmp_path: Path, new_sqlite_url: Callable[[], str], ourselves: ScriptedPlatform
) -> Iterator[Callable[[Clock], Parts]]:
    """Puts the application together, with a clock."""
    made: list[Parts] = []

    def make(clock: Clock) -> Parts:
        settings = load_settings(
            base_url=ourselves.url,
            data_dir=tmp_path / "var",
            database_url=new_sqlite_url(),
            secret_key=SECRET,
            allow_private_platforms=True,
        )
        made.append(compose(settings, clock=clock, engine=RecordingJobs(), make_rsa=rsa_key))
        ourselves.answer("GET /.well-known/jwks.json", Reply(200, made[-1].key_ring.jwks()))
        return made[-1]

    yield make
    for parts in made:
        parts.close()


@pytest.fixture
def parts(compose_at: Callable[[Clock], Parts]) -> Parts:
    """The application, at the real time: the school's server says so in its answers."""
    return compose_at(utc_now)


@dataclass
class Connected:
    """The school and its registration."""

    school: School
    platform: PlatformInfo
    parts: Parts

    def asked(self) -> dict[str, int]:
        """How many requests each service of the school has had."""
        found: dict[str, int] = dict(self.school.describe()["requests"])
        return found


def row_of(parts: Parts, platform: PlatformInfo) -> Platform:
    """The row of a registration."""
    with parts.database.session() as session:
        return session.get_one(Platform, platform.id)


def connect(parts: Parts, school: School, *, opened: bool = True, family: str = "moodle") -> Connected:
    """Register the tool at a school; `opened` as if somebody had opened a graded activity in it."""
    registration = school.register_tool(
        login_url=f"{parts.settings.base_url}/lti/login",
        redirect_uris=[f"{parts.settings.base_url}/lti/launch"],
        jwks=dict(parts.key_ring.jwks()),
    )
    platform = parts.platforms.add(
        "Zilverbos College",
        school.issuer,
        registration.client_id,
        f"{school.url}/lti/auth",
        f"{school.url}/lti/token",
        f"{school.url}/lti/certs",
        [registration.deployment_id],
        family=family,
    )
    if opened:
        course = school.add_course("Cultuurcoördinator VO")
        school.enrol(school.add_person("Zoë", "van 't Höfen"), course)
        link = school.add_link(course, registration, "Leervraag", resource_id="leervraag:c1", tag="icc")
        item = school.item_of(link)
        assert item is not None
        build = Builder(parts.database, parts.clock)
        placement = build.placement(
            build.course(row_of(parts, platform), course.id),
            None,
            lineitem_url=school.lineitem_url(item),
            lineitems_url=school.lineitems_url(course.id, registration.id),
        )
        members = f"{school.url}/lti/CourseSection/{course.id}/bindings/{registration.id}/memberships"
        with parts.database.session() as session:
            session.execute(update(Placement).where(Placement.id == placement.id).values(memberships_url=members))
    return Connected(school, platform, parts)


@pytest.fixture
def school(listening: SchoolServer) -> Iterator[School]:
    """An empty school that listens."""
    school = listening.fresh(utc_now)
    yield school
    school.faults.clear()


@pytest.fixture
def connected(parts: Parts, school: School) -> Connected:
    """The school, with the tool registered and an activity opened."""
    return connect(parts, school)


@pytest.fixture
def silent_address() -> dict[str, str]:
    """A platform at an address where nobody listens."""
    url = "http://127.0.0.1:9"
    addresses = {"issuer": url, "auth_url": f"{url}/auth", "token_url": f"{url}/token", "jwks_url": f"{url}/jwks"}
    return {"name": "De Maasbrug", "client_id": "client-9", "family": "moodle", **addresses}


@pytest.fixture
def silent_platform(parts: Parts, silent_address: dict[str, str]) -> PlatformInfo:
    """A registration at an address where nobody listens."""
    return parts.platforms.add(**silent_address, deployment_ids=["1"])


@pytest.fixture
def app(parts: Parts) -> Flask:
    """The pages."""
    app = create_app(parts)
    app.testing = True
    return app


def sign_in(
    app: Flask, parts: Parts, platform: PlatformInfo, *, administers: bool = True, role: Role = Role.VISITOR
) -> FlaskClient:
    """A browser after a launch of somebody of that platform."""
    build, row = Builder(parts.database, parts.clock), row_of(parts, platform)
    account, course = build.account(row, new_id()), build.course(row, new_id())
    with parts.database.session() as session:
        opened = parts.sessions.open(session, account.id, Seat(course.id, role, None, administers=administers), None)
    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html", "HTTP_HOST": parts.settings.host}
    client.set_cookie(parts.sessions.cookie.name, opened.secret)
    return client
