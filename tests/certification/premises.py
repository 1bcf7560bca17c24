"""The running tool and the school where it is registered, and people who come from the one to the other, over HTTP."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.courses.models import Account, CourseMember, Placement
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import Link, Person, Registration, Role, School, SigningKey
from lti_tool.demo.school.models import Course
from lti_tool.launch.models import LaunchState
from lti_tool.migrations.models import metadata
from lti_tool.platforms.service import PlatformInfo
from tests.clock import FakeClock
from tests.launch.parties import LTI, changed, claim
from tests.recording_jobs import RecordingJobs

PATIENCE = 30.0
"""Seconds; only a machine under heavy load needs so many."""
ASSIGNMENT = "leervraag"
PASSING = frozenset(("launch_state", "launch_trace", "platform_key_set"))
"""Tables that keep what came in, not what it led to."""

Sign = Callable[[dict[str, Any]], str]
"""Makes an id_token of claims."""


@dataclass
class Premises:
    """The tool at its address, the school, and a course there with a trainer, a teacher who learns, and a link."""

    url: str
    app: Flask
    parts: Parts
    jobs: RecordingJobs
    clock: FakeClock
    school: School
    registration: Registration
    platform: PlatformInfo
    course: Course
    trainer: Person
    teacher: Person
    link: Link

    def visitor(self, person: Person | None = None, *, language: str = "nl") -> "Visitor":
        """Somebody in a browser of their own; the teacher, unless it is somebody else."""
        return Visitor(self, person or self.teacher, language)

    def person(self, given: str, role: Role = Role.STUDENT) -> Person:
        """One more person of the course."""
        person = self.school.add_person(given, "Zilverbos", username=given.lower())
        self.school.enrol(person, self.course, role)
        return person

    def place(self, *keys: str, edition: str = "Regio Zuid") -> list[Link]:
        """Let the trainer put assignments into the course by deep linking, as people do it; return their links."""
        before = set(self.school.links)
        picker = self.visitor(self.trainer).pick()
        chosen = picker.form(with_field="item").submit(item=list(keys or (ASSIGNMENT,)), new_cohort=edition)
        came = chosen.form(with_field="JWT").submit()
        assert came.form(name="save").submit().status == 200
        assert list(self.school.refusals) == []
        return [link for key, link in self.school.links.items() if key not in before]

    def stored(self) -> dict[str, Counter[str]]:
        """Every row of the database, but for what keeps what came in."""
        with self.parts.database.session() as session:
            return {
                table.name: Counter(repr(row) for row in session.execute(select(table)))
                for table in metadata.sorted_tables
                if table.name not in PASSING
            }

    def holds(self, text: str) -> bool:
        """Whether a text is anywhere in the database."""
        return any(text in row for rows in self.stored().values() for row in rows)

    def account(self, person: Person) -> Account:
        """What the tool knows of a person of the school."""
        with self.parts.database.session() as session:
            return session.scalars(select(Account).where(Account.subject == person.id)).one()

    def role(self, person: Person) -> str:
        """The role that the tool keeps of a person, in the only course where it has been seen."""
        with self.parts.database.session() as session:
            query = select(CourseMember.role).join(Account, Account.id == CourseMember.account_id)
            return session.scalars(query.where(Account.subject == person.id)).one()

    def placement(self, link: Link) -> Placement:
        """What the tool knows of a link."""
        with self.parts.database.session() as session:
            return session.scalars(select(Placement).where(Placement.resource_link_id == link.id)).one()

    def waiting(self) -> int:
        """How many logins wait for their launch."""
        with self.parts.database.session() as session:
            return len(session.scalars(select(LaunchState).where(LaunchState.consumed_at.is_(None))).all())

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        """See that what happens meanwhile leaves the database as it is."""
        before = self.stored()
        yield
        assert self.stored() == before


class Visitor:
    """One person in one browser, and what the school's pages would do for them.

    Args:
        premises: where they go.
        person: who it is, at the school.
        language: what the browser asks for.
    """

    def __init__(self, premises: Premises, person: Person, language: str = "nl") -> None:
        self.premises = premises
        self.person = person
        self.language = language
        self.browser = Browser(languages=language, timeout=PATIENCE)

    @property
    def cookies(self) -> set[str]:
        """The names of the cookies that the browser keeps."""
        return {cookie.name for cookie in self.browser.session.cookies}

    def send(self, method: str, path: str, **fields: Any) -> Page:  # noqa: ANN401 - what `requests` takes
        """Make one request, and follow no redirect."""
        headers = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document", **fields.pop("headers", {})}
        session, url = self.browser.session, urljoin(self.premises.url, path)
        answer = session.request(method, url, headers=headers, allow_redirects=False, timeout=PATIENCE, **fields)
        return Page(self.browser, answer)

    def login_params(self, link: Link | None = None, /, **changes: str | None) -> dict[str, str]:
        """The parameters with which the school announces a launch of a link; None leaves one out."""
        return changed(self.premises.school.login_params(self.person, link or self.premises.link), changes)

    def login(self, params: Mapping[str, str]) -> Page:
        """Begin a login as the school's page does."""
        return self.send("POST", "/lti/login", data=params)

    def asked(self, params: Mapping[str, str] | None = None) -> dict[str, str]:
        """Begin a login and return the authentication request that the tool answers with."""
        answer = self.login(params or self.login_params())
        assert answer.status == 302, answer.text
        return query_of(answer.answer)

    def claims(self, nonce: str, link: Link | None = None, /, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """The claims of a launch as the school makes them; None leaves one out, short names are LTI's."""
        claims = self.premises.school.launch_claims(self.person, link or self.premises.link, nonce=nonce)
        return changed(claims, {claim(name): value for name, value in changes.items()})

    def post(self, id_token: str, state: str) -> Page:
        """Post a launch."""
        return self.send("POST", "/lti/launch", data={"id_token": id_token, "state": state})

    def launch(self, link: Link | None = None, /, **changes: Any) -> Page:  # noqa: ANN401
        """Do a whole login and launch with changed claims, signed by the school's key."""
        asked = self.asked(self.login_params(link))
        claims = self.claims(asked["nonce"], link, **changes)
        return self.post(self.premises.school.sign_id_token(claims), asked["state"])

    def launch_signed(self, sign: Sign) -> Page:
        """Do a whole login and launch with right claims, and a token that is made otherwise."""
        asked = self.asked()
        return self.post(sign(self.claims(asked["nonce"])), asked["state"])

    def open(self, link: Link | None = None, /, **changes: Any) -> Page:  # noqa: ANN401
        """Launch, and go on to the page that it leads to."""
        return self.follow(self.launch(link, **changes))

    def follow(self, landed: Page) -> Page:
        """Go where a launch leads to."""
        assert landed.status == 303, landed.text
        return self.browser.get(urljoin(self.premises.url, landed.answer.headers["Location"]))

    def deep_link(self, settings: Mapping[str, Any] | None = None, /, **changes: Any) -> Page:  # noqa: ANN401
        """Do a deep-linking request with changed settings and claims, and return the tool's answer to the launch."""
        premises = self.premises
        school, course, registration = premises.school, premises.course, premises.registration
        asked = self.asked(school.deep_link_login_params(self.person, course, registration))
        claims = school.deep_link_claims(self.person, course, registration, nonce=asked["nonce"])
        claims[DL_SETTINGS] = changed(claims[DL_SETTINGS], settings or {})
        claims = changed(claims, {claim(name): value for name, value in changes.items()})
        return self.post(school.sign_id_token(claims), asked["state"])

    def pick(self) -> Page:
        """Open the picker from the school's page around it, signed in there."""
        premises = self.premises
        self.sign_in()
        address = f"{premises.school.url}/courses/{premises.course.id}/add/{premises.registration.id}"
        return self.browser.get(address).open_iframe()

    def sign_in(self) -> None:
        """Sign in at the school."""
        page = self.browser.get(self.premises.school.url)
        page.form(f"login-{self.person.username}").submit(person=self.person.id)

    def has_no_session(self) -> bool:
        """Whether this browser can open nothing: no cookie of a session, and a page that needs one says so."""
        page = self.send("GET", "/placement/none")
        return "icc" not in self.cookies and page.status == 401 and "R-SESSION · " in page.text


DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


def query_of(answer: requests.Response) -> dict[str, str]:
    """The query of the address that an answer redirects to."""
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))


def tampered(key: SigningKey, **headers: Any) -> Sign:  # noqa: ANN401
    """Signs with a key of one's own choice, and with changed headers."""
    return lambda claims: key.sign(claims, headers)


__all__ = ["ASSIGNMENT", "DL_SETTINGS", "LTI", "Premises", "Visitor", "query_of", "tampered"]
