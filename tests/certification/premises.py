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
from lti_tool.demo.school import Link, Person, Registration, Role, School, Service
from lti_tool.demo.school.models import Call, Course, LineItem
from lti_tool.launch.models import LaunchState
from lti_tool.migrations.models import metadata
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformInfo
from lti_tool.sync.models import ScoreOutbox
from tests.builders import Builder
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

    def hand_in(self, person: Person, link: Link, text: str = "Hoe krijg ik cultuur in alle vakken?") -> None:
        """Let somebody hand in work for an assignment."""
        page = self.visitor(person).open(link)
        done = page.form(with_field="text").submit(action="submit", text=text)
        assert (done.status, "#ontvangst" in done.url) == (200, True), done.text

    def review(self, person: Person, link: Link, feedback: str = "Sterke vraag.", verdict: str = "accepted") -> None:
        """Let the trainer accept somebody's work, or return it."""
        board = self.visitor(self.trainer).open(link)
        (address,) = {href for label, href in board.links if "/review/" in href and person.name in label}
        work = board.browser.get(urljoin(board.url, address))
        done = work.form(with_field="verdict").submit(verdict=verdict, feedback=feedback)
        assert done.status == 200, done.text

    def complete(self, link: Link, *people: Person) -> None:
        """Let people hand in work for an assignment (the teacher, when nobody is named), and the trainer accept it."""
        for person in people or (self.teacher,):
            self.hand_in(person, link)
            self.review(person, link)

    def scores(self) -> list[ScoreOutbox]:
        """The scores that the tool keeps for the school."""
        with self.parts.database.session() as session:
            return list(session.scalars(select(ScoreOutbox).order_by(ScoreOutbox.changed_at, ScoreOutbox.id)))

    def score(self) -> ScoreOutbox:
        """The only one."""
        (row,) = self.scores()
        return row

    def calls(self, service: Service) -> list[Call]:
        """The requests that a service of the school has had, as it answered them."""
        return [call for call in list(self.school.calls) if call.service == service.value]

    def columns(self, link: Link) -> list[LineItem]:
        """The columns that the school's gradebook has for a link."""
        return self.school.coupled_items(link)

    def drop_column(self, link: Link) -> None:
        """Let a link have no column any more."""
        for item in self.columns(link):
            self.school.remove_item(item)

    def waiting(self) -> int:
        """How many logins wait for their launch."""
        with self.parts.database.session() as session:
            return len(session.scalars(select(LaunchState).where(LaunchState.consumed_at.is_(None))).all())

    def second_tenant(self, client_id: str = "tenant-2", deployment_id: str = "77") -> Platform:
        """One more registration at the same school, as a platform has that many customers share."""
        url = self.school.url
        return Builder(self.parts.database, self.clock).platform(
            "Tweede school",
            issuer=url,
            client_id=client_id,
            auth_url=f"{url}/lti/auth",
            token_url=f"{url}/lti/token",
            jwks_url=f"{url}/lti/certs",
            deployment_id=deployment_id,
        )

    def neighbour(self, url: str, client_id: str = "neighbour", *, family: str = "generic") -> Platform:
        """Another platform, registered with the same tool."""
        return Builder(self.parts.database, self.clock).platform(
            "Andere school", url=url, client_id=client_id, jwks_url=f"{url}/keys", family=family
        )

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

    def claims_of(self, platform: Platform, nonce: str, /, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """The claims of the same launch as another registration's platform would make them."""
        own = {"iss": platform.issuer, "aud": platform.client_id, "deployment_id": platform.deployments[0].deployment_id}
        # it would say that the school's pages show us
        return self.claims(nonce, **{**own, "launch_presentation": None, **changes})

    def params_of(self, platform: Platform) -> dict[str, str]:
        """The parameters with which another registration's platform announces the same launch."""
        own = {"iss": platform.issuer, "client_id": platform.client_id}
        return self.login_params(**own, lti_deployment_id=platform.deployments[0].deployment_id)

    def launch_from(self, platform: Platform, sign: Sign, /, **changes: Any) -> Page:  # noqa: ANN401
        """Do a whole login and launch of another registration."""
        asked = self.asked(self.params_of(platform))
        return self.post(sign(self.claims_of(platform, asked["nonce"], **changes)), asked["state"])

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


__all__ = ["ASSIGNMENT", "DL_SETTINGS", "LTI", "Premises", "Visitor", "query_of"]
