"""Two registered platforms to learn from."""

from collections.abc import Callable

import pytest

from lti_tool.courses.service import CourseService, LaunchFacts
from lti_tool.database import Database
from lti_tool.platforms.models import Platform
from mappings.roles import Role
from tests.clock import FakeClock


@pytest.fixture
def courses(clock: FakeClock) -> CourseService:
    return CourseService(clock)


@pytest.fixture
def new_platform(database: Database, clock: FakeClock) -> Callable[[str], str]:
    """Registers a platform and returns its id."""

    def make(name: str) -> str:
        platform = Platform(
            name=name,
            issuer=f"https://{name}.example.org",
            client_id="icc",
            auth_url=f"https://{name}.example.org/auth",
            token_url=f"https://{name}.example.org/token",
            jwks_url=f"https://{name}.example.org/jwks",
            created_at=clock(),
        )
        with database.session() as session:
            session.add(platform)
        return platform.id

    return make


@pytest.fixture
def platform_id(new_platform: Callable[[str], str]) -> str:
    return new_platform("maasbrug")


@pytest.fixture
def facts(platform_id: str) -> LaunchFacts:
    """What a launch of a graded link by a participant says."""
    return LaunchFacts(
        platform_id=platform_id,
        subject="9",
        role=Role.PARTICIPANT,
        name="Renée van den Berg",
        locale="nl",
        context_id="2",
        context_title="ICC-training VO 2021 regio Zuid",
        resource_link_id="1",
        resource_link_title="Mijn leervraag",
        offers_grading=True,
        lineitem_url="https://maasbrug.example.org/lineitems/7/lineitem?type_id=1",
        lineitems_url="https://maasbrug.example.org/lineitems?type_id=1",
        ags_scopes=("https://purl.imsglobal.org/spec/lti-ags/scope/score",),
        memberships_url="https://maasbrug.example.org/memberships",
    )
