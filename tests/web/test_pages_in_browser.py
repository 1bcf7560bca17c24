"""The pages in Chromium: accessible, nothing inline refused, nothing wider than the window, and what the modules do."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from flask import Flask, g, render_template_string, request
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Route, expect
from werkzeug.serving import make_server

from lti_tool.web.auto_post import auto_post
from lti_tool.web.csrf import csrf_exempt
from tests.browser_fixture import findings, fits

pytestmark = pytest.mark.browser

WIDTHS = [320, 1280]
BETWEEN = 768
FORM = """{% extends "base.html" %}{% from "parts/forms.html" import csrf, text_area, error_summary %}
{% block title %}Tekst{% endblock %}
{% block main %}<h1>Tekst</h1>{{ error_summary({"text": "Schrijf nog een tekst."}) }}
<form method="post" data-dirty>{{ csrf() }}{{ text_area("text", "Tekst", words=True, at_least=3, at_most=9) }}
<button class="btn btn-primary">Bewaar</button></form>{% endblock %}"""


OUTER = """<!doctype html><title>school</title><script>window.heard = [];
addEventListener("message", (event) => window.heard.push(event.data));</script>
<iframe src="/text" width="600"></iframe>"""


@dataclass
class Visit:
    """A page and everything its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource: the server"):
            self.complaints.append(message.text)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address at which a browser reaches the application."""

    @app.route("/text", methods=["GET", "POST"])
    def text() -> str:
        g.frame_ancestors = [request.host_url.rstrip("/")]
        return render_template_string(FORM)

    @app.get("/deep-link")
    def deep_link() -> str:
        return auto_post(request.args["to"], {"JWT": "a.b.c"}, title="Terug", message="Een ogenblik.", button="Verder")

    @app.post("/platform-return")
    @csrf_exempt
    def platform_return() -> str:
        return f"<!doctype html><title>platform</title><p>{request.form['JWT']}"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens an address in a window of its own: `visit(url, width=1280, locale="nl-NL", scheme="light")`."""
    opened: list[Page] = []

    def open_page(
        url: str,
        *,
        width: int = 1280,
        locale: str = "nl-NL",
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, locale=locale, color_scheme=scheme, java_script_enabled=scripts
        )
        page = context.new_page()
        opened.append(page)
        visit = Visit(page)
        page.on("console", visit.note)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(url, wait_until="networkidle")
        return visit

    yield open_page
    for page in opened:
        page.context.close()


def check(visit: Visit) -> None:
    """Assert that nothing was refused, that axe finds nothing and that the page is no wider than its window."""
    assert visit.complaints == []
    assert findings(visit.page) == []
    assert fits(visit.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "surface"), [("nl", "frame"), ("en", "page")])
@pytest.mark.parametrize("width", [*WIDTHS, BETWEEN])
def test_the_design_sheet_is_accessible_and_fits(
    site: str, visit: Callable[..., Visit], width: int, locale: str, surface: str, theme: str
) -> None:
    sheet = visit(f"{site}/design?surface={surface}&theme={theme}", width=width, locale=locale)
    assert sheet.page.locator("html").get_attribute("lang") == locale
    assert sheet.page.locator("html").get_attribute("data-bs-theme") == theme
    check(sheet)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["nl", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_error_page_is_accessible_and_fits(
    site: str, visit: Callable[..., Visit], width: int, locale: str, scheme: str
) -> None:
    url = f"{site}/not-allowed?back=https://school.example/course/3"
    error = visit(url, width=width, locale=locale, scheme=scheme)
    assert error.page.locator("html").get_attribute("lang") == locale
    assert error.page.locator("html").get_attribute("data-bs-theme") == scheme
    check(error)


def test_a_form_that_expired_is_accessible_and_shows_what_was_written(
    app: Flask, site: str, visit: Callable[..., Visit]
) -> None:
    form = visit(f"{site}/form", width=320)
    app.config["WTF_CSRF_TIME_LIMIT"] = -1
    form.page.locator("textarea").fill("Wat ik schreef.")
    form.page.evaluate("document.forms[0].submit()")
    expect(form.page.get_by_label("Je tekst")).to_have_value("Wat ik schreef.")
    check(form)


def test_the_titles_are_set_in_the_bundled_face_and_the_icons_come_from_the_sprite(
    site: str, visit: Callable[..., Visit]
) -> None:
    page = visit(f"{site}/design").page
    assert page.evaluate("document.fonts.check('400 20px \"EB Garamond\"')")
    assert page.evaluate("[...document.fonts].some((face) => face.status === 'loaded' && face.style === 'italic')")
    assert page.evaluate("document.querySelector('.icc-chip use').getBBox().width") > 0
    assert page.evaluate("document.querySelector('.icc-mark use').getBBox().width") > 0


def test_a_page_in_a_frame_tells_how_tall_it_is(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/framed").page
    page.route(f"{site}/outer", lambda route: _answer(route, OUTER))
    page.goto(f"{site}/outer", wait_until="networkidle")
    page.wait_for_function("window.heard.length > 0")
    frame = page.frames[1]
    frame.locator("textarea").evaluate("(text) => { text.rows = 40; }")
    page.wait_for_function("window.heard.length > 1")
    heard = page.evaluate("window.heard")
    assert {message["subject"] for message in heard} == {"lti.frameResize"}
    assert heard[-1]["height"] > heard[0]["height"] > 100
    assert heard[-1]["height"] == frame.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")


def test_in_a_frame_the_page_stays_light_and_in_its_own_window_it_follows_the_device(
    site: str, visit: Callable[..., Visit]
) -> None:
    for surface, expected in (("frame", "light"), ("page", "dark")):
        page = visit(f"{site}/design?surface={surface}", scheme="dark").page
        assert page.locator("html").get_attribute("data-bs-theme") == expected


def test_words_are_counted_while_writing(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/text").page
    line = page.locator("#text-words")
    expect(line).to_have_text("3 tot 9 woorden is een goede lengte. Inleveren kan altijd.")
    page.get_by_label("Tekst").fill("één")
    expect(line).to_have_text("Je schreef 1 woord.")
    page.get_by_label("Tekst").fill("Zoë’s kunst-en-cultuur, Zoe\u0308.")
    expect(line).to_have_text("Je schreef 3 woorden; 3 tot 9 is een goede lengte. Inleveren kan altijd.")
    page.get_by_label("Tekst").fill("")
    expect(line).to_have_text("3 tot 9 woorden is een goede lengte. Inleveren kan altijd.")


def test_leaving_with_unsaved_text_asks_first_and_sending_does_not(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/text").page
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.get_by_label("Tekst").press_sequentially("hallo")
    page.get_by_role("button", name="Bewaar").click()
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.get_by_label("Tekst").press_sequentially("nog iets")
    page.goto(f"{site}/form")
    assert asked == ["beforeunload"]


def test_the_message_of_a_form_takes_the_focus(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/text").page
    expect(page.locator("#fouten")).to_be_focused()
    page.get_by_role("link", name="Schrijf nog een tekst.").click()
    expect(page.get_by_label("Tekst")).to_be_focused()


def test_the_message_takes_the_focus_from_nobody_who_was_quicker(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/text").page
    held: list[Route] = []
    page.route("**/focus*.js*", lambda route: held.append(route))
    with page.expect_request("**/focus*.js*"):
        page.reload(wait_until="commit")
    link = page.get_by_role("link", name="Schrijf nog een tekst.")
    link.focus()
    held.pop().continue_()
    page.wait_for_load_state("networkidle")
    expect(link).to_be_focused()


def test_the_skip_link_leads_to_the_content(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/design").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#inhoud")).to_be_focused()


def test_the_return_to_the_platform_goes_by_itself(site: str, visit: Callable[..., Visit]) -> None:
    arrived = visit(f"{site}/deep-link?to={site}/platform-return")
    expect(arrived.page.locator("p")).to_have_text("a.b.c")
    assert arrived.complaints == []


def test_the_return_to_the_platform_has_a_button_without_javascript(site: str, visit: Callable[..., Visit]) -> None:
    page = visit(f"{site}/deep-link?to={site}/platform-return", scripts=False).page
    page.get_by_role("button", name="Verder").click()
    expect(page.locator("p")).to_have_text("a.b.c")


def _answer(route: Route, html: str) -> None:
    route.fulfill(body=html, content_type="text/html")
