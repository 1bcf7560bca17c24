"""Misbehaviour on demand: every fault, how often it hits, and the ways to set it."""

import threading
from typing import Any

import pytest
import requests

from lti_tool.demo.browser import Browser
from lti_tool.demo.school import FaultKind, SchoolServer, Service
from lti_tool.demo.school.faults import Faults
from tests.demo.conftest import World
from tests.demo.school.test_scores import post, score, stored


def statuses(world: World, times: int) -> list[int]:
    """The statuses of so many readings of the memberships."""
    url = f"{world.school.url}/lti/CourseSection/{world.course.id}/bindings/{world.registration.id}/memberships"
    headers = world.bearer()
    return [requests.get(url, headers=headers, timeout=5).status_code for _ in range(times)]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 502, 503, 504])
def test_a_service_answers_with_a_status_as_often_as_asked(world: World, status: int) -> None:
    world.school.faults.add(Service.MEMBERSHIPS, status=status, times=2)
    assert statuses(world, 3) == [status, status, 200]


def test_too_many_requests_says_when_to_come_back(world: World) -> None:
    world.school.faults.add("scores", "status", status=429, retry_after=17)
    answer = post(world, score(world))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert world.school.grades == {}


def test_a_fault_can_wait_and_hit_each_third_request(world: World) -> None:
    world.school.faults.add(Service.MEMBERSHIPS, status=500, times=2, skip=1, every=3)
    assert statuses(world, 9) == [200, 200, 200, 500, 200, 200, 500, 200, 200]


def test_faults_of_a_service_follow_one_another(world: World) -> None:
    world.school.faults.add(Service.MEMBERSHIPS, status=401)
    world.school.faults.add(Service.MEMBERSHIPS, status=503)
    assert statuses(world, 3) == [401, 503, 200]


def test_a_fault_without_end_lasts_until_it_is_cleared(world: World) -> None:
    world.school.faults.add(Service.MEMBERSHIPS, status=500, times=None)
    assert statuses(world, 3) == [500, 500, 500]
    world.school.faults.clear(Service.MEMBERSHIPS)
    assert statuses(world, 1) == [200]


def test_one_service_suffers_and_the_others_do_not(world: World) -> None:
    world.school.faults.add(Service.TOKEN, times=None)
    headers = {"Authorization": "Bearer x"}
    assert requests.get(world.school.lineitem_url(world.item), headers=headers, timeout=5).status_code == 401
    assert world.tool.ask_token(world.school, world.registration.client_id).status_code == 503


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.EMPTY])
def test_an_answer_can_be_html_or_empty(world: World, kind: FaultKind) -> None:
    world.school.faults.add(Service.TOKEN, kind)
    answer = world.tool.ask_token(world.school, world.registration.client_id)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_connection_can_drop_before_anything_is_stored(world: World) -> None:
    headers = world.bearer()
    world.school.faults.add(Service.SCORES, FaultKind.DROP)
    with pytest.raises(requests.ConnectionError):
        post(world, score(world), **headers)
    assert world.school.grades == {}
    assert world.school.calls[-1].status == 0


def test_a_connection_can_drop_after_the_score_was_stored(world: World) -> None:
    world.school.faults.add(Service.SCORES, FaultKind.DROP, after=True)
    with pytest.raises(requests.ConnectionError):
        post(world, score(world))
    assert stored(world).final == 80


def test_a_server_error_can_come_after_the_score_was_stored(world: World) -> None:
    world.school.faults.add(Service.SCORES, status=502, after=True)
    assert post(world, score(world)).status_code == 502
    assert stored(world).posts == 1


def test_a_slow_answer_comes_in_the_end_and_can_be_cut_short(world: World) -> None:
    world.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=300)
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(post(world, score(world)).status_code))
    thread.start()
    while world.school.faults.requests[Service.SCORES] == 0:
        pass
    assert world.school.grades == {}
    while thread.is_alive():
        world.school.faults.clear()
        thread.join(0.01)
    assert answers == [200]
    assert stored(world).final == 80


def test_a_slow_answer_lasts_as_long_as_asked(world: World) -> None:
    world.school.faults.add(Service.MEMBERSHIPS, FaultKind.SLOW, seconds=0.01)
    assert statuses(world, 2) == [200, 200]


def test_the_whole_school_can_be_down(world: World) -> None:
    world.school.faults.down()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{world.school.url}/lti/certs", timeout=5)
    with pytest.raises(requests.ConnectionError):
        requests.get(world.school.url, timeout=5)
    world.school.faults.clear()
    assert requests.get(f"{world.school.url}/lti/certs", timeout=5).status_code == 200


def test_everything_can_be_slow_for_a_moment(world: World) -> None:
    world.school.faults.add(Service.ALL, FaultKind.SLOW, seconds=0.01)
    assert requests.get(world.school.url, timeout=5).status_code == 200
    assert world.school.faults.active() == []


def test_a_stopped_server_refuses_connections_and_comes_back_at_its_port(server: SchoolServer, world: World) -> None:
    url = server.url
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    server.start()
    assert server.url == url
    assert world.launch(world.teacher).heading == "LtiResourceLinkRequest"


def test_keys_rotate_with_and_without_the_old_one(world: World) -> None:
    certs = f"{world.school.url}/lti/certs"
    old = world.school.keys.active.kid
    new = world.school.keys.rotate().kid
    assert [key["kid"] for key in requests.get(certs, timeout=5).json()["keys"]] == [new, old]
    newest = world.school.keys.rotate(keep_old=False).kid
    assert [key["kid"] for key in requests.get(certs, timeout=5).json()["keys"]] == [newest]
    assert world.launch(world.teacher).status == 200


def test_the_key_set_can_be_empty_html_or_huge(world: World) -> None:
    certs = f"{world.school.url}/lti/certs"
    for kind in (FaultKind.NO_KEYS, FaultKind.HTML, FaultKind.HUGE):
        world.school.faults.add(Service.CERTS, kind)
    assert requests.get(certs, timeout=5).json() == {"keys": []}
    assert requests.get(certs, timeout=5).text.startswith("<!DOCTYPE html>")
    assert len(requests.get(certs, timeout=5).content) > 5_000_000


def test_requests_are_counted_and_written_down(world: World) -> None:
    post(world, score(world))
    assert world.school.faults.requests[Service.SCORES] == 1
    assert world.school.faults.requests[Service.TOKEN] == 1
    call = world.school.calls[-1]
    assert (call.service, call.method, call.status) == ("scores", "POST", 200)
    assert '"scoreGiven": 80' in call.body
    assert world.school.describe() == {"requests": {"scores": 1, "token": 1}}


def test_a_script_on_this_machine_sets_faults_by_json(world: World) -> None:
    url = f"{world.school.url}/admin/faults"
    wish = {"service": "memberships", "kind": "status", "status": 502, "times": 1}
    assert requests.post(url, json=wish, timeout=5).status_code == 200
    assert statuses(world, 2) == [502, 200]
    assert requests.post(url, json={"clock_skew": 90}, timeout=5).status_code == 200
    assert (world.school.now() - world.clock()).total_seconds() == 90
    old = world.school.keys.active.kid
    requests.post(url, json={"rotate_keys": "withdraw"}, timeout=5)
    assert old not in [key.kid for key in world.school.keys.keys]
    requests.post(url, json={"service": "all", "kind": "drop", "times": None}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        requests.get(world.school.url, timeout=5)
    answer = requests.post(url, json={"clear": True}, timeout=5)
    assert answer.json()["requests"]["memberships"] == 2
    assert world.school.faults.active() == []


@pytest.mark.parametrize(
    "wish",
    [
        [],
        {"service": "koffie"},
        {"service": "scores", "kind": "koffie"},
        {"service": "scores", "times": 0},
        {"service": "scores", "status": 200},
        {"service": "scores", "seconds": 10_000},
        {"rotate_keys": "misschien"},
        {"clock_skew": "veel"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(world: World, wish: Any) -> None:  # noqa: ANN401 - any JSON
    assert requests.post(f"{world.school.url}/admin/faults", json=wish, timeout=5).status_code == 400
    assert world.school.faults.active() == []


def test_faults_from_elsewhere_are_forbidden(server: SchoolServer) -> None:
    client = server.app.test_client()
    answer = client.post("/admin/faults", json={"clear": True}, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == 403
    assert client.post("/admin/faults", json={}, environ_base={"REMOTE_ADDR": "onbekend"}).status_code == 403


def test_the_admin_sets_faults_on_a_page(world: World) -> None:
    browser = world.signed_in(world.admin)
    page = browser.get(f"{world.school.url}/admin/faults")
    page = page.form("fault").submit(service="memberships", kind="status", status="502", times="2", action="add")
    assert "deelnemerslijst foutmelding 502" in page.text
    assert [(fault.service, fault.status, fault.times) for fault in world.school.faults.active()] == [
        (Service.MEMBERSHIPS, 502, 2)
    ]
    page = page.form("skew").submit(skew="-30", action="skew")
    assert "30 seconden verkeerd" in page.text
    page = page.form("rotate").submit(old="keep", action="rotate")
    assert len(world.school.keys.keys) == 2
    page = page.form("clear").submit(action="clear")
    assert "Alles werkt gewoon" in page.text
    assert world.school.now() == world.clock()


def test_a_mistyped_fault_is_explained(world: World) -> None:
    page = world.signed_in(world.admin).get(f"{world.school.url}/admin/faults")
    assert "Kijk de getallen na" in page.form("fault").submit(times="vaak").text


def test_only_the_admin_sees_faults_and_the_log(world: World) -> None:
    browser = world.signed_in(world.trainer)
    for path in ("faults", "log", "tools"):
        assert browser.get(f"{world.school.url}/admin/{path}").status == 403
    token = browser.get(f"{world.school.url}/courses").form("language").values["csrf_token"]
    assert browser.post(f"{world.school.url}/admin/faults", {"csrf_token": token, "action": "clear"}).status == 403
    assert Browser().get(f"{world.school.url}/admin/log").url == f"{world.school.url}/"


def test_faults_know_their_limits() -> None:
    faults = Faults()
    for wrong in ({"times": 0}, {"every": 0}, {"skip": -1}, {"status": 302}, {"seconds": 601}):
        with pytest.raises(ValueError, match=r"times|every"):
            faults.add(Service.SCORES, **wrong)  # type: ignore[arg-type]
