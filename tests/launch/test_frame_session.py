"""A session in a frame without cookies: its secret comes in a header, and from nowhere else."""

import pytest
from flask import Blueprint, redirect, render_template_string, request
from werkzeug.wrappers import Response

from tests.launch.parties import Stage
from tests.launch.test_storage import Frame

FORM = '<form><input name="csrf_token" value="{{ csrf_token() }}"></form>'


@pytest.fixture
def lite(lite: Stage) -> Stage:
    """The stage, with pages that send on and pages with a form."""
    pages = Blueprint("pages", __name__)

    @pages.get("/on")
    def on() -> Response:
        return redirect("/who?tab=1#below", 303)

    @pages.route("/form", methods=["GET", "POST"])
    def form() -> str:
        return f"received {request.form['text']}" if request.method == "POST" else render_template_string(FORM)

    lite.app.register_blueprint(pages)
    return lite


@pytest.fixture
def frame(lite: Stage) -> Frame:
    """A frame without cookies."""
    return Frame(lite)


@pytest.fixture
def sent(frame: Frame) -> dict[str, str]:
    """The header of its session."""
    return {"ICC-Session": frame.session()["session"], "Accept": "text/html"}


def test_the_header_says_who_it_is(frame: Frame, sent: dict[str, str]) -> None:
    assert frame.client.get("/who", headers=sent).get_json()["seats"]


def test_the_secret_in_an_address_or_a_form_is_nobody(frame: Frame, sent: dict[str, str]) -> None:
    values = dict.fromkeys(("ICC-Session", "session", "icc"), sent["ICC-Session"])
    assert frame.client.get("/who", query_string=values).status_code == 401
    assert frame.client.get("/who", headers={"Authorization": f"Bearer {sent['ICC-Session']}"}).status_code == 401


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 500])
def test_a_secret_of_nobody_gets_the_page_of_an_expired_session(frame: Frame, secret: str) -> None:
    answer = frame.client.get("/who", headers={"ICC-Session": secret, "Accept": "text/html"})
    assert answer.status_code == 401
    assert "Klik de opdracht opnieuw aan." in answer.text


def test_the_header_goes_before_a_cookie_of_somebody_else(lite: Stage, sent: dict[str, str]) -> None:
    trainer = lite.browser()
    trainer.launch("launch_editingteacher")
    by_cookie = trainer.who()["account"]
    assert trainer.client.get("/who", headers=sent).get_json()["account"] != by_cookie
    assert trainer.client.get("/who", headers={"ICC-Session": "x"}).status_code == 401


def test_it_ends_as_every_session_does(lite: Stage, frame: Frame, sent: dict[str, str]) -> None:
    lite.clock.advance(hours=8)
    assert frame.client.get("/who", headers=sent).status_code == 401


def test_a_form_needs_its_token_as_everywhere(frame: Frame, sent: dict[str, str]) -> None:
    token = frame.client.get("/form", headers=sent).text.split('value="')[1].split('"')[0]
    other = {"ICC-Session": Frame(frame.stage).session()["session"], "Accept": "text/html"}
    assert frame.client.post("/form", headers=sent, data={"text": "x"}).status_code == 400
    assert frame.client.post("/form", headers=other, data={"text": "x", "csrf_token": token}).status_code == 400
    assert frame.client.post("/form", data={"text": "x", "csrf_token": token}).status_code == 400
    assert frame.client.post("/form", headers=sent, data={"text": "x", "csrf_token": token}).text == "received x"


def test_its_script_is_told_where_a_redirect_leads_with_what_comes_after_the_hash(
    frame: Frame, sent: dict[str, str]
) -> None:
    answer = frame.client.get("/on", headers=sent)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["ICC-Location"] == "/who?tab=1#below"
    assert "Location" not in answer.headers


def test_elsewhere_a_redirect_is_a_redirect(frame: Frame) -> None:
    answer = frame.client.get("/on")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/who?tab=1#below")
    assert "ICC-Location" not in answer.headers


def test_another_site_is_not_allowed_to_send_the_header(frame: Frame) -> None:
    asked = {"Origin": "https://evil.example.org", "Access-Control-Request-Headers": "icc-session"}
    answer = frame.client.options("/who", headers=asked)
    assert "Access-Control" not in str(answer.headers)
