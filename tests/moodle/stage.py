"""The whole application at a connected Moodle, with a course, its trainer, and people in browsers."""

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.app import Parts
from lti_tool.courses.models import Account, Course
from lti_tool.launch.sessions import Seat
from lti_tool.platforms.models import Platform
from lti_tool.training.models import Cohort
from mappings.roles import Role
from tests.builders import Builder
from tests.moodle_client.recorded_moodle import RecordedMoodle

FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Stage:
    """One school with its Moodle."""

    parts: Parts
    app: Flask
    moodle: RecordedMoodle
    build: Builder
    platform: Platform
    course: Course
    cohort: Cohort

    @property
    def address(self) -> str:
        """The page on which activities are mapped."""
        return f"/cohort/{self.cohort.id}/course/{self.course.id}/activities"

    def connect(self) -> None:
        """Connect the Moodle."""
        self.parts.moodle_sites.connect(self.platform.id, self.moodle.token)
        self.moodle.seen.clear()

    def sign_in(
        self,
        role: Role = Role.TRAINER,
        *,
        course: Course | None = None,
        account: Account | None = None,
        administers: bool = False,
    ) -> FlaskClient:
        """Return the browser of somebody who launched the tool in a course."""
        course = course or self.course
        account = account or self.build.account(self.platform)
        with self.parts.database.session() as session:
            seat = Seat(course.id, role, None, administers=administers)
            opened = self.parts.sessions.open(session, account.id, seat, None)
        client = self.app.test_client()
        client.environ_base |= {
            "HTTP_ACCEPT_LANGUAGE": "nl",
            "HTTP_ACCEPT": "text/html",
            "HTTP_HOST": self.parts.settings.host,
        }
        client.set_cookie(self.parts.sessions.cookie.name, opened.secret)
        return client


def token_on(page: TestResponse) -> str:
    """Return the form token of a page."""
    found = FORM_TOKEN.search(page.text)
    assert found, page.text
    return found[1]


def post(client: FlaskClient, address: str, page: str | None = None, **fields: str) -> TestResponse:
    """Post a form that a page (by default the one at the address itself) offers."""
    return client.post(address, data={"csrf_token": token_on(client.get(page or address)), **fields})
