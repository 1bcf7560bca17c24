"""The services outward, with the demo school on the other side, or a platform that says what a test wrote down."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.memberships import MembershipService
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import ScoreService
from lti_tool.database import Database
from lti_tool.demo.school import (
    PERSONALITIES,
    Link,
    Person,
    Personality,
    Registration,
    Role,
    School,
    SchoolServer,
    SigningKey,
)
from lti_tool.demo.school import KeyRing as SchoolKeys
from lti_tool.demo.school.models import Course, LineItem
from lti_tool.ids import new_id
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformInfo
from lti_tool.vault import Vault
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.scripted_platform import Reply, ScriptedPlatform


@pytest.fixture(scope="session")
def key_ring(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyRing]:
    """Our keys, once for all tests: making them costs time."""
    path = tmp_path_factory.mktemp("keys") / "icc.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    ring = KeyRing(database, Vault(SECRET), FakeClock())
    ring.signing_key()
    yield ring
    database.close()


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """One server for all tests: building the application costs time."""
    with SchoolServer(keys=SchoolKeys([SigningKey.generate()])) as running:
        yield running


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    """May call loopback, and does not wait long."""
    outgoing = Outgoing(allow_private=True, timeout=(2, 2))
    yield outgoing
    outgoing.close()


@pytest.fixture
def connector(outgoing: Outgoing, key_ring: KeyRing, clock: FakeClock) -> Connector:
    return Connector(outgoing, key_ring, clock)


@pytest.fixture
def scores(connector: Connector, clock: FakeClock) -> ScoreService:
    return ScoreService(connector, clock)


@pytest.fixture
def line_items(connector: Connector) -> LineItemService:
    return LineItemService(connector)


@pytest.fixture
def results(connector: Connector) -> ResultService:
    return ResultService(connector)


@pytest.fixture
def memberships(connector: Connector) -> MembershipService:
    return MembershipService(connector)


@dataclass
class World:
    """The school with the tool registered, a course with people in it, and a graded link."""

    school: School
    registration: Registration
    platform: PlatformInfo
    course: Course
    trainer: Person
    teacher: Person
    colleague: Person
    link: Link
    item: LineItem

    @property
    def lineitem_url(self) -> str:
        return self.school.lineitem_url(self.item)

    @property
    def lineitems_url(self) -> str:
        return self.school.lineitems_url(self.course.id, self.registration.id)

    @property
    def memberships_url(self) -> str:
        return f"{self.school.url}/lti/CourseSection/{self.course.id}/bindings/{self.registration.id}/memberships"

    def asked(self, service: str) -> int:
        """How many requests a service has had."""
        return int(self.school.describe()["requests"].get(service, 0))


def platform_at(url: str, client_id: str = "us", *, family: str = "moodle", **changes: str) -> PlatformInfo:
    """A registration at a platform of this address."""
    members: dict[str, Any] = {
        "id": new_id(),
        "name": "School",
        "issuer": url,
        "auth_url": f"{url}/auth",
        "token_url": f"{url}/token",
        "jwks_url": f"{url}/keys",
        **changes,
    }
    return PlatformInfo(**members, client_id=client_id, family=family, status=PlatformStatus.ACTIVE, token_audience=None)


@pytest.fixture(params=list(PERSONALITIES))
def personality(request: pytest.FixtureRequest) -> Personality:
    """Which learning environment the school is: each of them, one after the other."""
    return PERSONALITIES[request.param]


@pytest.fixture
def world(listening: SchoolServer, key_ring: KeyRing, clock: FakeClock, personality: Personality) -> Iterator[World]:
    """The school at the time of the test's clock, as each learning environment."""
    school = listening.fresh(clock, personality)
    registration = school.register_tool(
        login_url="http://localhost:8401/lti/login",
        redirect_uris=["http://localhost:8401/lti/launch"],
        jwks=key_ring.jwks(),
    )
    platform = platform_at(
        school.url,
        registration.client_id,
        family=personality.key,
        issuer=school.issuer,
        token_url=f"{school.url}/lti/token",
    )
    course = school.add_course("Cultuurcoördinator VO")
    trainer = school.add_person("Ilse", "Brouwers")
    teacher = school.add_person("Zoë", "van 't Höfen & Zn")
    colleague = school.add_person("Łukasz", "Kowalczyk")
    school.enrol(trainer, course, Role.TEACHER)
    school.enrol(teacher, course)
    school.enrol(colleague, course)
    link = school.add_link(course, registration, "Leervraag", resource_id="leervraag:c1", tag="icc")
    item = school.item_of(link)
    assert item is not None
    yield World(school, registration, platform, course, trainer, teacher, colleague, link, item)
    school.faults.clear()


@pytest.fixture
def scripted() -> Iterator[ScriptedPlatform]:
    """A platform that gives tokens and otherwise says what the test wrote down."""
    with ScriptedPlatform() as platform:
        platform.answer("POST /token", Reply(200, {"access_token": "token-1", "expires_in": 3600}))
        yield platform


@pytest.fixture
def platform(scripted: ScriptedPlatform) -> PlatformInfo:
    """The scripted platform's registration, of the family moodle."""
    return platform_at(scripted.url)
