"""Every recorded answer is read, or raises the error that the tree promises."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from moodle_client import (
    USES,
    AuthError,
    Function,
    FunctionFailed,
    FunctionUnavailable,
    InvalidParameter,
    MaintenanceMode,
    MoodleClient,
    MoodleError,
    NotAllowed,
    NotEnrolled,
    NotFound,
    NotJson,
    NotSetUp,
    WebServicesOff,
    Who,
)
from moodle_client.assignments import Assignment
from moodle_client.completion import ActivityCompletion, CourseCompletion
from moodle_client.courses import Course, Section, Update
from moodle_client.errorcodes import KINDS, error_for
from moodle_client.grades import GradeColumn, UserGrades
from moodle_client.reading import Node
from moodle_client.results import Notice
from moodle_client.site import SiteInfo
from moodle_client.submissions import AssignmentGrade, HandIn, Participant, Submission
from moodle_client.users import Badge, User
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, RecordedMoodle, Replay, Reply
from tests.moodle_client.recorded_moodle.recordings import Recording, failures, load, recordings, response

Reader = Callable[[Node], object]


def rows_of(key: str, read: Callable[[Node, int], object]) -> Reader:
    return lambda node: (
        node.each("assignments", lambda one: one.each(key, lambda row: read(row, one.integer("assignmentid")))),
        node.each("warnings", Notice.read),
    )


def every(read: Reader) -> Reader:
    return lambda node: [read(one) for one in node.items()]


READERS: dict[str, Reader] = {
    Function.SITE_INFO: SiteInfo.read,
    Function.COURSES: lambda node: node.each("courses", Course.read),
    Function.CONTENTS: every(Section.read),
    Function.UPDATES: lambda node: node.each("instances", Update.read),
    Function.ENROLLED: every(User.read),
    Function.USERS: every(User.read),
    Function.BADGES: lambda node: node.each("badges", Badge.read),
    Function.ACTIVITIES_COMPLETION: lambda node: node.each("statuses", ActivityCompletion.read),
    Function.COURSE_COMPLETION: CourseCompletion.read,
    Function.OVERRIDE_COMPLETION: lambda node: node.integer("state"),
    Function.MARK_OWN_COMPLETION: lambda node: node.flag("status"),
    Function.ASSIGNMENTS: lambda node: (
        node.each("courses", lambda course: course.each("assignments", Assignment.read)),
        node.each("warnings", Notice.read),
    ),
    Function.SUBMISSIONS: rows_of("submissions", Submission.read),
    Function.ASSIGNMENT_GRADES: rows_of("grades", AssignmentGrade.read),
    Function.SUBMISSION_STATUS: lambda node: HandIn.read(node, 1),
    Function.PARTICIPANTS: every(Participant.read),
    Function.GRADE_REPORT: lambda node: node.each("usergrades", UserGrades.read),
    Function.GRADE_ITEMS: lambda node: node.each("gradeItems", GradeColumn.read),
    Function.SAVE_GRADE: lambda node: node,
}

REFUSED: dict[str, type[MoodleError]] = {
    "ws_activities_completion_unknown_course": NotFound,
    "ws_activities_completion_unknown_user": NotFound,
    "ws_assignments_all": AuthError,
    "ws_assignments_trainer": AuthError,
    "ws_completion_manual_automatic_cm": NotSetUp,
    "ws_completion_manual_bad_bool": InvalidParameter,
    "ws_completion_override_bad_state": FunctionFailed,
    "ws_completion_override_manual_cm": NotAllowed,
    "ws_course_completion_no_criteria": NotSetUp,
    "ws_course_completion_not_in_course": NotEnrolled,
    "ws_course_contents_unknown": NotFound,
    "ws_courses_by_field_badfield": InvalidParameter,
    "ws_enrolled_users_onlyactive": NotAllowed,
    "ws_enrolled_users_onlysuspended": NotAllowed,
    "ws_enrolled_users_withcapability": NotAllowed,
    "ws_save_grade_missing_param": InvalidParameter,
    "ws_submission_status_not_participant": NotAllowed,
    "ws_users_by_field_bad": FunctionFailed,
    "ws_users_by_field_email_trainer1": AuthError,
    "ws_users_by_field_id_trainer1": AuthError,
    "ws_users_by_field_username_trainer1": AuthError,
}

WITHOUT_FUNCTION: dict[str, Reader] = {
    "ws_blind_nocap_mod_assign_get_grades": READERS[Function.ASSIGNMENT_GRADES],
    "ws_blind_nocap_mod_assign_get_submission_status": READERS[Function.SUBMISSION_STATUS],
    "ws_blind_nocap_mod_assign_get_submissions": READERS[Function.SUBMISSIONS],
    "ws_blind_nocap_mod_assign_list_participants": READERS[Function.PARTICIPANTS],
    "ws_enrolled_users_after_viewalldetails": READERS[Function.ENROLLED],
    "ws_submission_with_files": lambda node: Submission.read(node, 1),
}

WENT_WRONG: dict[str, type[MoodleError]] = {
    "invalid token": AuthError,
    "empty token": AuthError,
    "no wstoken param": AuthError,
    "no wsfunction": InvalidParameter,
    "unknown function": FunctionUnavailable,
    "function not in service (klein)": AuthError,
    "no moodlewsrestformat => XML": NotJson,
    "XML error": NotJson,
    "missing param": InvalidParameter,
    "wrong type": InvalidParameter,
    "extra unknown param": InvalidParameter,
    'bool true as "true"': InvalidParameter,
    "token in Authorization header": AuthError,
    "unknown course": NotFound,
    "missing capability (trainer1 lacks rest:use)": AuthError,
    "ip restricted token": AuthError,
    "expired token": AuthError,
    "ws user suspended": AuthError,
    "service disabled": AuthError,
    "enablewebservices=0": WebServicesOff,
    "rest protocol off": WebServicesOff,
    "maintenance (db setting)": MaintenanceMode,
    "maintenance CLI --enable? (climaintenance)": MaintenanceMode,
    "climaintenance.html present": MaintenanceMode,
    "debug on: error": NotFound,
    "debug on: invalid param": InvalidParameter,
    "debug on: invalid token": AuthError,
}
"""What a recorded HTTP answer becomes. Which of its two meanings an accessexception has is tested in test_client."""

ANSWERED = {"GET works", "JSON body", "debug on: success"}
OF_LTI = re.compile("maintenance: |^climaintenance.html: token|^CLI maintenance: token|AGS|lineitems|: token$")


@pytest.mark.parametrize("recording", recordings(), ids=lambda one: one.name)
def test_a_recorded_answer_is_read_or_refused(
    recording: Recording, moodle: RecordedMoodle, make_client: ClientMaker
) -> None:
    moodle.accounts["token"] = Account(recording.account, may_use_rest=recording.account != "trainer1")
    client = make_client("token")
    promised = REFUSED.get(recording.name)
    if promised:
        with pytest.raises(promised) as raised:
            client.call(recording.function, recording.params, read=True)
        assert type(raised.value) is promised
        assert raised.value.errorcode == recording.response["errorcode"]
        assert raised.value.function == recording.function
    else:
        answer = client.call(recording.function, recording.params, read=True)
        READERS[recording.function](Node(answer, recording.function))


@pytest.mark.parametrize("name", WITHOUT_FUNCTION)
def test_a_recorded_answer_without_its_call_is_read(name: str) -> None:
    assert WITHOUT_FUNCTION[name](Node(response(name), name))


@pytest.mark.parametrize("case", WENT_WRONG)
def test_a_recorded_failure_raises_what_the_tree_promises(case: str, moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.faults = lambda _number: Replay(case)
    with pytest.raises(WENT_WRONG[case]) as raised:
        client.call(Function.ENROLLED, {"courseid": 2}, read=False)
    assert type(raised.value) is WENT_WRONG[case]
    assert raised.value.__context__ is None
    recorded = failures()[case]["json"]
    assert raised.value.errorcode == (recorded["errorcode"] if recorded else None)


@pytest.mark.parametrize("case", sorted(ANSWERED))
def test_a_recorded_success_under_odd_circumstances_is_read(case: str, moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(Replay(case))
    assert client.call(Function.SITE_INFO, read=True) == json.loads(
        json.dumps(failures()[case]["json"]).replace("http://127.0.0.1:8800", moodle.url)
    )


def test_no_recorded_failure_is_left_out() -> None:
    left = {case for case in failures() if case not in WENT_WRONG and case not in ANSWERED}
    assert {case for case in left if not OF_LTI.search(case)} == set()


def test_no_recording_is_left_out() -> None:
    from tests.moodle_client.recorded_moodle.recordings import FOLDER

    files = {path.stem for path in FOLDER.glob("ws_*.json")}
    batches = {name for name in files if name.startswith("ws_batch")}
    assert files - batches == {one.name for one in recordings()} | set(WITHOUT_FUNCTION)


def recorded_errorcodes() -> set[str]:
    texts = [json.dumps(load(name)) for name in ("ws-errors.json", "ws-files.json")]
    texts += [json.dumps(one.response) for one in recordings()]
    found = {code for text in texts for code in re.findall(r'\\?"errorcode\\?": ?\\?"(\w+)', text)}
    lines = re.findall(r"exception\|(\w+)\|", json.dumps(load("ws-capabilities.json")))
    roles = re.findall(r'": "(\w+): ', json.dumps(load("ws-by-role.json")))
    return found | set(lines) | set(roles)


KIND_OF: dict[str, type[MoodleError]] = {
    "accessexception": AuthError,
    "cannotmanualctrack": NotSetUp,
    "cannotviewreport": NotAllowed,
    "codingerror": FunctionFailed,
    "err_system": FunctionFailed,
    "errorcoursecontextnotvalid": NotAllowed,
    "filenotfound": NotFound,
    "invalidparameter": InvalidParameter,
    "invalidrecord": NotFound,
    "invalidtoken": AuthError,
    "invaliduser": NotFound,
    "missingparam": InvalidParameter,
    "nocriteriaset": NotSetUp,
    "nopermission": NotAllowed,
    "nopermissions": NotAllowed,
    "requireloginerror": NotAllowed,
    "sitemaintenance": MaintenanceMode,
    "usernotenroled": NotEnrolled,
    "wsaccessusersuspended": AuthError,
}


def test_every_recorded_errorcode_has_its_test() -> None:
    assert recorded_errorcodes() == set(KIND_OF)


@pytest.mark.parametrize("errorcode", sorted(KIND_OF))
def test_a_recorded_errorcode_raises_its_error_over_http(
    errorcode: str, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    told = {"exception": "moodle_exception", "errorcode": errorcode, "message": "…"}
    moodle.faults = lambda _number: Reply(200, json.dumps(told).encode(), {"Content-Type": "application/json"})
    with pytest.raises(KIND_OF[errorcode]) as raised:
        client.site.info()
    assert type(raised.value) is KIND_OF[errorcode]
    assert raised.value.who in Who
    assert errorcode in str(raised.value)


def test_no_known_errorcode_is_unknown_to_the_tree() -> None:
    for errorcode, kind in KINDS.items():
        assert type(error_for(errorcode, function="f")) is kind


def gained() -> list[tuple[str, str]]:
    """Functions that a capability opened, as recorded: granted one after the other to an account without any."""
    steps: dict[str, Any] = load("ws-capabilities.json")
    return [
        (name.split(" ")[0], step.removeprefix("+"))
        for step, changes in steps.items()
        if step.startswith("+")
        for name, (before, after) in changes.items()
        if before != after
    ]


@pytest.mark.parametrize(("function", "capability"), sorted(set(gained())))
def test_the_capabilities_of_a_function_are_those_that_opened_it(function: str, capability: str) -> None:
    if function in set(Function):
        assert capability in USES[Function(function)].capabilities
    else:
        assert function.startswith(("core_group_", "core_course_get_course_module", "gradereport_user_get_grades_table"))


def test_every_function_has_a_use() -> None:
    assert set(USES) == set(Function)
