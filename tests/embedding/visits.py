"""People of the demo school who come into the tool, and what the tool answers to the school."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lti_tool.app import Parts
from lti_tool.demo.school import Link, Person, Registration, School
from lti_tool.demo.school.models import Course
from lti_tool.platforms.service import PlatformInfo
from tests.clock import FakeClock

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LAUNCH_URL = "http://localhost:8401/lti/launch"


@dataclass
class Visitor:
    """One person in one browser."""

    world: "World"
    person: Person
    client: FlaskClient

    def arrive(self, params: dict[str, str]) -> TestResponse:
        """Go through the login and the launch, and return the redirect to the page."""
        asked = self.client.post("/lti/login", data=params)
        assert asked.status_code == 302, asked.text
        request = dict(parse_qsl(urlsplit(asked.headers["Location"]).query))
        answer = self.world.school.authenticate(request, self.person)
        return self.client.post("/lti/launch", data=answer.fields)

    def add_to(self, course: Course) -> str:
        """Begin a deep-linking request and return the picker's address."""
        school, registration = self.world.school, self.world.registration
        landed = self.arrive(school.deep_link_login_params(self.person, course, registration))
        assert landed.status_code == 303, landed.text
        return str(landed.headers["Location"])

    def open(self, link: Link) -> TestResponse:
        """Launch an activity and follow to its page."""
        landed = self.arrive(self.world.school.login_params(self.person, link))
        assert landed.status_code == 303, landed.text
        return self.client.get(landed.headers["Location"], follow_redirects=True)

    def post(self, address: str, **fields: str | list[str]) -> TestResponse:
        """Send the form of a page, with its token."""
        page = self.client.get(address)
        return self.send(address, token_of(page), **fields)

    def send(self, address: str, csrf_token: str, **fields: str | list[str]) -> TestResponse:
        """Send a form with a token taken from a page of the same session."""
        data = MultiDict([("csrf_token", csrf_token)])
        for name, value in fields.items():
            data.setlistdefault(name).extend([value] if isinstance(value, str) else value)
        return self.client.post(address, data=data)


@dataclass
class World:
    """The tool, the school where it is registered, and a course there."""

    app: Flask
    parts: Parts
    clock: FakeClock
    school: School
    registration: Registration
    platform: PlatformInfo
    course: Course

    def visitor(self, person: Person) -> Visitor:
        """A person in a browser of their own."""
        client = self.app.test_client()
        client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html", "HTTP_HOST": "localhost:8401"}
        return Visitor(self, person, client)

    def answered(self, page: TestResponse) -> dict[str, Any]:
        """The claims of the message on a page that goes back to the school, checked by the tool's published key."""
        assert page.status_code == 200, page.text
        token = field_of(page, "JWT")
        kid = jwt.get_unverified_header(token)["kid"]
        key = next(key for key in self.parts.key_ring.jwks()["keys"] if key["kid"] == kid)
        audience, now = self.school.url, self.clock().timestamp()
        options: Any = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=audience, options=options)
        assert claims["iss"] == self.registration.client_id
        assert claims["iat"] <= now < claims["exp"] <= now + 300
        assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
        assert claims[f"{LTI}deployment_id"] == self.registration.deployment_id
        return dict(claims)

    def items(self, page: TestResponse) -> list[dict[str, Any]]:
        """The content items of the message on a page."""
        found: list[dict[str, Any]] = self.answered(page)[f"{DL}content_items"]
        return found

    def cohorts(self) -> list[str]:
        """The names of all cohorts, the oldest first."""
        return [cohort.name for cohort in reversed(self.parts.cohorts.list())]

    def cohort_id(self, name: str) -> str:
        """The id of a cohort."""
        return next(cohort.id for cohort in self.parts.cohorts.list() if cohort.name == name)


def field_of(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


def token_of(page: TestResponse) -> str:
    """The form token on a page."""
    return field_of(page, "csrf_token")


def ticked(page: TestResponse, name: str) -> list[str]:
    """The values of the boxes and buttons called `name` that are ticked on a page."""
    inputs = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page.text)
    return [re.findall(r'value="([^"]*)"', found)[0] for found in inputs if " checked" in found]
