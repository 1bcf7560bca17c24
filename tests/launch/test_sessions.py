"""Sessions: opened by launches, kept for the same account, replaced for another, ended by time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Course
from lti_tool.ids import digest
from lti_tool.launch.models import DeepLinkingRequest, SessionSeat, ToolSession
from lti_tool.launch.sessions import Opened, SessionService
from lti_tool.platforms.service import PlatformService
from tests.launch.parties import Browser, Stage

INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("icc")
    assert found is not None
    return str(found.value)


def sessions(stage: Stage) -> list[ToolSession]:
    with stage.database.session() as session:
        return list(session.scalars(select(ToolSession)))


def test_only_the_digest_of_the_cookie_is_kept(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    (row,) = sessions(stage)
    assert row.secret_digest == digest(cookie(browser))
    assert len(cookie(browser)) == 43
    assert browser.who()["session"] == row.id


def test_the_same_person_in_another_course_keeps_the_session_and_gets_a_seat(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    first, secret = browser.who(), cookie(browser)
    stage.clock.advance(minutes=5)
    browser.launch("launch_second_course", roles=[INSTRUCTOR])
    second = browser.who()
    assert (second["session"], cookie(browser)) == (first["session"], secret)
    assert len(second["seats"]) == 2
    assert list(second["seats"].values()) == ["participant", "trainer"]
    assert len(second["return_urls"]) == 2


def test_a_new_launch_in_the_same_course_shows_the_role_of_now(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch(roles=[INSTRUCTOR])
    browser.launch()
    assert list(browser.who()["seats"].values()) == ["participant"]


def test_another_person_in_the_same_browser_replaces_the_session(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch("deeplink_1_item")
    first, secret = browser.who(), cookie(browser)
    browser.launch()
    second = browser.who()
    assert second["account"] != first["account"]
    assert second["session"] != first["session"]
    assert cookie(browser) != secret
    assert [row.id for row in sessions(stage)] == [second["session"]]
    assert stage.count(DeepLinkingRequest) == [0]


def test_the_same_person_in_another_browser_has_another_session(stage: Stage) -> None:
    one, other = stage.browser(), stage.browser()
    one.launch()
    other.launch()
    assert one.who()["account"] == other.who()["account"]
    assert one.who()["session"] != other.who()["session"]


def test_a_session_lasts_eight_hours_after_the_last_launch(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    stage.clock.advance(hours=7, minutes=59)
    assert browser.ask().status_code == 200
    browser.launch("launch_second_course")
    stage.clock.advance(hours=7, minutes=59)
    assert browser.ask().status_code == 200
    stage.clock.advance(minutes=1)
    answer = browser.ask()
    assert answer.status_code == 401
    assert "R-SESSION" in answer.text


def test_a_seat_counts_eight_hours_after_its_own_launch(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch(roles=[INSTRUCTOR])
    stage.clock.advance(hours=7)
    browser.launch("launch_second_course")
    assert len(browser.who()["seats"]) == 2
    stage.clock.advance(hours=1)
    assert list(browser.who()["seats"].values()) == ["participant"]
    assert stage.count(SessionSeat, Course) == [2, 2]


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 500, "é"])
def test_a_cookie_of_nobody_is_no_session(lite: Stage, secret: str) -> None:
    browser = lite.browser()
    browser.launch()
    browser.client.set_cookie("icc", secret)
    assert browser.ask().status_code == 401


def test_a_stolen_session_id_is_no_session(lite: Stage) -> None:
    browser = lite.browser()
    browser.launch()
    thief = lite.browser()
    thief.client.set_cookie("icc", browser.who()["session"])
    assert thief.ask().status_code == 401


def test_without_a_launch_there_is_no_session(lite: Stage) -> None:
    answer = lite.browser().ask()
    assert answer.status_code == 401
    assert "Je sessie is verlopen" in answer.text


def test_sessions_of_a_platform_that_was_switched_off_end(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    stage.app.extensions["icc"][PlatformService].disable(stage.platform.id)
    answer = browser.ask()
    assert answer.status_code == 403
    assert "L-DISABLED" in answer.text


def test_a_closed_session_is_gone(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    service = stage.app.extensions["icc"][SessionService]
    service.close(cookie(browser))
    service.close(cookie(browser))
    service.close(None)
    assert browser.ask().status_code == 401
    assert stage.count(ToolSession, SessionSeat) == [0, 0]


def test_two_launches_of_one_person_at_once_share_the_session(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    secret, browser_secret = cookie(browser), browser.client.get_cookie("icc-browser")
    assert browser_secret is not None
    asked = [browser.auth_request() for _ in range(4)]
    together = Barrier(4)

    def post(number: int) -> int:
        client = stage.new_client()
        client.set_cookie("icc-browser", browser_secret.value)
        client.set_cookie("icc", secret)
        claims = stage.claims(asked[number]["nonce"], "launch_second_course")
        data = {"id_token": stage.sign(claims), "state": asked[number]["state"]}
        together.wait()
        return client.post("/lti/launch", data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(post, range(4))) == [303] * 4
    assert stage.count(ToolSession, SessionSeat) == [1, 2]


def test_pages_of_a_session_may_be_framed_by_its_platform(lite: Stage) -> None:
    browser = lite.browser()
    answer = browser.launch()
    page = browser.client.get(answer.headers["Location"])
    assert "frame-ancestors https://school.example.org" in page.headers["Content-Security-Policy"]


def test_what_opens_a_session_does_not_show_its_secret() -> None:
    assert "hush" not in repr(Opened("id", "hush"))


def test_sessions_that_ended_a_day_ago_are_cleaned_up(stage: Stage) -> None:
    old, new = stage.browser(), stage.browser()
    old.launch("deeplink_1_item")
    stage.clock.advance(hours=1)
    new.launch()
    service = stage.app.extensions["icc"][SessionService]
    assert service.clean_up() == 0
    stage.clock.advance(hours=30)
    assert service.clean_up() == 0
    stage.clock.advance(hours=1)
    assert service.clean_up() == 1
    assert stage.count(ToolSession, SessionSeat, DeepLinkingRequest) == [1, 1, 0]
    stage.clock.advance(hours=1)
    assert service.clean_up() == 1
    assert stage.count(ToolSession, SessionSeat) == [0, 0]


@pytest.mark.parametrize("kind", ["institution", "system"])
def test_a_launch_of_the_platforms_administrator_is_remembered(stage: Stage, kind: str) -> None:
    browser = stage.browser()
    browser.launch(roles=[INSTRUCTOR, f"http://purl.imsglobal.org/vocab/lis/v2/{kind}/person#Administrator"])
    assert [row.administers for row in sessions(stage)] == [True]
    assert stage.app.extensions["icc"][SessionService].load(cookie(browser)).administers


def test_the_last_launch_says_whether_somebody_administers_the_platform(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch(roles=["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"])
    browser.launch(roles=[INSTRUCTOR, "http://purl.imsglobal.org/vocab/lis/v2/membership#Administrator"])
    assert [row.administers for row in sessions(stage)] == [False]
    assert not stage.app.extensions["icc"][SessionService].load(cookie(browser)).administers


def test_a_test_user_administers_nothing(stage: Stage) -> None:
    lis = "http://purl.imsglobal.org/vocab"
    stage.browser().launch(roles=[f"{lis}/lis/v2/system/person#Administrator", f"{lis}/lti/system/person#TestUser"])
    assert [row.administers for row in sessions(stage)] == [False]
