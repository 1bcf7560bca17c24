import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, g
from flask.testing import FlaskClient

from lti_tool.ids import new_reference
from lti_tool.web.csrf import csrf_exempt
from lti_tool.web.setup import init_web
from tests.clock import FakeClock
from tests.conftest import SECRET

ENGLISH = {"Accept-Language": "en"}
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
STORY = "Op Lyceum De Maasbrug ligt cultuur\nvooral bij de <kunstvakken>."


def test_an_error_page_says_what_happened_who_can_fix_it_what_to_do_and_a_code(client: FlaskClient) -> None:
    response = client.get("/used?reference=7QK4M2")
    assert response.status_code == 409
    for words in (
        "<h1>Deze link is al gebruikt</h1>",
        "Een link uit je leeromgeving werkt één keer.",
        "Je kunt dit zelf oplossen.",
        "Ga terug naar je cursus.</li>",
        "Klik de opdracht opnieuw aan.</li>",
        "L-STATE-USED · 7QK4M2",
        "23 november 2026, 13.00 uur",
        "<title>Deze link is al gebruikt · ICC Bridge</title>",
    ):
        assert words in response.text


def test_an_error_page_speaks_the_readers_language(client: FlaskClient) -> None:
    response = client.get("/not-allowed?back=https://school.example/course/3", headers=ENGLISH)
    assert response.status_code == 403
    assert '<html lang="en"' in response.text
    for words in ("You cannot do this here", "What to do next", "Still not working?", "23 November 2026, 13:00"):
        assert words in response.text
    assert "Zo kom je verder" not in response.text


def test_an_error_page_names_the_learning_environment_and_leads_back_to_the_course(client: FlaskClient) -> None:
    html = client.get("/not-allowed?back=https://school.example/course/3").text
    assert "Moodle van Lyceum De Maasbrug" in html
    assert 'href="https://school.example/course/3" target="_parent"' in html


@pytest.mark.parametrize("back", ["javascript:alert(1)", "", "//evil.example"])
def test_the_way_back_is_a_web_address_or_nothing(client: FlaskClient, back: str) -> None:
    html = client.get("/not-allowed", query_string={"back": back}).text
    assert "target=" not in html
    assert "javascript:" not in html


def test_the_reference_leads_to_the_log_line(client: FlaskClient, log: list[Any]) -> None:
    html = client.get("/used").text
    reference = re.search(r"L-STATE-USED · (\w+)<", html)
    assert reference
    assert len(reference[1]) == len(new_reference())
    (line,) = log
    assert line["reference"] == reference[1]
    assert line["code"] == "L-STATE-USED"
    assert line["detail"] == "state was consumed before"
    assert line["log_level"] == "info"


def test_what_nobody_foresaw_gives_a_page_without_a_trace(client: FlaskClient) -> None:
    response = client.get("/boom")
    assert response.status_code == 500
    assert "Er ging iets mis" in response.text
    for secret in ("Zoë", "RuntimeError", "Traceback", "conftest.py"):
        assert secret not in response.text
    assert "Something went wrong" in client.get("/boom", headers=ENGLISH).text


def test_what_nobody_foresaw_is_logged_without_anybodys_data(client: FlaskClient, log: list[Any]) -> None:
    html = client.get("/boom?name=Zo%C3%AB").text
    (line,) = log
    assert line["log_level"] == "error"
    assert line["error"] == "RuntimeError"
    assert line["cause"] == "KeyError"
    assert line["reference"] in html
    assert any(re.fullmatch(r"conftest\.py:\d+ boom", frame) for frame in line["frames"])
    assert "Zo" not in str(line).replace("Zone", "")


@pytest.mark.parametrize(
    ("status", "dutch", "english"),
    [
        (400, "Dit verzoek begrijpen we niet", "We do not understand this request"),
        (403, "Dit mag je hier niet", "You cannot do this here"),
        (404, "Deze pagina is er niet", "This page does not exist"),
        (405, "Dit adres kun je zo niet openen", "You cannot open this address like this"),
        (410, "Deze pagina is er niet", "This page does not exist"),
        (413, "Dit bestand is te groot", "This file is too large"),
        (418, "Dit verzoek begrijpen we niet", "We do not understand this request"),
        (429, "Even rustig aan", "Slow down for a moment"),
        (500, "Er ging iets mis", "Something went wrong"),
        (503, "ICC Bridge is even niet bereikbaar", "ICC Bridge cannot be reached for a moment"),
    ],
)
def test_an_http_error_keeps_its_status_and_says_it_in_plain_words(
    client: FlaskClient, status: int, dutch: str, english: str
) -> None:
    response = client.get(f"/abort/{status}")
    assert response.status_code == status
    assert f"<h1>{dutch}</h1>" in response.text
    assert f"<h1>{english}</h1>" in client.get(f"/abort/{status}", headers=ENGLISH).text


def test_an_unknown_page_and_a_wrong_method_are_answered_too(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    response = client.get("/lti/launch")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_redirect_to_the_right_address_is_no_error(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/folder/", view_func=lambda: "here", endpoint="folder")
    response = client.get("/folder")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/folder/")


def test_too_large_a_file_is_told_the_limit(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    response = client.post("/form", data={"files": (io.BytesIO(b"x" * (1024 * 1024 + 1)), "film.mp4")})
    assert response.status_code == 413
    assert "Er past hooguit 1 MB in." in response.text
    app.config["MAX_CONTENT_LENGTH"] = None
    assert "groter dan er in past" in client.get("/abort/413").text


def test_a_json_request_gets_a_json_error(client: FlaskClient) -> None:
    response = client.get("/used?reference=7QK4M2", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert response.mimetype == "application/problem+json"
    assert json.loads(response.data) == {
        "title": "Deze link is al gebruikt",
        "status": 409,
        "detail": "Een link uit je leeromgeving werkt één keer.",
        "code": "L-STATE-USED",
        "reference": "7QK4M2",
        "who": "Je kunt dit zelf oplossen.",
        "steps": ["Ga terug naar je cursus.", "Klik de opdracht opnieuw aan."],
    }
    assert client.get("/unreachable.json").get_json()["code"] == "O-UNREACHABLE"
    assert client.get("/boom", headers={"Accept": "application/json"}).get_json()["status"] == 500


def test_a_browsers_request_gets_a_page(client: FlaskClient) -> None:
    chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    for accept in (chrome, "*/*"):
        assert client.get("/used", headers={"Accept": accept}).mimetype == "text/html"


def test_an_error_page_shows_in_any_frame_unless_the_view_said_which(client: FlaskClient) -> None:
    headers = client.get("/used").headers
    assert headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in headers


def test_an_error_in_a_window_of_its_own_looks_like_our_own_page(client: FlaskClient) -> None:
    assert 'data-surface="page"' in client.get("/used", headers={"Sec-Fetch-Dest": "document"}).text
    assert 'data-surface="frame"' in client.get("/used", headers={"Sec-Fetch-Dest": "iframe"}).text
    assert 'data-surface="frame"' in client.get("/used").text


def test_the_clock_of_the_application_gives_the_time(client: FlaskClient, clock: FakeClock) -> None:
    clock.advance(days=220)
    assert "1 juli 2027, 14.00 uur" in client.get("/used").text


def test_a_form_that_expired_gives_back_what_was_written(client: FlaskClient) -> None:
    data = {"csrf_token": "old", "text": STORY, "link": "https://www.example.org/plan", "action": "submit"}
    response = client.post("/form", data=data, headers=FROM_OUR_PAGE)
    assert response.status_code == 400
    assert "Je sessie is verlopen" in response.text
    assert "Open de opdracht opnieuw vanuit je cursus." in response.text
    assert "Kopieer het" in response.text
    boxes = re.findall(r"<textarea[^>]*readonly>\n(.*?)</textarea>", response.text, re.DOTALL)
    assert boxes == [STORY.replace("<", "&lt;").replace(">", "&gt;"), "https://www.example.org/plan"]
    assert "submit" not in response.text
    english = client.post("/form", data=data, headers={**FROM_OUR_PAGE, **ENGLISH}).text
    assert "Your session has expired" in english
    assert "Copy it before you close this page." in english


def test_a_session_that_expired_gives_back_what_was_written_too(client: FlaskClient) -> None:
    data = {"csrf_token": "x", "feedback": "Goed", "criterion-2": "Noem nog een kans.", "verdict": "returned"}
    response = client.post("/expired", data=data)
    assert response.status_code == 401
    boxes = re.findall(r"<textarea[^>]*readonly>\n(.*?)</textarea>", response.text, re.DOTALL)
    assert boxes == ["Goed", "Noem nog een kans."]


def test_files_that_did_not_arrive_are_told(client: FlaskClient) -> None:
    with_text = {"csrf_token": "old", "text": STORY, "files": (io.BytesIO(b"x"), "plan.pdf")}
    assert "Bestanden kies je daarna opnieuw." in client.post("/form", data=with_text).text
    alone = {"csrf_token": "old", "files": (io.BytesIO(b"x"), "plan.pdf")}
    html = client.post("/form", data=alone).text
    assert "Je bestanden zijn niet aangekomen." in html
    assert "<textarea" not in html


def test_what_another_site_posts_is_never_shown(client: FlaskClient) -> None:
    data = {"csrf_token": "x", "text": "Bel dit nummer"}
    for site in ("cross-site", "same-site"):
        assert "Bel dit nummer" not in client.post("/form", data=data, headers={"Sec-Fetch-Site": site}).text


def test_what_a_launch_carried_is_never_shown(client: FlaskClient) -> None:
    html = client.post("/used", data={"id_token": "a.b.c", "lti_message_hint": '{"name": "Zoë van Höfen"}'}).text
    assert "Zoë" not in html
    assert "a.b.c" not in html


def an_app(clock: FakeClock, find: Callable[[], str | None]) -> FlaskClient:
    """An application whose session is found by `find`, with a view of its own and one that other sites post to."""
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    app.testing = True
    init_web(app, clock=clock, session_id=find)

    @app.post("/form")
    def form() -> str:
        return "received"

    @app.post("/lti/launch")
    @csrf_exempt
    def launch() -> str:
        abort(413)

    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html"}
    return client


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/form", 405), ("POST", "/form", 400)]
)
def test_an_error_before_the_view_has_the_language_and_the_frame_of_its_reader(
    clock: FakeClock, method: str, path: str, status: int
) -> None:
    def find() -> str:
        g.locale, g.frame_ancestors = "en", ["https://school.example"]
        return "a session"

    answer = an_app(clock, find).open(path, method=method)
    assert answer.status_code == status
    assert '<html lang="en"' in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors https://school.example")


def test_an_error_at_an_address_that_other_sites_post_to_asks_for_no_session(clock: FakeClock) -> None:
    def find() -> str:
        raise AssertionError("asked")

    answer = an_app(clock, find).post("/lti/launch")
    assert answer.status_code == 413
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")


def test_a_session_that_cannot_be_found_leaves_the_first_error(clock: FakeClock, log: list[Any]) -> None:
    def find() -> str:
        raise OSError("Zoë")

    answer = an_app(clock, find).get("/nowhere")
    assert (answer.status_code, "R-NOT-FOUND" in answer.text) == (404, True)
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert [line["error"] for line in log if line["event"] == "reader_not_found"] == ["OSError"]
    assert "Zoë" not in repr(log)
