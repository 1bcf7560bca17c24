"""Rate limits: generous for a school, an end to a machine, and next to nothing for a request."""

import threading
from typing import Any

import pytest
from flask import Blueprint, Flask, request

from lti_tool.allowance import Allowance
from lti_tool.web.csrf import csrf_exempt
from lti_tool.web.limits import init_limits, init_session_limit, network_of
from lti_tool.web.setup import init_web
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.effort import calls_of

MOST = 3


@pytest.fixture
def limited(clock: FakeClock) -> Flask:
    """An application with one limited address."""
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    app.testing = True
    init_limits(app, clock, {"login": MOST, "free": 0})
    init_web(app, clock=clock)
    app.add_url_rule("/login", "login", lambda: "welcome", methods=["GET"])
    app.add_url_rule("/free", "free", lambda: "welcome")
    app.add_url_rule("/other", "other", lambda: request.remote_addr or "")
    return app


def statuses(app: Flask, path: str, count: int, address: str = "192.0.2.1") -> list[int]:
    client = app.test_client()
    return [client.get(path, environ_base={"REMOTE_ADDR": address}).status_code for _ in range(count)]


def test_what_is_over_the_limit_gets_a_friendly_page_that_says_when_to_come_back(
    limited: Flask, clock: FakeClock, log: list[Any]
) -> None:
    clock.advance(seconds=15)
    assert statuses(limited, "/login", MOST) == [200] * MOST
    refused = limited.test_client().get(
        "/login", environ_base={"REMOTE_ADDR": "192.0.2.1"}, headers={"Accept-Language": "nl"}
    )
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "45"
    assert "<h1>Even rustig aan</h1>" in refused.text
    assert "Wacht een minuut." in refused.text
    english = limited.test_client().get(
        "/login", environ_base={"REMOTE_ADDR": "192.0.2.1"}, headers={"Accept-Language": "en"}
    )
    assert "<h1>Slow down for a moment</h1>" in english.text
    assert english.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "192.0.2" not in repr(log)


def test_a_new_minute_begins_anew(limited: Flask, clock: FakeClock) -> None:
    assert statuses(limited, "/login", MOST + 1)[-1] == 429
    clock.advance(seconds=59)
    assert statuses(limited, "/login", 1) == [429]
    clock.advance(seconds=1)
    assert statuses(limited, "/login", 1) == [200]


def test_one_address_does_not_take_anothers_turn(limited: Flask) -> None:
    assert statuses(limited, "/login", MOST + 1)[-1] == 429
    assert statuses(limited, "/login", MOST, "192.0.2.2") == [200] * MOST


def test_what_has_no_limit_goes_on(limited: Flask) -> None:
    for path in ("/free", "/other"):
        assert statuses(limited, path, MOST * 3) == [200] * MOST * 3


def test_how_many_were_refused_is_in_the_log_once(limited: Flask, clock: FakeClock, log: list[Any]) -> None:
    statuses(limited, "/login", MOST + 5)
    assert [line for line in log if line["event"] == "requests_limited"] == []
    clock.advance(minutes=1)
    statuses(limited, "/login", 2)
    (line,) = [line for line in log if line["event"] == "requests_limited"]
    assert (line["endpoint"], line["count"]) == ("login", 5)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_allowance_of_nothing_allows_everything(clock: FakeClock) -> None:
    allowance = Allowance(0, clock)
    assert {allowance.take() for _ in range(1000)} == {0}


def test_a_limit_costs_a_request_next_to_nothing_however_many_came_before(limited: Flask) -> None:
    addresses = [f"2001:db8:{number:x}::1" for number in range(2000)]
    init_limits(limited, FakeClock(), {"login": len(addresses)})
    check = limited.before_request_funcs[None][-1]
    threads = threading.active_count()
    efforts = []
    for address in addresses:
        with limited.test_request_context("/login", environ_base={"REMOTE_ADDR": address}):
            efforts.append(calls_of(check))
    # reading an IPv6 address takes most of them
    assert max(efforts) < 100
    assert efforts[-1] <= efforts[0]
    assert threading.active_count() == threads


@pytest.fixture
def told() -> list[tuple[str, int]]:
    """What the limits tell."""
    return []


@pytest.fixture
def rooms(clock: FakeClock, told: list[tuple[str, int]]) -> Flask:
    """An application with a limit for a blueprint, and one for each session."""
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    app.testing = True

    def tell(name: str, count: int) -> None:
        told.append((name, count))

    def session_id() -> str | None:
        return request.headers.get("X-Session")

    init_limits(app, clock, {"room.": MOST, "room.free": 0}, tell)
    init_session_limit(app, clock, MOST, session_id, tell, apart=["launch"])
    init_web(app, clock=clock, session_id=session_id)
    room = Blueprint("room", __name__)
    room.add_url_rule("/one", "one", lambda: "welcome")
    room.add_url_rule("/two", "two", lambda: "welcome")
    room.add_url_rule("/open", "free", lambda: "welcome")
    app.register_blueprint(room)
    app.add_url_rule("/form", "form", csrf_exempt(lambda: "saved"), methods=["GET", "POST"])
    app.add_url_rule("/launch", "launch", csrf_exempt(lambda: "launched"), methods=["POST"])
    return app


def test_the_addresses_of_a_room_share_a_limit_but_for_those_with_their_own(rooms: Flask) -> None:
    assert statuses(rooms, "/one", MOST) == [200] * MOST
    assert statuses(rooms, "/two", 1) == [429]
    assert statuses(rooms, "/open", MOST * 3) == [200] * MOST * 3


def test_people_behind_one_address_do_not_take_each_others_forms(
    rooms: Flask, clock: FakeClock, told: list[tuple[str, int]]
) -> None:
    client = rooms.test_client()
    for number in range(30):
        headers = {"X-Session": f"session-{number}"}
        assert [client.post("/form", headers=headers).status_code for _ in range(MOST)] == [200] * MOST
    first = {"X-Session": "session-0"}
    refused = client.post("/form", headers=first)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert client.get("/form", headers=first).status_code == 200
    assert [client.post("/form").status_code for _ in range(MOST * 2)] == [200] * MOST * 2
    clock.advance(minutes=1)
    assert client.post("/form", headers=first).status_code == 200
    assert told == [("sessions", 1)]


def test_a_launch_is_not_of_the_session_that_the_browser_has_from_before(rooms: Flask) -> None:
    client = rooms.test_client()
    for _ in range(MOST * 2):
        assert client.post("/launch", headers={"X-Session": "session-0"}).status_code == 200
    assert client.post("/form", headers={"X-Session": "session-0"}).status_code == 200
