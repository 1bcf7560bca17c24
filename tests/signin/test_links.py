"""One-time links: looked at as often as one likes, used once, within a day, in the browser that looked."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.audit import DONE, REFUSED, AuditTrail
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import Refused
from lti_tool.ids import digest
from lti_tool.signin.errors import LinkUsed
from lti_tool.signin.gate import CONSOLE, Role
from lti_tool.signin.links import SignInLinks
from lti_tool.signin.members import COMMAND_LINE, StaffService
from lti_tool.signin.service import SignInService, Visit
from lti_tool.signin.sessions import StaffSessions
from tests.clock import FakeClock
from tests.signin.conftest import House
from tests.staff import form_token


def press(client: FlaskClient, path: str, page: str) -> TestResponse:
    """Press the button of a link's page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.rpartition("<main")[2])
    assert found is not None
    return client.post(path, data={"csrf_token": found[1]})


def test_looking_changes_nothing_and_the_button_signs_in_once(house: House) -> None:
    member, path = house.invite("Mies Bakker")
    for _ in range(3):
        page = house.browser().get(path)
        assert page.status_code == 200
        assert "Welkom, Mies Bakker" in page.text
    client = house.browser()
    answer = press(client, path, client.get(path).text)
    assert (answer.status_code, answer.location) == (303, CONSOLE)
    assert client.get("/account").status_code == 200
    assert house.trail(DONE)[0] == (COMMAND_LINE, "signin.invite", member)
    assert house.trail(DONE)[1][:2] == (member, "signin.link")
    again = house.browser().get(path)
    assert again.status_code == 410
    assert "R-LINK-USED" in again.text


def test_the_address_of_a_link_is_told_to_nobody_and_logged_nowhere(house: House) -> None:
    _, path = house.invite()
    token = path.rpartition("/")[2]
    with capture_logs() as lines:
        client = house.browser()
        page = client.get(path)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        press(client, path, page.text)
        house.browser().get(path)
    assert token not in str(lines)
    assert all(token not in str(row) for row in house.trail())


def test_another_site_cannot_sign_a_person_in_with_its_own_link(house: House) -> None:
    _, path = house.invite("Attacker")
    attacker, victim = house.browser(), house.browser()
    attacker.get(path)
    token = form_token(attacker, path)
    assert victim.post(path, data={"csrf_token": token}).status_code == 400
    assert victim.post(path, data={}).status_code == 400
    assert victim.get_cookie("icc-staff") is None
    assert attacker.post(path, data={"csrf_token": token}).status_code == 303


def test_signing_in_opens_a_new_session_whatever_cookie_was_there(house: House) -> None:
    _, first = house.invite("First")
    _, second = house.invite("Second")
    client = house.browser()
    client.set_cookie("icc-staff", "planted")
    press(client, first, client.get(first).text)
    one = client.get_cookie("icc-staff")
    assert one is not None
    assert one.value != "planted"
    page = client.get(second).text
    assert "Je bent nu ingelogd als First" in page
    press(client, second, page)
    two = client.get_cookie("icc-staff")
    assert two is not None
    assert two.value != one.value
    stale = house.browser()
    stale.set_cookie("icc-staff", one.value)
    assert stale.get("/account").status_code == 303


def test_a_link_lives_a_day_and_a_newer_one_takes_its_place(house: House) -> None:
    member, path = house.invite()
    newer = house.parts.staff.link(member)
    assert "R-LINK ·" in house.browser().get(path).text
    house.clock.advance(hours=24)
    old = house.browser().get(f"/sign-in/link/{newer.token}")
    assert "R-LINK-OLD" in old.text
    house.clock.advance(days=7)
    assert house.parts.sign_in_links.clean_up() == 1
    assert "R-LINK ·" in house.browser().get(f"/sign-in/link/{newer.token}").text


def test_who_is_switched_off_has_no_link_that_works(house: House) -> None:
    house.invite("Somebody else")
    member, path = house.invite()
    house.parts.staff.disable(member)
    assert house.browser().get(path).status_code == 404
    with pytest.raises(Refused, match="disabled"):
        house.parts.staff.link(member)


def test_a_try_that_failed_stands_in_the_trail(house: House) -> None:
    client = house.browser()
    client.get("/sign-in")
    answer = client.post("/sign-in/link/made-up", data={"csrf_token": form_token(client)})
    assert answer.status_code == 404
    assert house.trail(REFUSED) == [("nobody", "signin.link", "R-LINK")]


def test_too_many_tries_a_minute_are_refused(house: House) -> None:
    client = house.browser()
    answers = [client.get("/sign-in/link/guess").status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]


def test_of_two_who_use_a_link_at_once_one_gets_in(settings_on_each: Settings, database: Database, clock: FakeClock) -> None:
    audit, links = AuditTrail(database, clock), SignInLinks(database, clock)
    sessions = StaffSessions(settings_on_each, database, clock)
    staff = StaffService(database, clock, audit, sessions, links)
    service = SignInService(database, audit, sessions, links)
    member, link = staff.invite("Mies Bakker", [Role.OPERATOR])

    def attempt(_number: int) -> str:
        try:
            return service.by_link(digest(link.token), Visit("", None)).member_id
        except LinkUsed:
            return "used"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == sorted([member.id, "used", "used", "used"])
    assert staff.show(member.id).sessions == 1


@pytest.fixture
def settings_on_each(settings: Settings, database: Database) -> Settings:
    """Settings over each engine."""
    return settings.model_copy(update={"database_url": database.url})
