"""The whole application as something to throw requests at, and what is seen of each answer."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.demo.school import KeyRing, School, SigningKey
from lti_tool.errors import Unreachable
from lti_tool.launch.models import LaunchTrace
from lti_tool.migrations.models import metadata
from lti_tool.outgoing import Answer, Outgoing
from tests.builders import Builder
from tests.clock import FakeClock
from tests.launch.parties import LTI, changed, claim, recording
from tests.recording_jobs import RecordingJobs

SCHOOL = "https://school.example.org"
BASE_URL = "http://localhost:8401"
LAUNCH_URL = f"{BASE_URL}/lti/launch"
CONFIGURATION_URL = f"{SCHOOL}/configuration"
CLIENT_ID = "icc-bridge"
SECONDS_A_REQUEST = 3.0
"""By the clock of the target: slower than its limits a minute, which are for one network address."""
REFUSALS = frozenset((400, 401, 403, 404, 405, 409, 410, 413, 415, 422))
OUTSIDE = frozenset((502, 503))
"""The school did not do its part; only with a code that says so."""
_KEPT = frozenset(("launch_state", "launch_trace", "platform_key_set"))
"""Tables that keep what came in, not what it led to."""
_COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery()
        for table in metadata.sorted_tables
        if table.name not in _KEPT
    )
)
_REFERENCE = re.compile(r'<span class="icc-code">([A-Z]+(?:-[A-Z]+)*) · ([A-Z0-9-]+)</span>')


class FarAway(Outgoing):
    """Answers for the school, without a socket, whatever an attack put in the place; nobody else answers."""

    def __init__(self, school: School) -> None:
        super().__init__(resolver=lambda host, _port: _addresses(host))
        self._keys = json.dumps(school.keys.jwks()).encode()
        self.answers: dict[str, tuple[int, bytes]] = {}

    def forget(self) -> None:
        """Answer as the school does."""
        self.answers = {f"{SCHOOL}/jwks": (200, self._keys)}

    def call(
        self,
        method: str,  # noqa: ARG002
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        data: Mapping[str, str] | bytes | None = None,  # noqa: ARG002
        timeout: tuple[float, float] | None = None,  # noqa: ARG002
        max_bytes: int = 0,  # noqa: ARG002
    ) -> Answer:
        self.check(url)
        if url not in self.answers:
            raise Unreachable("nobody answers there")
        status, body = self.answers[url]
        return Answer(status, {}, body, url)


def _addresses(host: str) -> list[str]:
    if not host.endswith("example.org"):
        raise OSError("no such host")
    return ["93.184.215.14"]


@dataclass
class Tally:
    """What has been seen."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    stored: int = 0
    """Rows that refused requests have left."""
    traced: int = 0
    """Refusals whose code led to a trace with that reason."""
    refused: int = 0
    """Refusals of a login, a launch or a registration."""


@dataclass
class Target:
    """The application on a database, and the school that is registered with it."""

    app: Flask
    parts: Parts
    clock: FakeClock
    school: School
    away: FarAway
    log: list[Any]
    tally: Tally = field(default_factory=Tally)

    def browser(self) -> FlaskClient:
        """A browser that has not been here before."""
        client = self.app.test_client()
        client.environ_base |= {"HTTP_ACCEPT": "text/html", "HTTP_HOST": "localhost:8401"}
        return client

    def send(
        self,
        client: FlaskClient,
        method: str,
        path: str,
        *,
        may_ask_again: bool = False,
        **what: Any,  # noqa: ANN401 - what the client takes
    ) -> TestResponse:
        """Make one request, and see that its answer is one that people can do something with.

        Args:
            may_ask_again: whether the answer may be the form again, with what is wrong in it.

        Raises:
            AssertionError: it is an error of our own, or a refusal that left something or no trace.
        """
        self.clock.advance(seconds=SECONDS_A_REQUEST)
        before = self.rows()
        answer = client.open(path, method=method, **what)
        asks_again = may_ask_again and 'aria-invalid="true"' in answer.text
        if asks_again:
            assert self.rows() == before
        self._see(answer, before, is_page=asks_again)
        return answer

    def login(self, client: FlaskClient, recorded: str = "launch_student") -> dict[str, str]:
        """Do a login that holds; return the authentication request."""
        answer = self.send(client, "POST", "/lti/login", data=self.login_params(recorded))
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def login_params(self, recorded: str = "launch_student", /, **changes: str | None) -> dict[str, str]:
        """The login parameters of a real Moodle; None leaves one out."""
        params = {**recording(recorded)["login_init"]["params"], "iss": SCHOOL, "client_id": CLIENT_ID}
        return changed({**params, "target_link_uri": LAUNCH_URL}, changes)

    def claims(self, nonce: str, recorded: str = "launch_student") -> dict[str, Any]:
        """Recorded claims, made out to this tool and this login."""
        now = int(self.clock().timestamp())
        own = {"iss": SCHOOL, "aud": CLIENT_ID, "nonce": nonce, "iat": now, "exp": now + 60}
        claims: dict[str, Any] = {**recording(recorded)["claims"], **own}
        return {**claims, claim("target_link_uri"): LAUNCH_URL}

    def invitation(self) -> str:
        """A new invitation's token."""
        return self.parts.invites.create("School").token

    def rows(self) -> int:
        """How many rows there are, but for what keeps what came in."""
        with self.parts.database.session() as session:
            return sum(session.execute(_COUNTS).one())

    def tells_nothing(self) -> None:
        """See that the log says of nobody who it is, and begin a new one."""
        said = repr(self.log)
        self.log.clear()
        for personal in ("Renée", "deelnemer01", "lab.invalid", "Tom de Trainer", "eyJ"):
            assert personal not in said

    def _see(self, answer: TestResponse, before: int, *, is_page: bool) -> None:
        tally, status = self.tally, answer.status_code
        tally.requests += 1
        tally.statuses[status] += 1
        if status < 400 or is_page:
            return
        code, reference = _shown(answer)
        tally.codes[code] += 1
        assert code != "ICC", answer.text
        assert status in REFUSALS or (status in OUTSIDE and code.startswith(("L-", "P-"))), (status, code)
        left = self.rows() - before
        tally.stored += left
        assert left == 0, (code, left)
        if code.startswith(("L-", "P-")):
            tally.refused += 1
            assert self._trace(reference) == (code, True), (code, reference)
            tally.traced += 1

    def _trace(self, reference: str) -> tuple[str, bool] | None:
        """The reason that a code leads to, and whether something is said of it."""
        with self.parts.database.session() as session:
            query = select(LaunchTrace.outcome, LaunchTrace.detail).where(LaunchTrace.code == reference)
            # codes are short, so an earlier refusal may have had the same one
            found = session.execute(query.order_by(LaunchTrace.created_at.desc()).limit(1)).first()
        return (found.outcome, bool(found.detail)) if found else None


def _shown(answer: TestResponse) -> tuple[str, str]:
    """The code and the reference of a refusal: on its page, or in the JSON that an address ending in ``.json`` gets."""
    if answer.is_json:
        said = answer.get_json()
        return said["code"], said["reference"]
    shown = _REFERENCE.search(answer.text)
    assert shown is not None, (answer.status_code, answer.text)
    code, reference = shown.groups()
    return code, reference


@contextmanager
def standing(settings: Settings, key: SigningKey) -> Iterator[Target]:
    """Put the application up on a migrated database, with the school registered."""
    clock = FakeClock()
    school = School(SCHOOL, clock=clock, keys=KeyRing([key]))
    away = FarAway(school)
    away.forget()
    parts = compose(settings, clock=clock, engine=RecordingJobs(), outgoing=away)
    app = create_app(parts)
    app.testing = False  # what nobody foresaw has to become an answer, to be seen
    Builder(parts.database, clock).platform(
        "Zilverbos", url=SCHOOL, client_id=CLIENT_ID, jwks_url=f"{SCHOOL}/jwks", deployment_id=_deployment()
    )
    try:
        with capture_logs() as log:
            yield Target(app, parts, clock, school, away, log)
    finally:
        parts.close()


def _deployment() -> str:
    return str(recording("launch_student")["claims"][f"{LTI}deployment_id"])
