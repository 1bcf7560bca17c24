"""Many reads in one request, whatever happens on the way: one outcome each, in order."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from moodle_client import (
    AuthError,
    Function,
    FunctionUnavailable,
    MaintenanceMode,
    Manners,
    MoodleClient,
    NotFound,
    Outcome,
    Query,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from moodle_client.completion import Activities
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, Drop, Fault, Hang, RecordedMoodle, Replay, Reply
from tests.moodle_client.recorded_moodle.recordings import FOLDER, WWWROOT, response
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS

STUDENTS = range(9, 38)
PAGE = {"Content-Type": "text/html"}
STOPPED, REFUSED, TWO = "ws_batch_error_in_middle", "ws_batch_invalid_param", "ws_batch_ok_2"
OUTSIDE_THE_SERVICE = ("ws_batch_function_not_in_service", "ws_batch_small_service")


def ask(client: MoodleClient, users: Sequence[int], size: int = 200) -> list[Outcome[Activities]]:
    return client.batch([client.completion.query(2, user) for user in users], size=size)


def good(outcomes: Sequence[Outcome[Activities]]) -> list[bool]:
    return [outcome.error is None for outcome in outcomes]


def recorded(name: str, moodle: RecordedMoodle) -> Reply:
    body = json.dumps(response(name)).replace(WWWROOT, moodle.url)
    return Reply(200, body.encode(), {"Content-Type": "application/json"})


def test_thirty_participants_take_two_requests(moodle: RecordedMoodle, client: MoodleClient) -> None:
    people = [one.id for one in client.users.enrolled(2) if "student" in one.roles]
    found = dict(client.completion.of_users(2, people))
    assert len(moodle.seen) == 2
    assert len(found) >= 29
    assert all(outcome.get() for outcome in found.values())


def test_a_hundred_and_twenty_participants_take_two_requests(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.school.additional = 91
    people = [one.id for one in client.users.enrolled(2) if one.id not in (3, 4, 5)]
    assert len(people) >= 120
    assert all(outcome.error is None for _, outcome in client.completion.of_users(2, people))
    assert len(moodle.seen) == 2


def test_a_large_course_is_asked_in_pieces_as_it_is_read(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.school.additional = 500
    outcomes = client.completion.of_users(2, range(1000, 1500))
    next(outcomes)
    assert len(moodle.seen) == 1
    assert sum(1 for _ in outcomes) == 499
    assert len(moodle.seen) == 3


def test_it_goes_on_behind_the_call_at_which_moodle_stopped(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.school.poisoned = frozenset({12, 20, 21})
    outcomes = ask(client, STUDENTS)
    assert good(outcomes) == [user not in moodle.school.poisoned for user in STUDENTS]
    assert {type(one.error) for one in outcomes if one.error} == {NotFound}
    assert len(moodle.seen) == 4


def test_an_error_of_the_last_call_costs_no_request(moodle: RecordedMoodle, client: MoodleClient) -> None:
    assert good(ask(client, [9, 10, 99999])) == [True, True, False]
    assert len(moodle.seen) == 1


def test_the_recorded_stop_in_the_middle_is_carried_on(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(recorded(STOPPED, moodle))
    queries: list[Query[object]] = [
        Query(Function.SITE_INFO, {}, lambda node: node.text("sitename")),
        client.completion.query(2, 99999),
        client.completion.query(2, 9),
    ]
    name, refused, found = client.batch(queries)
    assert name.get() == "ICC Moodle lab"
    assert isinstance(refused.error, NotFound)
    assert refused.error.errorcode == "invaliduser"
    assert found.get()


@pytest.mark.parametrize("name", OUTSIDE_THE_SERVICE)
def test_the_recorded_function_outside_the_service_is_asked_once(
    name: str, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(recorded(name, moodle))
    outcomes = ask(client, STUDENTS)
    assert {type(one.error) for one in outcomes} == {FunctionUnavailable}
    assert {one.error.function for one in outcomes if one.error} == {Function.ACTIVITIES_COMPLETION}
    assert len(moodle.seen) == 1


def test_other_functions_go_on_when_one_is_not_in_the_service(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["less"] = Account("less", ALL_FUNCTIONS - {Function.COURSE_COMPLETION})
    client = make_client("less")
    queries: list[Query[Any]] = []
    for user in (9, 10, 11):
        queries += [client.completion.query(2, user), client.completion.course_query(2, user)]
    outcomes = client.batch(queries)
    assert [one.error is None for one in outcomes] == [True, False] * 3
    assert [len(one.get()) for one in outcomes[::2]] == [6, 11, 11]
    assert len(moodle.seen) == 2


def test_the_recorded_refusal_of_arguments_is_the_outcome(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(recorded(REFUSED, moodle))
    first, second = ask(client, [9, 10])
    assert first.error
    assert first.error.errorcode == "invalidparameter"
    assert second.get()


def test_the_recorded_two_answers_are_read(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(recorded(TWO, moodle))
    assert [len(one.get()) for one in ask(client, [9, 10])] == [11, 11]


def test_no_recorded_batch_is_left_out() -> None:
    assert {path.stem for path in FOLDER.glob("ws_batch_*.json")} == {STOPPED, REFUSED, TWO, *OUTSIDE_THE_SERVICE}


def test_without_the_batch_function_calls_are_made_one_by_one(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["no"] = Account("none", ALL_FUNCTIONS - {Function.BATCH})
    client = make_client("no")
    assert all(good(ask(client, [9, 10, 11])))
    one = Function.ACTIVITIES_COMPLETION
    assert moodle.calls == [Function.BATCH, Function.SITE_INFO, one, one, one]
    assert all(good(ask(client, [9, 10])))
    assert moodle.calls[5:] == [one, one]


@pytest.mark.parametrize("fault", [Reply(500), Reply(504), Reply(200, b"<html>", PAGE), Reply(413)], ids=str)
def test_a_request_that_fails_as_a_whole_is_made_again_in_halves(
    fault: Fault, moodle: RecordedMoodle, make_client: ClientMaker, no_retries: Manners
) -> None:
    client = make_client(manners=no_retries)
    moodle.fail_with(fault, fault)
    assert all(good(ask(client, STUDENTS)))
    sizes = [len([name for name in one.field_names() if name.endswith("[function]")]) for one in moodle.seen]
    assert sizes == [29, 14, 7, 14, 8]


def test_a_batch_that_is_too_slow_is_halved_and_not_repeated(
    moodle: RecordedMoodle, make_client: ClientMaker, manners: Manners, waits: list[float]
) -> None:
    client = make_client(manners=replace(manners, timeout=(5.0, 0.3)))
    moodle.fail_with(Hang())
    assert all(good(ask(client, [9, 10])))
    assert waits == []


def test_one_call_that_breaks_the_server_does_not_take_the_others_along(
    moodle: RecordedMoodle, make_client: ClientMaker, no_retries: Manners
) -> None:
    def breaks(number: int) -> Fault | None:
        sent = str(moodle.seen[number - 1].fields)
        return Reply(500) if '"userid": 15}' in sent or "('userid', '15')" in sent else None

    moodle.faults = breaks
    outcomes = ask(make_client(manners=no_retries), STUDENTS)
    assert good(outcomes) == [user != 15 for user in STUDENTS]
    assert [type(one.error) for one in outcomes if one.error] == [Unavailable]


def test_a_site_that_breaks_on_everything_is_left_alone_soon(
    moodle: RecordedMoodle, make_client: ClientMaker, no_retries: Manners
) -> None:
    moodle.faults = lambda _number: Reply(500)
    outcomes = ask(make_client(manners=no_retries), STUDENTS)
    assert {type(one.error) for one in outcomes} == {Unavailable}
    assert len(outcomes) == len(STUDENTS)
    assert len(moodle.seen) <= 7


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Drop(), Unreachable),
        (Replay("maintenance (db setting)"), MaintenanceMode),
        (Replay("invalid token"), AuthError),
    ],
)
def test_what_came_before_the_site_failed_is_kept(
    fault: Fault,
    error: type[Exception],
    moodle: RecordedMoodle,
    make_client: ClientMaker,
    no_retries: Manners,
) -> None:
    moodle.faults = lambda number: fault if number > 1 else None
    outcomes = ask(make_client(manners=no_retries), STUDENTS, size=10)
    assert good(outcomes) == [position < 10 for position in range(len(STUDENTS))]
    assert {type(one.error) for one in outcomes[10:]} == {error}
    with pytest.raises(error):
        outcomes[-1].get()
    assert len(moodle.seen) == 2


def test_one_in_ten_connections_lost_loses_no_outcome(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.faults = lambda number: Drop() if number % 10 == 0 else None
    moodle.school.additional = 300
    outcomes = ask(client, range(1000, 1300), size=10)
    assert all(good(outcomes))
    assert len(moodle.seen) == 33


@pytest.mark.parametrize(
    "entry",
    [
        {"error": False, "data": "not json"},
        {"error": False, "data": "[]"},
        {"error": True, "exception": "not json"},
        {"error": True, "exception": "{}"},
    ],
)
def test_an_answer_that_cannot_be_read_is_the_outcome_of_that_query_alone(
    entry: dict[str, object], moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(Reply(200, json.dumps({"responses": [entry]}).encode()))
    first, second = ask(client, [9, 10])
    assert first.error
    assert second.get()


def test_fewer_answers_without_an_error_are_asked_again(moodle: RecordedMoodle, client: MoodleClient) -> None:
    shortened = response("ws_batch_ok_2")
    del shortened["responses"][1]
    moodle.fail_with(Reply(200, json.dumps(shortened).encode()))
    assert all(good(ask(client, [9, 10])))
    assert len(moodle.seen) == 2


def test_no_answers_at_all_are_asked_one_by_one(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(Reply(200, b'{"responses": []}'))
    assert all(good(ask(client, [9, 10])))


def test_nothing_to_ask_takes_no_request(moodle: RecordedMoodle, client: MoodleClient) -> None:
    assert client.batch([]) == []
    assert moodle.seen == []


def test_a_batch_of_nothing_at_a_time_is_refused(client: MoodleClient) -> None:
    with pytest.raises(ValueError, match="at least one"):
        client.batch([], size=0)


def test_an_outcome_without_value_raises_its_error() -> None:
    wrong = UnexpectedAnswer("x")
    with pytest.raises(UnexpectedAnswer):
        Outcome[int](error=wrong).get()
    assert Outcome.of(None).get() is None
