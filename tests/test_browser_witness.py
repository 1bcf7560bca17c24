"""What a failed browser test tells of its windows."""

import pytest
from playwright.sync_api import Browser

from tests.browser_fixture import Complaints
from tests.browser_witness import what_was_seen

pytestmark = pytest.mark.browser


def test_it_tells_what_every_frame_shows_and_what_was_not_answered_until_the_windows_close(chromium: Browser) -> None:
    before = len(list(what_was_seen()))
    context = chromium.new_context()
    Complaints().listen(context)
    page = context.new_page()
    page.route("**/once*", lambda route: route.fulfill(body="here"))
    page.route("**/never*", lambda _route: None)
    page.route("**/page*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto("https://school.example.org/page?secret=1")
    with page.expect_request("**/never*"):
        page.evaluate("fetch('/once?secret=1').then(() => { fetch('/never?secret=1'); })")
    (_title, told) = list(what_was_seen())[before]
    for line in (
        "--- https://school.example.org/page?…",
        'focus: - button "Ga verder"',
        '- heading "Lokaal 1" [level=1]',
        "shows: - paragraph: In het kader",
        "no answer yet: GET https://school.example.org/never?…",
        "done: GET https://school.example.org/once?…",
    ):
        assert line in told
    assert "secret" not in told
    context.close()
    assert len(list(what_was_seen())) == before


PAGE = "<h1>Lokaal 1</h1><button autofocus>Ga verder</button><iframe srcdoc='<p>In het kader</p>'></iframe>"
