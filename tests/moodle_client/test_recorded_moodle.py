"""The recorded Moodle itself: it answers what was recorded, and keeps Moodle's rules."""

from typing import Any

import pytest
import requests

from tests.moodle_client.recorded_moodle import Account, RecordedMoodle, School
from tests.moodle_client.recorded_moodle.recordings import Recording, failures, recordings
from tests.moodle_client.recorded_moodle.school import Refused

CHANGING = {"timecompleted", "overrideby"}
SITE_INFO = {"wsfunction": "core_webservice_get_site_info", "moodlewsrestformat": "json"}


def call(moodle: RecordedMoodle, fields: dict[str, Any], **options: Any) -> requests.Response:  # noqa: ANN401
    url = f"{moodle.url}/webservice/rest/server.php"
    return requests.post(url, data=fields, timeout=5, allow_redirects=False, **options)


@pytest.mark.parametrize("recording", recordings(), ids=lambda one: one.name)
def test_it_answers_what_was_recorded(recording: Recording) -> None:
    account = Account(recording.account, may_use_rest=recording.account != "trainer1")
    try:
        answer = School().answer(account, recording.function, recording.params)
    except Refused as refused:
        answer = refused.answer
    expected = recording.response
    if recording.function == "core_completion_override_activity_completion_status":
        answer, expected = ({key: value for key, value in one.items() if key not in CHANGING} for one in (answer, expected))
    assert answer == expected


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("no wstoken param", SITE_INFO),
        ("empty token", {**SITE_INFO, "wstoken": ""}),
        ("no wsfunction", {"wstoken": "t", "moodlewsrestformat": "json"}),
        ("unknown function", {"wstoken": "t", "wsfunction": "core_bestaat_niet", "moodlewsrestformat": "json"}),
        ("missing param", {"wstoken": "t", **SITE_INFO, "wsfunction": "core_enrol_get_enrolled_users"}),
        ("wrong type", {"wstoken": "t", **SITE_INFO, "wsfunction": "core_enrol_get_enrolled_users", "courseid": "abc"}),
        (
            "extra unknown param",
            {"wstoken": "t", **SITE_INFO, "wsfunction": "core_enrol_get_enrolled_users", "courseid": 2, "x": 1},
        ),
        (
            'bool true as "true"',
            {
                "wstoken": "t",
                **SITE_INFO,
                "wsfunction": "mod_assign_get_assignments",
                "courseids[0]": 2,
                "includenotenrolledcourses": "true",
            },
        ),
        ("unknown course", {"wstoken": "t", **SITE_INFO, "wsfunction": "core_enrol_get_enrolled_users", "courseid": 999}),
    ],
)
def test_it_refuses_what_moodle_refused(case: str, fields: dict[str, Any], moodle: RecordedMoodle) -> None:
    moodle.accounts["t"] = Account()
    assert call(moodle, fields).json() == failures()[case]["json"]


def test_a_token_in_a_header_is_ignored(moodle: RecordedMoodle) -> None:
    answer = call(moodle, SITE_INFO, headers={"Authorization": f"Bearer {moodle.token}"})
    assert answer.json()["errorcode"] == "invalidtoken"


def test_without_the_format_the_answer_is_xml(moodle: RecordedMoodle) -> None:
    answer = call(moodle, {"wstoken": moodle.token, "wsfunction": SITE_INFO["wsfunction"]})
    assert answer.headers["Content-Type"].startswith("application/xml")


def test_a_batch_stops_at_the_first_error() -> None:
    function = "core_completion_get_activities_completion_status"
    requests_made = [{"function": function, "arguments": f'{{"courseid": 2, "userid": {user}}}'} for user in (9, 7, 10)]
    answer = School().answer(Account(), "tool_mobile_call_external_functions", {"requests": requests_made})
    assert [one["error"] for one in answer["responses"]] == [False, True]


def test_a_grade_out_of_range_is_silently_stored_as_none() -> None:
    school = School()
    params = {
        "assignmentid": 1,
        "userid": 9,
        "grade": 150,
        "attemptnumber": -1,
        "addattempt": 0,
        "workflowstate": "",
        "applytoall": 0,
    }
    assert school.answer(Account(), "mod_assign_save_grade", params) is None
    answer = school.answer(Account(), "mod_assign_get_grades", {"assignmentids": [1]})
    assert {row["userid"]: row["grade"] for row in answer["assignments"][0]["grades"]}[9] == "-1.00000"
