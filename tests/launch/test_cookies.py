"""Cookies: their attributes, and what happens where a browser keeps none."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.config import Settings
from lti_tool.cookies import Cookie
from tests.launch.parties import LAUNCH_URL, Stage, sent_on

IN_A_FRAME = {"Sec-Fetch-Dest": "iframe"}
SECURE_URL = "https://icc.example.org/lti/launch"


def set_cookies(answer: TestResponse) -> dict[str, set[str]]:
    """The attributes of each cookie that an answer sets, by name."""
    found = {}
    for header in answer.headers.getlist("Set-Cookie"):
        pair, *attributes = header.split("; ")
        kept = {attribute for attribute in attributes if not attribute.startswith("Expires=")}
        found[pair.partition("=")[0]] = kept
    return found


class TestOnHttps:
    @pytest.fixture
    def settings(self, secure_settings: Settings) -> Settings:
        return secure_settings

    def test_both_cookies_are_host_only_secure_and_partitioned(self, lite: Stage) -> None:
        browser = lite.browser()
        login = browser.login(target_link_uri=SECURE_URL)
        cookie = {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}
        assert set_cookies(login) == {"__Host-icc-browser": cookie | {"Max-Age=86400"}}
        secret = login.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        asked = sent_on(login)
        assert asked["redirect_uri"] == SECURE_URL
        claims = lite.claims(asked["nonce"], target_link_uri=SECURE_URL)
        launch = browser.client.post(
            "/lti/launch",
            data={"state": asked["state"], "id_token": lite.sign(claims)},
            headers={"Cookie": f"__Host-icc-browser={secret}"},
        )
        assert launch.status_code == 303, launch.text
        assert set_cookies(launch) == {"__Host-icc": cookie | {"Max-Age=115200"}}


def test_on_plain_http_both_cookies_are_lax(lite: Stage) -> None:
    browser = lite.browser()
    login = browser.login()
    cookie = {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert set_cookies(login) == {"icc-browser": cookie | {"Max-Age=86400"}}
    asked = sent_on(login)
    launch = browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"])
    assert set_cookies(launch) == {"icc": cookie | {"Max-Age=115200"}}


def test_a_cookie_longer_than_any_of_ours_is_not_read(settings: Settings) -> None:
    cookie = Cookie(settings, "icc", timedelta(hours=1))
    app = Flask("x")
    with app.test_request_context(headers={"Cookie": f"icc={'x' * 201}"}) as context:
        assert cookie.read(context.request) is None


def test_the_first_login_in_a_frame_sees_first_whether_a_cookie_stays(lite: Stage) -> None:
    client = lite.new_client()
    params = lite.login_params(lti_message_hint='{"a":"b c+d&é"}')
    first = client.post("/lti/login", data=params, headers=IN_A_FRAME)
    assert first.status_code == 307
    assert set(set_cookies(first)) == {"icc-browser"}
    assert lite.pending() == 0
    assert sent_on(first) == {"cookie_checked": "1"}, "nothing of the login stands in an address of ours"
    second = client.post(first.headers["Location"], data=params, headers=IN_A_FRAME)
    assert second.status_code == 302
    asked = sent_on(second)
    assert asked["lti_message_hint"] == params["lti_message_hint"]
    launch = client.post("/lti/launch", data={"state": asked["state"], "id_token": lite.sign(lite.claims(asked["nonce"]))})
    assert launch.status_code == 303


def test_a_login_by_get_comes_again_by_get(lite: Stage) -> None:
    client, params = lite.new_client(), lite.login_params(lti_message_hint="abc")
    first = client.get("/lti/login", query_string=params, headers=IN_A_FRAME)
    assert first.status_code == 303
    assert sent_on(first) == {**params, "cookie_checked": "1"}
    assert client.get(first.headers["Location"], headers=IN_A_FRAME).status_code == 302


def test_a_browser_that_is_known_goes_straight_on(lite: Stage) -> None:
    browser = lite.browser()
    browser.auth_request()
    again = browser.client.post("/lti/login", data=lite.login_params(), headers=IN_A_FRAME)
    assert again.headers["Location"].startswith("https://school.example.org/auth?")


@pytest.fixture
def help_page(lite: Stage) -> TestResponse:
    """What a browser without cookies gets."""
    client = lite.app.test_client(use_cookies=False)
    client.environ_base |= lite.new_client().environ_base
    params = lite.login_params()
    first = client.post("/lti/login", data=params, headers=IN_A_FRAME)
    return client.post(first.headers["Location"], data=params, headers=IN_A_FRAME)


def test_a_browser_without_cookies_is_offered_a_window_of_its_own(lite: Stage, help_page: TestResponse) -> None:
    assert help_page.status_code == 200
    assert "Nog één klik en je bent binnen" in help_page.text
    assert 'method="post" action="/lti/login" target="_blank"' in help_page.text
    for name in ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id"):
        assert f'name="{name}"' in help_page.text
    assert "&#34;launchid&#34;:&#34;ltilaunch1_68528305&#34;" in help_page.text
    assert lite.pending() == 0


def test_the_help_page_may_be_framed_by_the_platform_and_lead_to_it(help_page: TestResponse) -> None:
    policy = help_page.headers["Content-Security-Policy"]
    assert "frame-ancestors https://school.example.org" in policy
    assert "form-action 'self' https://school.example.org;" in policy


def test_the_help_page_names_a_code_that_is_in_the_log(lite: Stage, help_page: TestResponse) -> None:
    (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
    assert (line["code"], line["platform"]) == ("L-COOKIE", lite.platform.id)
    assert f"L-COOKIE · {line['reference']}" in help_page.text


def test_what_the_help_page_sends_opens_in_the_new_window(lite: Stage) -> None:
    client = lite.new_client()
    answer = client.post("/lti/login", data=lite.login_params(), headers={"Sec-Fetch-Dest": "document"})
    assert answer.status_code == 302
    assert sent_on(answer)["redirect_uri"] == LAUNCH_URL


def test_a_launch_without_the_browser_cookie_says_how_to_go_on(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    browser.client.delete_cookie("icc-browser")
    answer = browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"])
    assert answer.status_code == 400
    assert "L-COOKIE" in answer.text
    assert "nieuw venster" in answer.text
    assert lite.stored() == 0


def test_an_unknown_platform_is_told_before_any_cookie(lite: Stage) -> None:
    params = lite.login_params(iss="https://elsewhere.example.org")
    answer = lite.new_client().post("/lti/login", data=params, headers=IN_A_FRAME)
    assert "L-PLATFORM" in answer.text
    assert set_cookies(answer) == {}
