"""Calling a function: whose token it is, whether its service has the function, and many calls in one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..native.models import Account
from ..state import School
from . import assignments, completion, courses, grading, users
from .caller import Caller
from .refusals import Refused, invalid_parameter, invalid_token, maintenance, no_access, no_record, suspended
from .signatures import BATCH, SIGNATURES, Params, typed

Function = Callable[[Caller, Params], Any]
_VERSION = "2024100700"

_FUNCTIONS: Mapping[str, Function] = {
    "core_course_get_courses_by_field": courses.of_field,
    "core_course_get_contents": courses.contents,
    "core_enrol_get_enrolled_users": users.of_course,
    "core_user_get_users_by_field": users.by_field,
    "core_completion_get_activities_completion_status": completion.of_user,
    "core_completion_override_activity_completion_status": completion.override,
    "mod_assign_get_assignments": assignments.of_courses,
    "mod_assign_get_submissions": assignments.submissions,
    "mod_assign_get_grades": assignments.grades,
    "mod_assign_get_submission_status": assignments.submission_status,
    "mod_assign_list_participants": assignments.participants,
    "mod_assign_save_grade": grading.save,
    "gradereport_user_get_grade_items": grading.report,
}


def account_of(school: School, token: str | None) -> Account:
    """The account of a token. Raises Refused."""
    account = next((one for one in list(school.accounts.values()) if token and one.token == token), None)
    if account is None:
        raise invalid_token()
    if account.suspended:
        raise suspended()
    if school.web_services.maintenance:
        raise maintenance()
    return account


def call(school: School, account: Account, function: str, params: Params) -> Any:  # noqa: ANN401 - what it answers
    """What a function answers.

    Raises:
        Refused: with Moodle's exception.
    """
    if function not in SIGNATURES:
        raise no_record("external_functions")
    if function not in account.functions or "webservice/rest:use" not in account.capabilities:
        raise no_access()
    arguments = typed(SIGNATURES[function], params)
    if function == BATCH:
        return _batch(school, account, arguments["requests"])
    if function == "core_webservice_get_site_info":
        return _site_info(school, account)
    with school.lock:
        return _FUNCTIONS[function](Caller(school, int(account.id), frozenset(account.capabilities)), arguments)


def _batch(school: School, account: Account, requests: list[Params]) -> dict[str, Any]:
    """Many calls in one, which stops at the first that is refused (measured)."""
    if not requests:
        raise invalid_parameter("no requests")
    answers: list[dict[str, Any]] = []
    for request in requests:
        try:
            answer = call(school, account, request["function"], _arguments(request))
        except Refused as refused:
            school.refuse("webservices", 200, f"{request['function']} in a batch: {refused}")
            answers.append({"error": True, "exception": json.dumps(_in_batch(school, refused))})
            break
        answers.append({"error": False, "data": json.dumps(answer)})
    return {"responses": answers}


def _arguments(request: Params) -> Params:
    try:
        arguments = json.loads(request.get("arguments") or "{}")
    except ValueError:
        raise invalid_parameter("arguments is no JSON") from None
    if not isinstance(arguments, dict):
        raise invalid_parameter("arguments is no map")
    return arguments


def _in_batch(school: School, refused: Refused) -> dict[str, str]:
    if refused.errorcode == "accessexception":
        return {"errorcode": refused.errorcode, "module": "webservice"}
    return {"message": refused.message, "errorcode": refused.errorcode, "link": f"{school.url}/"}


def _site_info(school: School, account: Account) -> dict[str, Any]:
    return {
        "sitename": school.name,
        "username": account.username,
        "firstname": account.given,
        "lastname": account.family,
        "fullname": account.name,
        "lang": "nl",
        "userid": int(account.id),
        "siteurl": school.url,
        "userpictureurl": "",
        "functions": [{"name": one, "version": _VERSION} for one in account.functions],
        "downloadfiles": int(account.may_download),
        "uploadfiles": 0,
        "release": school.personality.registration_version,
        "version": _VERSION,
        "mobilecssurl": "",
        "advancedfeatures": [],
        "usercanmanageownfiles": True,
        "userquota": 0,
        "usermaxuploadfilesize": 0,
        "userhomepage": 0,
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }
