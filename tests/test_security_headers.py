"""Every address of the whole tool, as nobody and as people with a session: what its answer tells the browser to refuse.

The addresses come from the application itself, so that a new page is tried too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.web.own_window import is_own_window
from tests.clock import FakeClock
from tests.exchange.conftest import circle  # noqa: F401 - a fixture
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.test_isolation import Everything, everything, parts, world  # noqa: F401 - fixtures
from tests.training.conftest import group  # noqa: F401 - a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOTHING_INLINE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
}
SHOWS_THE_FORM_AGAIN = {"verification.send"}
ANY_FRAME = "*"
NO_FRAME = "'none'"


def policy(answer: TestResponse) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))


_PART = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")


def addresses(app: Flask, known: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and address of every rule; a part of which no example is known gets a made-up value."""

    def example(rule: Rule, kind: str | None, choices: str | None, name: str) -> str:
        examples = {**known.get("", {}), **known.get(rule.endpoint.split(".")[0], {}), **(rule.defaults or {})}
        if kind == "int":
            return "1"
        return str(choices).split(",")[0].strip() if kind == "any" else str(examples.get(name) or new_id())

    for rule in app.url_map.iter_rules():
        address = _PART.sub(lambda part, rule=rule: example(rule, part[1], part[2], part[3]), rule.rule)  # type: ignore[misc]
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule.endpoint, method, address


def common(endpoint: str, answer: TestResponse) -> None:
    """See what every answer must carry."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff", endpoint
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), endpoint
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in answer.headers["Permissions-Policy"], endpoint
    assert ("X-Frame-Options" in answer.headers) == (policy(answer)["frame-ancestors"] == NO_FRAME), endpoint
    assert policy(answer).items() >= NOTHING_INLINE.items(), endpoint
    if answer.mimetype == "text/html":
        assert "no-store" in answer.headers["Cache-Control"], endpoint


def test_nobody_may_frame_what_is_for_nobody_in_particular_but_a_refusal(everything: Everything) -> None:  # noqa: F811
    client = everything.app.test_client()
    tried = 0
    for endpoint, method, address in addresses(everything.app, everything.ids):
        answer = client.open(address, method=method)
        common(endpoint, answer)
        # who comes from a learning environment sees the refusal in its frame
        refused = answer.status_code >= 400 and endpoint not in SHOWS_THE_FORM_AGAIN
        with everything.app.app_context():
            framed = refused and not is_own_window(endpoint)
        assert policy(answer)["frame-ancestors"] == (ANY_FRAME if framed else NO_FRAME), (endpoint, method)
        assert "Strict-Transport-Security" not in answer.headers
        assert answer.status_code < 500, (endpoint, method)
        tried += 1
    assert tried > 100


def test_what_a_session_asks_for_is_framed_by_its_own_platform_only_and_never_kept(
    everything: Everything,  # noqa: F811
) -> None:
    for browser in (everything.circle.trainer, everything.circle.zoe):
        of_platform = set(browser.viewer.platform.framers)
        shown = 0
        for endpoint, method, address in everything.addresses():
            if method != "GET":
                continue
            answer = browser.get(address)
            common(endpoint, answer)
            framers = set(policy(answer)["frame-ancestors"].split())
            assert of_platform <= framers, endpoint
            assert not framers & {ANY_FRAME, "'self'", "https:", "http:"}, endpoint
            assert "no-store" in answer.headers["Cache-Control"], endpoint
            assert "public" not in answer.headers["Cache-Control"], endpoint
            shown += answer.status_code == 200
        assert shown > 10


@pytest.fixture
def over_https(database: Database, clock: FakeClock, settings: Settings) -> Iterator[FlaskClient]:
    """An installation that people reach over https."""
    https = load_settings(base_url="https://icc.example.org", data_dir=settings.data_dir)
    composed: Parts = compose(https, clock=clock, database=database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield create_app(composed).test_client()
    composed.close()


def test_over_https_every_answer_says_to_stay_there(over_https: FlaskClient) -> None:
    for endpoint, method, address in addresses(over_https.application, {}):
        answer = over_https.open(address, method=method, base_url="https://icc.example.org")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", (endpoint, method)


def test_the_threat_model_speaks_of_every_part_that_has_addresses(over_https: FlaskClient) -> None:
    page = (Path(__file__).parents[1] / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert [name for name in over_https.application.blueprints if f"`{name}`" not in page] == []
