"""A small application on the ground of the pages, with views that go wrong in every way."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort, g, render_template_string, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from lti_tool.errors import IccError, NotAllowed, SessionExpired, Unreachable
from lti_tool.web.auto_post import auto_post
from lti_tool.web.csrf import csrf_exempt
from lti_tool.web.setup import init_web
from tests.clock import FakeClock
from tests.conftest import SECRET

FORM = """
<form method="post" action="/form">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <textarea name="text"></textarea>
</form>
"""


class LinkUsed(IccError):
    """An error as the rooms define them."""

    code = "L-STATE-USED"
    status = 409
    title = "Deze link is al gebruikt"
    explanation = "Een link uit je leeromgeving werkt één keer."
    who = "Je kunt dit zelf oplossen."
    steps = ("Ga terug naar je cursus.", "Klik de opdracht opnieuw aan.")


def _add_pages(app: Flask) -> None:
    @app.get("/form")
    def form() -> str:
        return render_template_string(FORM)

    @app.post("/form")
    def receive_form() -> str:
        return f"received {request.form.get('text', '')}"

    @app.post("/lti/launch")
    @csrf_exempt
    def launch() -> str:
        return "launched"

    @app.route("/used", methods=["GET", "POST"])
    @csrf_exempt
    def used() -> str:
        raise LinkUsed("state was consumed before", reference=request.args.get("reference"))

    @app.post("/expired")
    @csrf_exempt
    def expired() -> str:
        raise SessionExpired

    @app.get("/not-allowed")
    def not_allowed() -> str:
        g.platform_name = "Moodle van Lyceum De Maasbrug"
        g.back_url = request.args["back"]
        raise NotAllowed

    @app.get("/unreachable.json")
    def unreachable() -> str:
        raise Unreachable("the school did not answer")

    @app.get("/boom")
    def boom() -> str:
        try:
            raise KeyError("Zoë van ’t Höfen-Çelik")
        except KeyError as error:
            raise RuntimeError("row of Zoë van ’t Höfen-Çelik") from error

    @app.get("/abort/<int:status>")
    def http_error(status: int) -> str:
        abort(status)

    @app.get("/framed")
    def framed() -> str:
        g.frame_ancestors = request.args.getlist("by")
        return "<p>hello"

    @app.get("/auto-post")
    def deep_link_return() -> str:
        return auto_post(
            request.args["to"],
            {"JWT": 'e30.<">.sig'},
            title="Terug naar je cursus",
            message="We zetten de opdrachten in je cursus.",
            button="Ga verder",
        )

    # registered before init_web: what finds the session runs before the check of the form's token
    @app.before_request
    def standing_in_for_the_session() -> None:
        g.session_id = request.headers.get("X-Test-Session")
        if "X-Test-Locale" in request.headers:
            g.locale = request.headers["X-Test-Locale"]


@pytest.fixture
def app(clock: FakeClock) -> Flask:
    """The application, with the session's id and the person's language taken from headers."""
    app = Flask("lti_tool")
    app.secret_key = SECRET
    app.testing = True
    app.config["MAX_CONTENT_LENGTH"] = 50 * 1024 * 1024
    _add_pages(app)
    init_web(app, clock=clock)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that asks for Dutch pages."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nl"
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """The log lines of the test."""
    with capture_logs() as lines:
        yield lines
