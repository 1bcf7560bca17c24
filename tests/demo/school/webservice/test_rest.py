"""The REST server: strict about tokens, parameters and the format, and about who may call what."""

from typing import Any

import pytest
import requests

from lti_tool.demo.school.native.accounts import add_account, renew, revoke
from lti_tool.demo.school.personalities import CANVAS
from lti_tool.demo.school.webservice.signatures import SIGNATURES
from tests.demo.conftest import recording
from tests.demo.school.webservice.conftest import Native
from tests.moodle_client.recorded_moodle.signatures import SIGNATURES as RECORDED

INFO = "core_webservice_get_site_info"
ENROLLED = "core_enrol_get_enrolled_users"
FAILURES: dict[str, Any] = {case["case"]: case for case in recording("ws-errors")}


def test_it_answers_who_the_token_belongs_to_in_moodles_shape(native: Native) -> None:
    told = native.post(INFO).json()
    assert told["userid"] == int(native.account.id)
    assert (told["siteurl"], told["release"]) == (native.world.school.url, "4.5 (Build: 20241007)")
    assert told.keys() <= recording("ws_site_info")["response"].keys()


def test_the_functions_take_what_the_recorded_ones_take() -> None:
    for function, parameters in SIGNATURES.items():
        assert parameters == RECORDED[function]


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("no wstoken param", {"wstoken": None}),
        ("empty token", {"wstoken": ""}),
        ("invalid token", {"wstoken": "x" * 32}),
        ("no wsfunction", {"wsfunction": None}),
        ("unknown function", {"wsfunction": "core_bestaat_niet"}),
        ("missing param", {"wsfunction": ENROLLED}),
        ("wrong type", {"wsfunction": ENROLLED, "courseid": "abc"}),
        ("extra unknown param", {"wsfunction": ENROLLED, "courseid": 2, "x": 1}),
        (
            'bool true as "true"',
            {"wsfunction": "mod_assign_get_assignments", "courseids[0]": 2, "includenotenrolledcourses": "true"},
        ),
        ("unknown course", {"wsfunction": ENROLLED, "courseid": 999}),
    ],
)
def test_it_refuses_as_was_recorded(native: Native, case: str, fields: dict[str, Any]) -> None:
    answer = native.post(INFO, **fields)
    recorded = FAILURES[case]
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["json"])
    assert native.world.school.refusals[-1].service == "webservices"


def test_a_token_in_the_address_or_in_a_header_is_refused(native: Native) -> None:
    fields = {"wsfunction": INFO, "moodlewsrestformat": "json"}
    in_query = native.raw(fields, query=f"?wstoken={native.account.token}")
    assert in_query.json()["errorcode"] == "invalidtoken"
    assert "in the address" in native.world.last_refusal
    in_header = native.raw(fields, headers={"Authorization": f"Bearer {native.account.token}"})
    assert in_header.json()["errorcode"] == "invalidtoken"
    as_json = requests.post(
        f"{native.world.school.url}/webservice/rest/server.php",
        json={"wstoken": native.account.token, **fields},
        timeout=10,
    )
    assert as_json.headers["Content-Type"].startswith("application/xml")


def test_without_the_format_it_is_xml(native: Native) -> None:
    answer = native.raw({"wstoken": native.account.token, "wsfunction": INFO})
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"


def test_a_revoked_token_is_refused_and_a_new_one_works(native: Native) -> None:
    revoke(native.world.school, native.account)
    assert native.errorcode(INFO, wstoken="0" * 32) == "invalidtoken"
    renew(native.world.school, native.account)
    assert native.post(INFO).json()["userid"] == int(native.account.id)


def test_a_suspended_account_is_refused(native: Native) -> None:
    native.account.suspended = True
    assert native.errorcode(INFO) == FAILURES["ws user suspended"]["json"]["errorcode"]


def test_maintenance_sends_programs_away(native: Native) -> None:
    native.world.school.web_services.maintenance = True
    assert native.errorcode(INFO) == "sitemaintenance"


def test_switched_off_it_is_an_empty_403(native: Native) -> None:
    native.world.school.web_services.offered = False
    answer = native.post(INFO)
    assert (answer.status_code, answer.content) == (403, b"")


def test_a_function_that_is_not_in_the_service_is_refused(native: Native) -> None:
    small = add_account(native.world.school, functions=[INFO])
    assert native.errorcode(ENROLLED, wstoken=small.token, courseid=native.world.course.id) == "accessexception"
    assert native.post(INFO, wstoken=small.token).json()["functions"] == [{"name": INFO, "version": "2024100700"}]


def test_an_account_that_may_not_use_the_protocol_is_refused_alike(native: Native) -> None:
    native.account.capabilities.remove("webservice/rest:use")
    assert native.errorcode(INFO) == "accessexception"


@pytest.mark.parametrize(
    ("capability", "function", "errorcode"),
    [
        ("moodle/course:view", "core_course_get_contents", "errorcoursecontextnotvalid"),
        ("moodle/course:view", ENROLLED, "errorcoursecontextnotvalid"),
        ("moodle/course:viewparticipants", ENROLLED, "nopermissions"),
    ],
)
def test_a_missing_capability_is_refused_in_its_words(
    native: Native, capability: str, function: str, errorcode: str
) -> None:
    native.account.capabilities.remove(capability)
    assert native.errorcode(function, courseid=native.world.course.id) == errorcode


def test_the_faults_of_the_school_disturb_it_too(native: Native) -> None:
    school = native.world.school
    school.faults.add("webservices", "status", status=503)
    gone = native.post(INFO)
    assert (gone.status_code, gone.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    school.faults.add("webservices", "drop")
    with pytest.raises(requests.ConnectionError):
        native.post(INFO)
    assert native.post(INFO).status_code == 200
    assert school.faults.requests["webservices"] == 3  # type: ignore[index]


def test_only_a_moodle_has_them(native: Native) -> None:
    native.world.school.personality = CANVAS
    assert native.post(INFO).status_code == 404


def test_no_token_is_kept_in_what_the_school_writes_down(native: Native) -> None:
    native.post(INFO)
    native.errorcode("core_bestaat_niet")
    token = str(native.account.token)
    kept = [*native.world.school.calls, *native.world.school.refusals]
    assert kept
    assert not [one for one in kept if token in str(one)]
