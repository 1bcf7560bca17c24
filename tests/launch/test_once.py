"""A launch counts once, in the browser that began it: replays, double posts, foreign and old states (C7: 73, 74, 83)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from lti_tool.courses.models import Account
from lti_tool.launch.models import LaunchState
from lti_tool.launch.service import LaunchService
from lti_tool.platforms.service import PlatformService
from tests.launch.parties import LEARNED, OPENED, Stage


def left(stage: Stage) -> list[int]:
    return stage.count(*LEARNED, *OPENED)


def test_a_replayed_launch_is_refused(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    token = stage.sign(stage.claims(asked["nonce"]))
    assert browser.post(token, asked["state"]).status_code == 303
    before = left(stage)
    again = browser.post(token, asked["state"])
    assert again.status_code == 400
    assert "L-STATE-USED" in again.text
    assert "Deze link is al gebruikt" in again.text
    assert "Klik de opdracht opnieuw aan." in again.text
    assert left(stage) == before


def test_a_state_is_not_used_twice_with_a_fresh_token_either(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    stage.clock.advance(seconds=5)
    again = browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    assert "L-STATE-USED" in again.text


def test_of_eight_equal_posts_at_once_exactly_one_wins(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    token = stage.sign(stage.claims(asked["nonce"]))
    cookie = browser.client.get_cookie("icc-browser")
    assert cookie is not None
    together = Barrier(8)

    def post(_number: int) -> tuple[int, bool]:
        client = stage.new_client()
        client.set_cookie("icc-browser", cookie.value)
        together.wait()
        answer = client.post("/lti/launch", data={"id_token": token, "state": asked["state"]})
        return answer.status_code, "L-STATE-USED" in answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(post, range(8)))
    assert answers == [(303, False)] + [(400, True)] * 7
    assert left(stage) == [1, 1, 1, 1, 1, 1, 1, 0]


def test_a_launch_of_another_browser_is_refused(stage: Stage) -> None:
    victim, attacker = stage.browser(), stage.browser()
    asked = attacker.auth_request()
    victim.auth_request()
    answer = victim.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    assert answer.status_code == 400
    assert "L-BROWSER" in answer.text
    assert stage.stored() == 0
    assert stage.pending() == 2


def test_a_launch_in_a_browser_that_began_nothing_is_refused(lite: Stage) -> None:
    asked = lite.browser().auth_request()
    answer = lite.browser().post(lite.sign(lite.claims(asked["nonce"])), asked["state"])
    assert "L-COOKIE" in answer.text
    assert lite.stored() == 0


def test_an_unknown_state_is_refused(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    for state in ("", "state-unknown", "x" * 10_000, "\0", asked["state"].lower()):
        answer = browser.post(lite.sign(lite.claims(asked["nonce"])), state)
        assert answer.status_code == 400
        assert "L-STATE-UNKNOWN" in answer.text
    assert lite.stored() == 0


def test_the_state_of_another_login_does_not_go_with_a_token(lite: Stage) -> None:
    browser = lite.browser()
    first, second = browser.auth_request(), browser.auth_request()
    answer = browser.post(lite.sign(lite.claims(first["nonce"])), second["state"])
    assert "L-NONCE" in answer.text
    assert (lite.stored(), lite.pending()) == (0, 2)


def test_a_login_of_another_registration_does_not_take_this_ones_token(lite: Stage) -> None:
    platforms = lite.app.extensions["icc"][PlatformService]
    url = "https://other.example.org"
    platforms.add("Andere school", url, "icc-bridge", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["1"])
    browser = lite.browser()
    asked = browser.auth_request(iss=url)
    answer = browser.post(lite.sign(lite.claims(asked["nonce"])), asked["state"])
    assert "L-AUDIENCE" in answer.text
    assert lite.stored() == 0
    assert lite.over_there.fetches == 0


def test_a_login_is_forgotten_after_ten_minutes(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    stage.clock.advance(minutes=10)
    answer = browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    assert answer.status_code == 400
    assert "L-EXPIRED" in answer.text
    assert (stage.stored(), stage.pending()) == (0, 1)


def test_just_within_ten_minutes_is_in_time(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    stage.clock.advance(minutes=9, seconds=59)
    assert browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"]).status_code == 303


def test_two_tabs_may_be_interleaved(stage: Stage) -> None:
    browser = stage.browser()
    first, second = browser.auth_request(), browser.auth_request()
    tokens = [stage.sign(stage.claims(asked["nonce"])) for asked in (first, second)]
    assert browser.post(tokens[1], second["state"]).status_code == 303
    assert browser.post(tokens[0], first["state"]).status_code == 303
    assert stage.count(Account) == [1]


def test_old_logins_are_cleaned_up_a_day_later(stage: Stage) -> None:
    browser = stage.browser()
    browser.launch()
    browser.auth_request()
    launches = stage.app.extensions["icc"][LaunchService]
    assert launches.clean_up() == 0
    stage.clock.advance(hours=24, minutes=9)
    assert launches.clean_up() == 0
    stage.clock.advance(minutes=1)
    stage.browser().auth_request()
    assert launches.clean_up() == 2
    with stage.database.session() as session:
        (row,) = session.scalars(select(LaunchState))
    assert row.consumed_at is None
    assert row.created_at == stage.clock()
