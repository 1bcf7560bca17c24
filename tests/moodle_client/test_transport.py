"""How the client behaves on the wire: retries, time-outs, limits, redirects, cookies."""

import threading
from dataclasses import replace

import pytest

from moodle_client import (
    AnswerTooLarge,
    BadAnswer,
    CourseKey,
    Function,
    MaintenanceMode,
    Manners,
    MoodleClient,
    NotJson,
    RetryPolicy,
    SiteBusy,
    SiteGate,
    Unavailable,
    Unreachable,
    Who,
    WrongAddress,
)
from moodle_client.gate import gate_of
from moodle_client.retries import RetryBudget
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Cut, Drop, Hang, RecordedMoodle, Replay, Reply

PAGE = {"Content-Type": "text/html; charset=utf-8"}
WRITE = {"cmid": 5, "completed": True}


@pytest.mark.parametrize(
    "fault",
    [Drop(), Cut(), Reply(429), Reply(502, b"<html>", PAGE), Reply(503, b"<html>", PAGE), Reply(504)],
    ids=lambda one: str(getattr(one, "status", type(one).__name__)),
)
def test_a_read_is_retried(fault: Drop | Cut | Reply, moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(fault, fault)
    assert client.site.info().version == 2024100700
    assert len(moodle.seen) == 3


@pytest.mark.parametrize("fault", [Drop(), Cut(), Reply(502), Reply(504)], ids=str)
def test_a_write_is_never_retried_and_may_have_been_done(
    fault: Drop | Cut | Reply, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(fault)
    with pytest.raises((Unreachable, Unavailable)) as raised:
        client.call(Function.MARK_OWN_COMPLETION, WRITE, read=False)
    assert raised.value.uncertain
    assert len(moodle.seen) == 1


@pytest.mark.parametrize("fault", [Reply(429), Reply(503, b"<html>", PAGE), Replay("maintenance (db setting)")], ids=str)
def test_a_write_that_was_turned_away_was_certainly_not_done(
    fault: Reply | Replay, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(fault)
    with pytest.raises(Unavailable) as raised:
        client.call(Function.MARK_OWN_COMPLETION, WRITE, read=False)
    assert not raised.value.uncertain


def test_waits_double_and_stop_after_four_attempts(moodle: RecordedMoodle, client: MoodleClient, waits: list[float]) -> None:
    moodle.faults = lambda _number: Drop()
    with pytest.raises(Unreachable) as raised:
        client.site.info()
    assert waits == [0.5, 1.0, 2.0]
    assert raised.value.who is Who.TIME
    assert not raised.value.uncertain


def test_waits_are_spread(moodle: RecordedMoodle, make_client: ClientMaker, manners: Manners, waits: list[float]) -> None:
    moodle.fail_with(Drop(), Drop())
    make_client(manners=replace(manners, random=lambda: 0.0)).site.info()
    assert waits == [0.25, 0.5]


def test_the_server_says_how_long_to_wait(moodle: RecordedMoodle, client: MoodleClient, waits: list[float]) -> None:
    moodle.fail_with(Reply(429, headers={"Retry-After": "7"}))
    client.site.info()
    assert waits == [7.0]


def test_a_long_maintenance_is_not_waited_for(moodle: RecordedMoodle, client: MoodleClient, waits: list[float]) -> None:
    moodle.fail_with(Replay("climaintenance.html present"))
    with pytest.raises(MaintenanceMode) as raised:
        client.site.info()
    assert raised.value.retry_after == 300
    assert raised.value.status == 503
    assert waits == []


def test_a_site_that_is_down_gets_fewer_requests_not_more(
    moodle: RecordedMoodle, make_client: ClientMaker, manners: Manners
) -> None:
    client = make_client(manners=replace(manners, retry=RetryPolicy(attempts=4)))
    moodle.faults = lambda _number: Reply(503, b"<html>", PAGE)
    for _ in range(10):
        with pytest.raises(MaintenanceMode):
            client.site.info()
    assert len(moodle.seen) == 10 + 10


def test_answered_calls_fill_the_budget_again() -> None:
    budget = RetryBudget(capacity=2, refill=0.5)
    assert [budget.spend(), budget.spend(), budget.spend()] == [True, True, False]
    budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()


def test_one_connection_in_ten_lost_loses_nothing(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.faults = lambda number: Drop() if number % 10 == 0 else None
    found = [client.courses.find(CourseKey.ID, 2) for _ in range(130)]
    assert len({course.id for course in found if course}) == 1
    assert None not in found
    assert len(moodle.seen) == 144


def test_no_answer_in_time_is_an_error(moodle: RecordedMoodle, make_client: ClientMaker, no_retries: Manners) -> None:
    moodle.fail_with(Hang())
    with pytest.raises(Unreachable) as raised:
        make_client(manners=replace(no_retries, timeout=(5.0, 0.05))).site.info()
    assert raised.value.timed_out


def test_nobody_listening_is_an_error(manners: Manners, waits: list[float]) -> None:
    with RecordedMoodle() as gone:
        address = gone.url
    with MoodleClient(address, "t", allow_http=True, manners=manners) as client, pytest.raises(Unreachable) as raised:
        client.site.info()
    assert len(waits) == 3
    assert raised.value.__context__ is None


def test_a_certificate_that_is_not_accepted_is_not_tried_again(
    moodle: RecordedMoodle, manners: Manners, waits: list[float]
) -> None:
    address = moodle.url.replace("http:", "https:")
    with MoodleClient(address, "t", manners=manners) as client, pytest.raises(Unreachable, match="certificate") as raised:
        client.site.info()
    assert raised.value.who is Who.SITE_ADMIN
    assert waits == []


def test_a_redirect_is_not_followed(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(Reply(301, headers={"Location": "https://www.moodle.example/login?x=1"}))
    with pytest.raises(WrongAddress, match=r"sends us to https://www\.moodle\.example\.") as raised:
        client.site.info()
    assert raised.value.who is Who.OPERATOR
    assert len(moodle.seen) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(404, b"<html>", PAGE), WrongAddress),
        (Reply(200, b"<html>", PAGE), NotJson),
        (Reply(200, b""), NotJson),
        (Reply(200, b"Notice: x in y.php\n{}"), NotJson),
        (Reply(200, b"[" * 100_000), NotJson),
        (Reply(500, b"<html>", PAGE), Unavailable),
        (Reply(413), BadAnswer),
    ],
)
def test_what_is_no_answer_of_moodle_is_an_error_at_once(
    reply: Reply, error: type[Exception], moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(reply)
    with pytest.raises(error):
        client.site.info()
    assert len(moodle.seen) == 1


def test_an_answer_beyond_the_cap_is_refused(moodle: RecordedMoodle, make_client: ClientMaker, manners: Manners) -> None:
    with pytest.raises(AnswerTooLarge):
        make_client(manners=replace(manners, max_answer_bytes=1000)).users.enrolled(2, fields=())
    assert len(moodle.seen) == 1


def test_cookies_are_not_kept(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(Reply(200, b"{}", {"Set-Cookie": "MoodleSession=abc; path=/"}))
    client.call("x", read=True)
    client.site.info()
    assert "Cookie" not in moodle.seen[-1].headers


def test_an_address_can_be_refused_by_the_caller(moodle: RecordedMoodle, make_client: ClientMaker, manners: Manners) -> None:
    def refuse(url: str) -> None:
        raise PermissionError(url)

    with pytest.raises(PermissionError, match=r"/webservice/rest/server\.php"):
        make_client(manners=replace(manners, check_address=refuse)).site.info()
    assert moodle.seen == []


@pytest.mark.parametrize(
    "address",
    ["http://moodle.example", "moodle.example", "", "https://", "https://a:b@moodle.example", "https://m.example/?x=1"],
)
def test_an_address_that_cannot_be_a_moodle_is_refused(address: str) -> None:
    with pytest.raises(WrongAddress):
        MoodleClient(address, "t")


def test_two_requests_run_at_once_and_no_more(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    gate = SiteGate()
    clients = [make_client(gate=gate) for _ in range(3)]
    pairs = threading.Barrier(2)

    def in_pairs() -> None:
        pairs.wait(10)

    moodle.arrived = in_pairs
    threads = [threading.Thread(target=one.site.info) for one in clients for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert moodle.most_at_once == 2
    assert len(moodle.seen) == 6


def test_clients_of_one_site_share_a_gate() -> None:
    gate = gate_of("https://a.example")
    assert gate_of("https://a.example") is gate
    assert gate_of("https://b.example") is not gate


def test_who_keeps_both_slots_open_is_told(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    gate = SiteGate(patience=0.0)
    client = make_client(gate=gate)
    with gate.slot(), gate.slot(), pytest.raises(SiteBusy) as raised:
        client.site.info()
    assert raised.value.who is Who.DEVELOPER
    assert moodle.seen == []
    assert client.site.info().user_id == 7
