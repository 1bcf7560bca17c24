"""The two sides of a launch in one process: a browser of the tool, and the school's platform over there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti_tool.courses.models import Account, Course, CourseMember, Person, Placement
from lti_tool.database import Base, Database
from lti_tool.demo.school import School, SigningKey
from lti_tool.errors import Unreachable
from lti_tool.launch.models import DeepLinkingRequest, LaunchState, SessionSeat, ToolSession
from lti_tool.outgoing import Answer, Outgoing
from lti_tool.platforms.service import PlatformInfo
from tests.clock import FakeClock

RECORDINGS = Path(__file__).parent.parent / "fixtures" / "moodle-4.5"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
LEARNED: tuple[type[Base], ...] = (Person, Account, Course, CourseMember, Placement)
OPENED: tuple[type[Base], ...] = (ToolSession, SessionSeat, DeepLinkingRequest)
LAUNCH_URL = "http://localhost:8401/lti/launch"


def recording(name: str) -> dict[str, Any]:
    """A launch or deep-linking visit recorded from a real Moodle 4.5."""
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    return found


class OverThere(Outgoing):
    """Answers for the school, without a socket: its key set, or whatever a test puts in the place."""

    def __init__(self, school: School) -> None:
        super().__init__(allow_private=True)
        self._school = school
        self.fetches = 0
        self.down = False
        self.body: bytes | None = None

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        data: Mapping[str, str] | bytes | None = None,  # noqa: ARG002
        timeout: tuple[float, float] | None = None,  # noqa: ARG002
        max_bytes: int = 0,  # noqa: ARG002
    ) -> Answer:
        assert (method, url) == ("GET", f"{self._school.url}/jwks")
        self.fetches += 1
        if self.down:
            raise Unreachable("the school does not answer")
        body = self.body if self.body is not None else json.dumps(self._school.keys.jwks()).encode()
        return Answer(200, {}, body, url)


@dataclass
class Stage:
    """A registered school and the tool, with what a test changes on either side."""

    app: Flask
    database: Database
    clock: FakeClock
    school: School
    over_there: OverThere
    platform: PlatformInfo
    new_client: Callable[[], FlaskClient]
    log: list[Any] = field(default_factory=list)

    def browser(self) -> "Browser":
        """A browser that has not been here before."""
        return Browser(self, self.new_client())

    def count(self, *models: type[Base]) -> list[int]:
        """How many rows each model has."""
        with self.database.session() as session:
            return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]

    def stored(self) -> int:
        """How many rows launches have left, apart from the states."""
        return sum(self.count(*LEARNED, *OPENED))

    def pending(self) -> int:
        """How many launch states wait."""
        with self.database.session() as session:
            waiting = select(func.count()).select_from(LaunchState).where(LaunchState.consumed_at.is_(None))
            return session.scalar(waiting) or 0

    def login_params(self, recorded: str = "launch_student", /, **changes: str | None) -> dict[str, str]:
        """The login parameters of a real Moodle, for the registered school; None leaves one out."""
        params = {**recording(recorded)["login_init"]["params"], "iss": self.school.url}
        params |= {"client_id": self.platform.client_id, "target_link_uri": LAUNCH_URL}
        return changed(params, changes)

    def claims(self, nonce: str, recorded: str = "launch_student", /, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Recorded claims, made out to this tool and this login; None leaves a claim out, short names are LTI's."""
        now = int(self.clock().timestamp())
        claims = {**recording(recorded)["claims"], "iss": self.school.url, "aud": self.platform.client_id}
        claims |= {"nonce": nonce, "iat": now, "exp": now + 60, LTI + "target_link_uri": LAUNCH_URL}
        own = {claim(short): value for short, value in changes.items()}
        return changed(claims, own)

    def sign(self, claims: Mapping[str, Any], *, key: SigningKey | None = None, **headers: Any) -> str:  # noqa: ANN401
        """Sign claims as the school does."""
        return self.school.sign_id_token(dict(claims), headers=headers or None, key=key)


def claim(short: str) -> str:
    """The full name of a claim: JWT's and OpenID's own are short, a colon marks a full one, the rest are LTI's."""
    plain = ("iss", "aud", "azp", "sub", "iat", "exp", "nbf", "nonce", "name", "given_name", "family_name", "email")
    return short if short in plain or ":" in short else LTI + short


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the changes made; a change to None leaves one out."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


@dataclass
class Browser:
    """One browser, with its cookies."""

    stage: Stage
    client: FlaskClient

    def login(self, recorded: str = "launch_student", /, **changes: str | None) -> TestResponse:
        """Begin a login as a platform's page does."""
        return self.client.post("/lti/login", data=self.stage.login_params(recorded, **changes))

    def auth_request(self, recorded: str = "launch_student", /, **changes: str | None) -> dict[str, str]:
        """Begin a login and return the parameters of the authentication request."""
        answer = self.login(recorded, **changes)
        assert answer.status_code == 302, answer.text
        return sent_on(answer)

    def post(self, id_token: str, state: str) -> TestResponse:
        """Post a launch."""
        return self.client.post("/lti/launch", data={"id_token": id_token, "state": state})

    def launch(self, recorded: str = "launch_student", /, **changes: Any) -> TestResponse:  # noqa: ANN401
        """Do a whole launch as it was recorded, with changed claims."""
        asked = self.auth_request(recorded)
        return self.post(self.stage.sign(self.stage.claims(asked["nonce"], recorded, **changes)), asked["state"])

    def ask(self) -> TestResponse:
        """Ask for a page that needs a session."""
        return self.client.get("/who")

    def who(self) -> dict[str, Any]:
        """Who the session says this is."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found


def sent_on(answer: TestResponse) -> dict[str, str]:
    """The query of the address that an answer redirects to."""
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))
