"""The platform's storage instead of a cookie: what the pages get, what a launch has to bring, and that it counts once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.ids import digest
from lti_tool.launch.models import LaunchState, Layer, ToolSession
from lti_tool.launch.storage import ForStorage
from tests.launch.parties import LEARNED, OPENED, Stage

IN_A_FRAME = {"Sec-Fetch-Dest": "iframe"}


def without_cookies(stage: Stage) -> FlaskClient:
    client = stage.app.test_client(use_cookies=False)
    client.environ_base |= stage.new_client().environ_base
    return client


def offered(stage: Stage, **changes: str | None) -> TestResponse:
    """The page that a frame without cookies gets at the login."""
    client = without_cookies(stage)
    params = stage.login_params(**changes)
    first = client.post("/lti/login", data=params, headers=IN_A_FRAME)
    return client.post(first.headers["Location"], data=params, headers=IN_A_FRAME)


class Frame:
    """A frame without cookies whose page lets the platform keep the login's secret."""

    def __init__(self, stage: Stage, recorded: str = "launch_student", **changes: str | None) -> None:
        self.stage, self.recorded = stage, recorded
        self.client = without_cookies(stage)
        answer = self.client.post("/lti/login/storage", data=stage.login_params(recorded, **changes))
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        stored: dict[str, str] = answer.get_json()
        self.key, self.value = stored["key"], stored["value"]
        self.place = urlsplit(stored["url"])
        self.asked = dict(parse_qsl(self.place.query))

    @property
    def state(self) -> LaunchState:
        """The login as it is kept."""
        with self.stage.database.session() as session:
            return session.scalars(select(LaunchState).where(LaunchState.state_digest == digest(self.asked["state"]))).one()

    def launch(self, *, claims: dict[str, Any] | None = None, token: str | None = None, **more: str) -> TestResponse:
        """Post the launch, as the platform does, or with what our page adds."""
        made = token or self.stage.sign(claims or self.stage.claims(self.asked["nonce"], self.recorded))
        return self.client.post("/lti/launch", data={"state": self.asked["state"], "id_token": made, **more})

    def session(self) -> dict[str, str]:
        """Launch with the right value and return what the page gets."""
        answer = self.launch(storage_value=self.value)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.get_json()
        return found


def test_the_page_of_a_frame_without_cookies_may_speak_with_the_authentication_address_alone(lite: Stage) -> None:
    page = offered(lite, lti_storage_target="post_message_forwarding")
    assert page.status_code == 200
    assert 'data-origin="https://school.example.org" data-target="post_message_forwarding"' in page.text
    assert 'data-store-url="/lti/login/storage"' in page.text
    assert lite.pending() == 0


def test_its_page_may_be_framed_by_the_platform_and_is_no_refusal_yet(lite: Stage) -> None:
    page = offered(lite, lti_storage_target="_parent")
    assert "frame-ancestors https://school.example.org" in page.headers["Content-Security-Policy"]
    assert not [line for line in lite.log if line["event"] == "launch_refused"]


def test_a_storage_that_kept_silent_gets_a_code_for_the_administrator(lite: Stage) -> None:
    params = lite.login_params(lti_storage_target="_parent")
    answer = without_cookies(lite).post("/lti/login/storage", data={**params, "storage_silent": "1"})
    (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
    assert answer.get_json() == {"code": "L-COOKIE", "reference": line["reference"]}
    assert "storage did not answer" in line["detail"]
    assert lite.pending() == 0


def test_the_window_that_it_offers_brings_no_storage_along(lite: Stage) -> None:
    page = offered(lite, lti_storage_target="_parent")
    assert 'name="lti_storage_target"' not in page.text
    assert 'name="own_window" value="1"' in page.text


def test_a_browser_that_does_not_say_where_it_shows_us_is_believed_when_storage_is_offered(lite: Stage) -> None:
    client = lite.new_client()
    params = lite.login_params(lti_storage_target="_parent")
    first = client.post("/lti/login", data=params)
    assert first.status_code == 307
    assert client.post(first.headers["Location"], data=params).status_code == 302


def test_a_browser_with_our_cookie_needs_no_storage(lite: Stage) -> None:
    browser = lite.browser()
    browser.auth_request()
    answer = browser.client.post("/lti/login", data=lite.login_params(lti_storage_target="_parent"), headers=IN_A_FRAME)
    assert answer.headers["Location"].startswith("https://school.example.org/auth?")
    with lite.database.session() as session:
        assert {(row.layer, row.storage_target) for row in session.scalars(select(LaunchState))} == {(Layer.COOKIE, None)}


def test_a_storage_target_longer_than_its_column_is_refused(lite: Stage) -> None:
    answer = lite.browser().login(lti_storage_target="x" * 256)
    assert (answer.status_code, "L-LOGIN" in answer.text) == (400, True)


@pytest.mark.parametrize(("sent", "kept"), [("lti_storage_frame", "lti_storage_frame"), (None, "_parent")])
def test_a_login_into_storage_keeps_only_the_digest_of_what_the_platform_keeps(
    stage: Stage, sent: str | None, kept: str
) -> None:
    frame = Frame(stage, lti_storage_target=sent)
    assert frame.key == f"lti_state_{frame.asked['state']}"
    assert (frame.state.layer, frame.state.storage_target) == (Layer.STORAGE, kept)
    assert frame.state.browser_digest == digest(frame.value)
    assert frame.value not in frame.asked.values()
    assert frame.place.netloc == "school.example.org"


def test_a_login_into_storage_is_read_as_every_other(lite: Stage) -> None:
    client = without_cookies(lite)
    answer = client.post("/lti/login/storage", data=lite.login_params(target_link_uri="https://elsewhere.example.org/"))
    assert "L-TARGET" in answer.text
    assert lite.pending() == 0


class TestBeforeTheStorageHasAnswered:
    def test_a_launch_grants_nothing_and_uses_nothing_up(self, stage: Stage) -> None:
        frame = Frame(stage, lti_storage_target="lti_storage_frame")
        page = frame.launch()
        assert page.status_code == 200
        assert f'data-key="{frame.key}"' in page.text
        assert 'data-origin="https://school.example.org" data-target="lti_storage_frame"' in page.text
        assert frame.value not in page.text
        assert "Set-Cookie" not in page.headers
        assert "frame-ancestors https://school.example.org" in page.headers["Content-Security-Policy"]
        assert (stage.stored(), stage.pending()) == (0, 1)

    def test_its_page_is_in_the_language_of_the_launch_and_leads_back_to_the_course(self, lite: Stage) -> None:
        frame = Frame(lite)
        claims = lite.claims(
            frame.asked["nonce"],
            launch_presentation={"locale": "en_GB", "return_url": "https://school.example.org/return?course=2"},
        )
        page = frame.launch(claims=claims)
        assert '<html lang="en"' in page.text
        assert 'href="https://school.example.org/return?course=2" target="_parent"' in page.text

    def test_its_page_may_send_a_choice_to_where_the_platform_wants_it(self, lite: Stage) -> None:
        frame = Frame(lite, "deeplink_1_item")
        claims = lite.claims(frame.asked["nonce"], "deeplink_1_item")
        settings = next(value for name, value in claims.items() if name.endswith("deep_linking_settings"))
        settings["deep_link_return_url"] = "https://answers.example.org/return"
        policy = frame.launch(claims=claims).headers["Content-Security-Policy"]
        assert "form-action 'self' https://school.example.org https://answers.example.org;" in policy

    def test_a_launch_that_does_not_hold_is_refused_at_once(self, lite: Stage) -> None:
        frame = Frame(lite)
        claims = lite.claims("another nonce")
        assert "L-NONCE" in frame.launch(claims=claims).text
        assert "L-TOKEN" in frame.launch(token="nonsense").text

    def test_a_cookie_does_not_stand_in_for_it(self, lite: Stage) -> None:
        frame = Frame(lite)
        browser = lite.browser()
        browser.auth_request()
        answer = browser.post(lite.sign(lite.claims(frame.asked["nonce"])), frame.asked["state"])
        assert "data-prove" in answer.text
        assert lite.stored() == 0

    def test_without_any_answer_the_page_leads_back_and_nothing_is_used_up(self, lite: Stage) -> None:
        frame = Frame(lite)
        course = "https://school.example.org/return?course=2"
        claims = lite.claims(frame.asked["nonce"], launch_presentation={"return_url": course, "locale": "nl"})
        answer = frame.launch(claims=claims, storage_silent="1")
        assert answer.status_code == 400
        assert "L-STORAGE" in answer.text
        assert "open hem in een nieuw venster" in answer.text
        assert f'href="{course}" target="_parent"' in answer.text
        (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
        assert (line["code"], line["platform"]) == ("L-STORAGE", lite.platform.id)
        assert (lite.stored(), lite.pending()) == (0, 1)


def test_the_right_value_opens_a_session_without_a_cookie(stage: Stage) -> None:
    frame = Frame(stage)
    answer = frame.launch(storage_value=frame.value)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    granted = answer.get_json()
    assert granted["page"].startswith("/placement/")
    page = frame.client.get(granted["page"], headers={"ICC-Session": granted["session"]})
    assert page.text.startswith("placement ")
    assert stage.pending() == 0


def test_a_wrong_value_is_refused_and_the_right_one_still_counts(stage: Stage) -> None:
    frame, other = Frame(stage), Frame(stage)
    for wrong in ("", "x", other.value, frame.asked["state"]):
        answer = frame.launch(storage_value=wrong)
        assert (answer.status_code, "L-BROWSER" in answer.text) == (400, True)
    assert stage.stored() == 0
    assert frame.session()["page"]


def test_the_value_of_a_storage_does_not_stand_in_for_a_cookie(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    cookie = browser.client.get_cookie("icc-browser")
    assert cookie is not None
    data = {"id_token": lite.sign(lite.claims(asked["nonce"])), "state": asked["state"], "storage_value": cookie.value}
    answer = without_cookies(lite).post("/lti/launch", data=data)
    assert "L-COOKIE" in answer.text
    assert lite.stored() == 0


def test_a_launch_by_storage_counts_once(stage: Stage) -> None:
    frame = Frame(stage)
    frame.session()
    assert "L-STATE-USED" in frame.launch(storage_value=frame.value).text
    assert "L-STATE-USED" in frame.launch().text


def test_of_eight_equal_proofs_at_once_exactly_one_wins(stage: Stage) -> None:
    frame = Frame(stage)
    token = stage.sign(stage.claims(frame.asked["nonce"]))
    together = Barrier(8)

    def post(_number: int) -> int:
        client = without_cookies(stage)
        together.wait()
        data = {"id_token": token, "state": frame.asked["state"], "storage_value": frame.value}
        return client.post("/lti/launch", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(post, range(8))) == [200] + [400] * 7
    assert stage.count(*LEARNED, *OPENED) == [1, 1, 1, 1, 1, 1, 1, 0]


def test_each_launch_by_storage_has_a_session_of_its_own(stage: Stage) -> None:
    first, second = Frame(stage).session(), Frame(stage).session()
    assert first["session"] != second["session"]
    assert stage.count(ToolSession) == [2]


def test_a_login_by_storage_is_forgotten_after_ten_minutes(lite: Stage) -> None:
    frame = Frame(lite)
    lite.clock.advance(minutes=10)
    assert "L-EXPIRED" in frame.launch(storage_value=frame.value).text


def test_the_log_says_what_tied_the_launch_to_the_browser(lite: Stage) -> None:
    Frame(lite).session()
    (line,) = [line for line in lite.log if line["event"] == "launched"]
    assert line["layer"] == "storage"


class TestInAWindowOfItsOwn:
    def test_the_login_is_a_new_one_and_says_where_its_cookie_is(self, lite: Stage) -> None:
        browser = lite.browser()
        asked = browser.auth_request(own_window="1")
        with lite.database.session() as session:
            assert session.scalars(select(LaunchState)).one().layer == Layer.WINDOW
        assert browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"]).status_code == 303

    def test_a_browser_that_keeps_no_cookies_there_either_is_told_so(self, lite: Stage) -> None:
        browser = lite.browser()
        asked = browser.auth_request(own_window="1")
        browser.client.delete_cookie("icc-browser")
        answer = browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"])
        assert "L-COOKIES-OFF" in answer.text
        assert "Ook in een eigen venster" in answer.text


def test_what_goes_into_storage_does_not_show_its_secret() -> None:
    assert "hush" not in repr(ForStorage("lti_state_hush", "hush", "https://school.example.org/?state=hush"))
