"""Sessions of the staff: how long they last, who ends them, and the cookie they hang on."""

import pytest
from flask import Flask, Response

from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.signin.browsers import browser_of
from lti_tool.signin.gate import Role
from lti_tool.signin.sessions import StaffSessions
from tests.clock import FakeClock
from tests.signin.conftest import House
from tests.staff import form_token, post_as_staff, sign_in_staff


def test_a_session_ends_when_nothing_is_asked_for_an_hour(house: House) -> None:
    client = house.browser()
    sign_in_staff(client)
    for _ in range(3):
        house.clock.advance(minutes=59)
        assert client.get("/account").status_code == 200
    house.clock.advance(minutes=61)
    assert client.get("/account").status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy(house: House) -> None:
    client = house.browser()
    sign_in_staff(client)
    for _ in range(23):
        house.clock.advance(minutes=30)
        assert client.get("/account").status_code == 200
    house.clock.advance(minutes=30)
    assert client.get("/account").status_code == 303
    assert house.parts.staff_sessions.clean_up() == 1


def test_a_person_sees_their_sessions_and_ends_one_or_all(house: House) -> None:
    here, there = house.browser(), house.browser()
    member = sign_in_staff(here, Role.ISSUER)
    opened = house.parts.staff.link(member.id)
    there.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1"
    path = f"/sign-in/link/{opened.token}"
    there.get(path)
    there.post(path, data={"csrf_token": form_token(there, path)})
    page = here.get("/account").text
    assert "Safari, iPhone" in page
    assert "hier ben je nu" in page
    lines = house.parts.staff_sessions.of(member.id)
    phone = next(line for line in lines if "iPhone" in line.browser)
    assert post_as_staff(here, f"/account/session/{phone.id}/end").status_code == 303
    assert there.get("/account").status_code == 303
    assert post_as_staff(here, "/account/sign-out-everywhere").location == "/sign-in"
    assert house.parts.staff_sessions.of(member.id) == []
    assert [what for _, what, _ in house.trail()][-2:] == ["signin.end_session", "signin.end_sessions"]


def test_who_is_switched_off_is_out_at_once(house: House) -> None:
    client = house.browser()
    sign_in_staff(house.browser(), Role.OPERATOR)
    member = sign_in_staff(client, Role.ISSUER)
    house.parts.staff.disable(member.id)
    assert client.get("/account").status_code == 303
    house.parts.staff.enable(member.id)
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("base_url", "name", "attributes"),
    [
        ("https://icc.example.org", "__Host-icc-staff", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"}),
        ("http://localhost:8401", "icc-staff", {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"}),
    ],
)
def test_the_cookie_is_for_this_host_and_never_sent_in_a_frame(
    sqlite_database: Database, clock: FakeClock, base_url: str, name: str, attributes: set[str]
) -> None:
    settings: Settings = load_settings(base_url=base_url)
    with Flask("x").test_request_context():
        response = Response()
        StaffSessions(settings, sqlite_database, clock).cookie.write(response, "secret")
    pair, *rest = response.headers["Set-Cookie"].split("; ")
    assert pair == f"{name}=secret"
    assert {part for part in rest if not part.startswith("Expires=")} == attributes


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_roughly(user_agent: str, words: str) -> None:
    assert browser_of(user_agent) == words
