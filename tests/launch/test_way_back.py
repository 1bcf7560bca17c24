"""Where the error page of a launch, or of a session that has ended, leads: to the course."""

import base64
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from lti_tool.launch.way_back import way_back
from tests.launch.parties import Stage

COURSE = "https://school.example.org/course/view.php?id=2"
ENGLISH = {"return_url": COURSE, "locale": "en_GB"}
PRESENTATION = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"


def leads_to(answer: TestResponse, url: str) -> bool:
    return f'href="{url}" target="_parent"' in answer.text


def token(presentation: object) -> str:
    """A token that nobody signed."""
    body = base64.urlsafe_b64encode(json.dumps({PRESENTATION: presentation}).encode()).decode().rstrip("=")
    return f"e30.{body}.x"


def test_a_launch_that_is_used_again_leads_to_its_course(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    made = lite.sign(lite.claims(asked["nonce"], launch_presentation=ENGLISH))
    browser.post(made, asked["state"])
    again = browser.post(made, asked["state"])
    assert "L-STATE-USED" in again.text
    assert leads_to(again, COURSE)


def test_a_launch_without_the_cookie_leads_to_its_course(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    browser.client.delete_cookie("icc-browser")
    answer = browser.post(lite.sign(lite.claims(asked["nonce"], launch_presentation=ENGLISH)), asked["state"])
    assert "L-COOKIE" in answer.text
    assert leads_to(answer, COURSE)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/course",
        "http://school.example.org/course",
        "https://school.example.org.evil.example/",
        "https://school.example.org@evil.example/",
        "https://school.example.org:444/",
        "javascript:alert(1)",
        "//school.example.org/",
        "x" * 3000,
        None,
        7,
    ],
)
def test_an_address_elsewhere_is_no_way_back(lite: Stage, url: object) -> None:
    assert way_back(token({"return_url": url}), lite.platform) is None


@pytest.mark.parametrize(
    "made",
    ["", "x", "a.b", "..", "a.é.c", "e30.e30.x", "e30.bnVsbA.x", "e30.W10.x", token([]), token(None), token("x" * 90_000)],
)
def test_a_token_that_says_nothing_leads_nowhere(lite: Stage, made: str) -> None:
    assert way_back(made, lite.platform) is None


def test_a_deeply_nested_token_leads_nowhere(lite: Stage) -> None:
    body = base64.urlsafe_b64encode(b"[" * 60_000).decode().rstrip("=")
    assert way_back(f"e30.{body}.x", lite.platform) is None


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://lyceum.instructure.com/courses/1", True),
        ("https://a.b.instructure.com/", True),
        ("https://instructure.com/", False),
        ("https://evilinstructure.com/", False),
        ("http://lyceum.instructure.com/", False),
    ],
)
def test_a_platform_with_a_host_for_each_school_covers_them_all(lite: Stage, url: str, *, covered: bool) -> None:
    hosts = ("https://*.instructure.com",)
    canvas = type(lite.platform)(**{**vars(lite.platform), "frame_origins": hosts})
    assert (way_back(token({"return_url": url}), canvas) == url) is covered


class TestOfASessionThatHasEnded:
    def ended(self, stage: Stage, hours: float, **presentation: Any) -> TestResponse:  # noqa: ANN401
        browser = stage.browser()
        browser.launch(launch_presentation=presentation or ENGLISH)
        stage.clock.advance(hours=hours)
        return browser.ask()

    @pytest.mark.parametrize("hours", [8, 31.9])
    def test_the_page_leads_to_the_course_for_a_day_in_the_language_of_the_course(self, lite: Stage, hours: float) -> None:
        answer = self.ended(lite, hours)
        assert answer.status_code == 401
        assert "Your session has expired" in answer.text
        assert leads_to(answer, COURSE)
        assert lite.platform.name in answer.text
        assert "frame-ancestors https://school.example.org" in answer.headers["Content-Security-Policy"]

    def test_without_an_address_it_says_what_to_do(self, lite: Stage) -> None:
        answer = self.ended(lite, 8, locale="nl")
        assert "Klik de opdracht opnieuw aan." in answer.text
        assert 'target="_parent"' not in answer.text

    def test_of_two_courses_it_leads_to_the_one_that_was_opened_last(self, lite: Stage) -> None:
        browser = lite.browser()
        browser.launch(launch_presentation={"return_url": COURSE})
        lite.clock.advance(hours=1)
        other = COURSE.replace("2", "3")
        browser.launch("launch_second_course", launch_presentation={"return_url": other})
        lite.clock.advance(hours=8)
        assert leads_to(browser.ask(), other)

    def test_a_form_that_comes_too_late_leads_to_the_course_too(self, lite: Stage) -> None:
        lite.app.add_url_rule("/form", view_func=lambda: "received", methods=["POST"])
        browser = lite.browser()
        browser.launch(launch_presentation=ENGLISH)
        lite.clock.advance(hours=8)
        late = browser.client.post("/form", data={"csrf_token": "x", "text": "What I wrote."})
        assert "What I wrote." in late.text
        assert leads_to(late, COURSE)

    def test_a_stranger_learns_nothing(self, lite: Stage) -> None:
        self.ended(lite, 8)
        stranger = lite.browser()
        stranger.client.set_cookie("icc", "x" * 43)
        assert not leads_to(stranger.ask(), COURSE)
        assert not leads_to(lite.browser().ask(), COURSE)
