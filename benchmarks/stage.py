"""What the measurements need: the application over a fresh SQLite database, and the demo school beside it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.demo.school import School, SchoolServer
from lti_tool.demo.school.models import Course, Link, Person, Registration
from lti_tool.platforms.service import PlatformInfo

BASE = "http://localhost:8401"


@dataclass(frozen=True)
class Stage:
    """The application and the school, registered with each other; a teacher in a course."""

    parts: Parts
    school: School
    registration: Registration
    platform: PlatformInfo
    course: Course
    teacher: Person

    def link(self, title: str, registration: Registration | None = None) -> Link:
        """Add a graded activity to the course."""
        return self.school.add_link(self.course, registration or self.registration, title, {}, with_grade=True)

    def column(self, link: Link) -> str:
        """Return the address of an activity's line item."""
        item = self.school.item_of(link)
        if item is None:
            raise LookupError("the activity has no grade")
        return self.school.lineitem_url(item)


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up in a temporary folder and take it down afterwards."""
    with tempfile.TemporaryDirectory() as folder, SchoolServer(seeded=True) as server:
        settings = load_settings(
            base_url=BASE,
            data_dir=Path(folder),
            database_url=None,
            allow_private_platforms=True,
            logins_per_minute=1_000_000,
        )
        parts = compose(settings)
        parts.upgrade()
        try:
            school = server.school
            registration, platform = register(parts, school)
            course = next(one for one in school.courses.values() if one.label == "ICC-VO")
            teacher = next(one for one in school.people.values() if one.given == "Zoë")
            yield Stage(parts, school, registration, platform, course, teacher)
        finally:
            parts.close()


def register(parts: Parts, school: School) -> tuple[Registration, PlatformInfo]:
    """Register the application at the school, once more if it is."""
    tool = school.register_tool(
        "ICC Bridge",
        login_url=f"{BASE}/lti/login",
        redirect_uris=[f"{BASE}/lti/launch"],
        target_link_uri=f"{BASE}/lti/launch",
        deep_link_uri=f"{BASE}/lti/launch",
        jwks=dict(parts.key_ring.jwks()),
    )
    platform = parts.platforms.add(
        school.name,
        school.url,
        tool.client_id,
        f"{school.url}/lti/auth",
        f"{school.url}/lti/token",
        f"{school.url}/lti/certs",
        [tool.deployment_id],
        family="moodle",
    )
    return tool, platform
