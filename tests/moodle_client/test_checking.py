"""The check: what is missing, and how to grant it."""

import json

import pytest

from moodle_client import AuthError, Function, MoodleClient, Need, check
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, Fault, RecordedMoodle, Reply
from tests.moodle_client.recorded_moodle.recordings import response
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


def answers(moodle: RecordedMoodle, function: str, answer: object) -> None:
    """Let every call of a function be answered so."""

    def fault(number: int) -> Fault | None:
        if moodle.seen[number - 1].function != function:
            return None
        return Reply(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    moodle.faults = fault


def test_a_good_token_is_usable(client: MoodleClient) -> None:
    report = check(client, 2)
    assert report.usable
    assert [(one.subject, one.capabilities) for one in report.problems] == [
        ("active enrolments", ("moodle/course:enrolreview",))
    ]


def test_a_check_only_reads_and_makes_no_empty_submissions(moodle: RecordedMoodle, client: MoodleClient) -> None:
    check(client, 2)
    forbidden = {Function.SUBMISSION_STATUS, Function.SAVE_GRADE, Function.OVERRIDE_COMPLETION}
    assert not forbidden & set(moodle.calls)


def test_missing_functions_are_named_with_what_they_are_for(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["less"] = Account("less", ALL_FUNCTIONS - {Function.BATCH, Function.SUBMISSIONS})
    report = check(make_client("less"), 2)
    assert {one.subject: one.need for one in report.problems if "service" in one.problem} == {
        Function.BATCH: Need.FASTER,
        Function.SUBMISSIONS: Need.ALWAYS,
    }
    assert all("External services" in one.advice for one in report.problems if "service" in one.problem)
    assert not report.usable


def test_a_function_that_only_writes_is_not_needed_to_read(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["less"] = Account("less", ALL_FUNCTIONS - {Function.SAVE_GRADE})
    assert check(make_client("less")).usable


def test_a_service_without_downloads_is_told(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["less"] = Account("less", may_download=False)
    assert [one.subject for one in check(make_client("less")).problems] == ["downloads"]


def test_a_missing_capability_is_named(moodle: RecordedMoodle, client: MoodleClient) -> None:
    answers(moodle, Function.ACTIVITIES_COMPLETION, response("ws_enrolled_users_onlyactive"))
    problem = next(one for one in check(client, 2).problems if one.need is Need.ALWAYS)
    assert problem.capabilities == ("moodle/course:view", "report/progress:view")
    assert "nopermissions" in problem.problem


@pytest.mark.parametrize(
    ("function", "answer", "problem"),
    [
        (Function.ENROLLED, [{"id": 7, "fullname": "Integratie Account", "roles": []}], "nobody but itself"),
        (Function.CONTENTS, [], "no activity at all"),
        (Function.ACTIVITIES_COMPLETION, {"statuses": [], "warnings": []}, "no activity with completion"),
        (Function.ASSIGNMENTS, response("ws_assignments"), "left out 1"),
        (Function.SUBMISSIONS, {"assignments": [], "warnings": []}, "left out 4"),
    ],
)
def test_what_moodle_leaves_out_without_an_error_is_seen(
    function: str, answer: object, problem: str, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    answers(moodle, function, answer)
    found = next(one for one in check(client, 2).problems if one.need is Need.ALWAYS)
    assert problem in found.problem
    assert found.capabilities


def test_a_course_that_is_gone_is_told(client: MoodleClient) -> None:
    report = check(client, 999)
    assert not report.usable
    problem = next(one for one in report.problems if one.problem == "not found (invalidrecord)")
    assert problem.capabilities == ()


def test_a_token_that_is_not_accepted_ends_the_check(make_client: ClientMaker) -> None:
    with pytest.raises(AuthError):
        check(make_client("wrong"))
