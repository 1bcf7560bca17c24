"""Moodle's errorcodes and the errors they become.

Moodle answers HTTP 200 with ``{"exception", "errorcode", "message"}``; files answer ``{"error", "errorcode"}``.
"""

import re
from collections.abc import Mapping

from moodle_client.errors import (
    AuthError,
    FunctionFailed,
    FunctionUnavailable,
    InvalidParameter,
    MaintenanceMode,
    MoodleError,
    NotAllowed,
    NotEnrolled,
    NotFound,
    NotSetUp,
    Refusal,
    Who,
)

KINDS: Mapping[str, type[Refusal]] = {
    "invalidtoken": AuthError,
    "accessexception": AuthError,
    "wsaccessusersuspended": AuthError,
    "wsaccessuserdeleted": AuthError,
    "wsaccessuserexpired": AuthError,
    "wsaccessusernologin": AuthError,
    "wsaccessuserunconfirmed": AuthError,
    "nopermissions": NotAllowed,
    "nopermission": NotAllowed,
    "requireloginerror": NotAllowed,
    "errorcoursecontextnotvalid": NotAllowed,
    "cannotviewreport": NotAllowed,
    "cannotviewprofile": NotAllowed,
    "notingroup": NotAllowed,
    "invalidrecord": NotFound,
    "invalidrecordunknown": NotFound,
    "invaliduser": NotFound,
    "invaliduserid": NotFound,
    "invalidcourseid": NotFound,
    "invalidcoursemodule": NotFound,
    "invalidcoursemoduleid": NotFound,
    "filenotfound": NotFound,
    "usernotenroled": NotEnrolled,
    "usernotincourse": NotEnrolled,
    "nocriteriaset": NotSetUp,
    "cannotmanualctrack": NotSetUp,
    "completionnotenabled": NotSetUp,
    "invalidparameter": InvalidParameter,
    "missingparam": InvalidParameter,
}
"""What an errorcode becomes; one that is not here becomes `FunctionFailed`."""

_ADVICE: Mapping[str, str] = {
    "invalidtoken": "The token is wrong, was revoked or has expired: make a new one in Moodle and put it in its place",
    "accessexception": (
        "Moodle does not say which: the token's account lacks webservice/rest:use, the token is expired or limited to "
        "other IP addresses, or its service is disabled or lacks this function"
    ),
    "wsaccessusersuspended": "The token's account is suspended: activate it",
    "wsaccessuserdeleted": "The token's account was deleted: make a new account and token",
    "wsaccessuserexpired": "The password of the token's account has expired: renew it",
    "wsaccessusernologin": "The token's account has the authentication method 'no login': choose another",
    "wsaccessuserunconfirmed": "The token's account is not confirmed: confirm it",
    "requireloginerror": "The course or activity is closed to the token's account: enrol it, or make the activity visible",
    "errorcoursecontextnotvalid": "The course is closed to the token's account: enrol it, or give it moodle/course:view",
    "cannotviewreport": "Give the token's account report/completion:view in the course",
    "nocriteriaset": "The course has no completion criteria: set them, or read the activities one by one",
    "cannotmanualctrack": "The activity is not one that participants mark as done themselves",
}

_CAPABILITY = re.compile(r"\(([^()\r\n]{1,80})\)\.?$")


def error_for(
    errorcode: str, *, function: str | None, message: str = "", downloading: bool = False, status: int | None = None
) -> MoodleError:
    """Return the error that an errorcode stands for.

    Args:
        errorcode: Moodle's errorcode.
        function: the function that was called.
        message: Moodle's message; only looked at, never kept, but for the name of a capability.
        downloading: the answer came from a file, not from a function.
        status: the HTTP status, when it was not 200.
    """
    if errorcode == "sitemaintenance":
        return MaintenanceMode(function=function, errorcode=errorcode, status=status)
    if errorcode == "invalidrecord" and "external_functions" in message:
        return FunctionUnavailable(
            "this Moodle does not know it", function=function, errorcode=errorcode, who=Who.DEVELOPER, advice=""
        )
    kind = KINDS.get(errorcode, FunctionFailed)
    advice = _ADVICE.get(errorcode)
    if downloading and errorcode == "accessexception":
        advice = "The token's service may not download files: tick 'Can download files' in the service's settings"
    error = kind(function=function, errorcode=errorcode, status=status, advice=advice)
    if isinstance(error, NotAllowed) and errorcode == "nopermissions" and (found := _CAPABILITY.search(message)):
        error.capability = found[1]
        error.detail = found[1]
    return error
