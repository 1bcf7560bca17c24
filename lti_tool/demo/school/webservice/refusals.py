"""How Moodle says no: HTTP 200 with an exception, in the words that were recorded of a Moodle 4.5."""

from typing import Any


class Refused(Exception):
    """A function answers with an exception.

    Args:
        exception: the class that Moodle names.
        errorcode: Moodle's code.
        message: Moodle's words.
        detail: the rule that was broken, for the log; the message when left out.
    """

    def __init__(self, exception: str, errorcode: str, message: str, detail: str = "") -> None:
        super().__init__(detail or message)
        self.errorcode = errorcode
        self.message = message
        self.answer = {"exception": exception, "errorcode": errorcode, "message": message}


def invalid_token(detail: str = "") -> Refused:
    """The token is unknown, or did not come in the body."""
    return Refused("core\\exception\\moodle_exception", "invalidtoken", "Invalid token - token not found", detail)


def no_access() -> Refused:
    """The function is not in the service, or the account may not use the protocol: Moodle does not say which."""
    return Refused("webservice_access_exception", "accessexception", "Access control exception")


def suspended() -> Refused:
    """The token's account is suspended."""
    return Refused(
        "core\\exception\\moodle_exception", "wsaccessusersuspended", "Refused web service access for suspended username"
    )


def maintenance() -> Refused:
    """The site is being maintained."""
    text = "The site is undergoing maintenance and is currently not available"
    return Refused("core\\exception\\moodle_exception", "sitemaintenance", text)


def invalid_parameter(detail: str = "") -> Refused:
    """A parameter is missing, unknown or of the wrong type."""
    text = "Invalid parameter value detected"
    return Refused("core\\exception\\invalid_parameter_exception", "invalidparameter", text, detail)


def no_record(table: str) -> Refused:
    """There is no such row."""
    text = f"Can't find data record in database table {table}."
    return Refused("dml_missing_record_exception", "invalidrecord", text)


def no_user() -> Refused:
    """There is no such user."""
    return Refused("dml_missing_record_exception", "invaliduser", "Invalid user")


def no_course_context(course_id: int) -> Refused:
    """The account may not enter the course, as some functions say it."""
    text = (
        f"You cannot execute functions in the course context (course id:{course_id}). The context error message was: "
        "Course or activity not accessible."
    )
    return Refused("core\\exception\\moodle_exception", "errorcoursecontextnotvalid", text)


def not_accessible() -> Refused:
    """The account may not enter the course or activity, as the other functions say it."""
    return Refused("core\\exception\\require_login_exception", "requireloginerror", "Course or activity not accessible.")


def lacks(capability: str, words: str = "") -> Refused:
    """The account lacks a capability, with Moodle's name of it or, in some functions, without a word."""
    exception = "core\\exception\\required_capability_exception"
    if not words:
        return Refused(exception, "nopermission", "error/nopermission", f"lacks {capability}")
    text = f"Sorry, but you do not currently have permissions to do that ({words})."
    return Refused(exception, "nopermissions", text, f"lacks {capability}")


def completion_error() -> Refused:
    """The completion system does not know what is asked."""
    text = (
        "An internal error occurred in the completion system. (System administrators can enable debugging information "
        "to see more detail.)"
    )
    return Refused("core\\exception\\moodle_exception", "err_system", text)


def coding_error(words: str) -> Refused:
    """A function was called as no programmer should."""
    text = f"Coding error detected, it must be fixed by a programmer: {words}"
    return Refused("core\\exception\\coding_exception", "codingerror", text)


def warning(item: str, item_id: int, code: str, message: str) -> dict[str, Any]:
    """A warning beside an answer: something was left out."""
    return {"item": item, "itemid": item_id, "warningcode": code, "message": message}
