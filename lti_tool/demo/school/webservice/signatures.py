"""Which parameters each function takes: Moodle refuses any other, a missing one, and one of the wrong type."""

import re
from collections.abc import Mapping
from typing import Any

from .refusals import invalid_parameter

Params = Mapping[str, Any]
Spec = Any
INT, FLOAT, BOOL, TEXT = "int", "float", "bool", "text"
BATCH = "tool_mobile_call_external_functions"
_OPTIONS: Spec = [{"name": TEXT, "value": TEXT}]

SIGNATURES: Mapping[str, Mapping[str, Spec]] = {
    "core_webservice_get_site_info": {"serviceshortnames?": [TEXT]},
    "core_course_get_courses_by_field": {"field?": TEXT, "value?": TEXT},
    "core_course_get_contents": {"courseid": INT, "options?": _OPTIONS},
    "core_enrol_get_enrolled_users": {"courseid": INT, "options?": _OPTIONS},
    "core_user_get_users_by_field": {"field": TEXT, "values": [TEXT]},
    "core_completion_get_activities_completion_status": {"courseid": INT, "userid": INT},
    "core_completion_override_activity_completion_status": {"userid": INT, "cmid": INT, "newstate": INT},
    "mod_assign_get_assignments": {"courseids?": [INT], "capabilities?": [TEXT], "includenotenrolledcourses?": BOOL},
    "mod_assign_get_submissions": {"assignmentids": [INT], "status?": TEXT, "since?": INT, "before?": INT},
    "mod_assign_get_grades": {"assignmentids": [INT], "since?": INT},
    "mod_assign_get_submission_status": {"assignid": INT, "userid?": INT, "groupid?": INT},
    "mod_assign_list_participants": {
        "assignid": INT,
        "groupid": INT,
        "filter": TEXT,
        "skip?": INT,
        "limit?": INT,
        "onlyids?": BOOL,
        "includeenrolments?": BOOL,
        "tablesort?": BOOL,
    },
    "mod_assign_save_grade": {
        "assignmentid": INT,
        "userid": INT,
        "grade": FLOAT,
        "attemptnumber": INT,
        "addattempt": BOOL,
        "workflowstate": TEXT,
        "applytoall": BOOL,
        "plugindata?": {"assignfeedbackcomments_editor?": {"text": TEXT, "format": INT}, "files_filemanager?": INT},
    },
    "gradereport_user_get_grade_items": {"courseid": INT, "userid?": INT, "groupid?": INT},
    BATCH: {"requests": [{"function": TEXT, "arguments?": TEXT}]},
}
"""A name with ``?`` may be left out; a list holds any number of what is in it."""

_FIELD = re.compile(r"(\w+)((?:\[\w+\])*)")


def nested(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Form fields as PHP reads them: ``a[0][b]=c`` becomes a map in a map. Raises Refused."""
    tree: dict[str, Any] = {}
    for name, value in fields:
        match = _FIELD.fullmatch(name)
        if match is None:
            raise invalid_parameter(f"the name {name!r}")
        *path, last = [match[1], *re.findall(r"\[(\w+)\]", match[2])]
        place = tree
        for key in path:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise invalid_parameter(f"{name} is a value and more")
        place[last] = value
    return tree


def typed(spec: Spec, value: Any, name: str = "") -> Any:  # noqa: ANN401 - whatever was sent
    """A value as its type.

    Raises:
        Refused: it is of another type, something is missing, or there is something that is not known.
    """
    if isinstance(spec, Mapping):
        return _members(spec, value, name)
    if isinstance(spec, list):
        rows = list(value.values()) if isinstance(value, Mapping) else value
        if not isinstance(rows, list):
            raise invalid_parameter(f"{name} is no list")
        return [typed(spec[0], row, name) for row in rows]
    return _scalar(spec, value, name)


def _members(spec: Mapping[str, Spec], value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise invalid_parameter(f"{name or 'the parameters'} are no map")
    unknown = sorted(set(value) - {key.removesuffix("?") for key in spec})
    missing = [key for key in spec if not key.endswith("?") and key not in value]
    if unknown or missing:
        raise invalid_parameter(f"unknown: {unknown}, missing: {missing}")
    given = {key.removesuffix("?"): inner for key, inner in spec.items()}
    return {key: typed(inner, value[key], key) for key, inner in given.items() if key in value}


def _scalar(kind: str, value: object, name: str) -> int | float | str:
    if isinstance(value, (Mapping, list, bool)) or value is None:
        raise invalid_parameter(f"{name} is no {kind}")
    text = str(value)
    try:
        if kind == FLOAT:
            return float(text)
        if kind in (INT, BOOL):
            number = int(text)
            if kind == BOOL and text not in ("0", "1"):
                raise invalid_parameter(f"{name} is {text!r}: Moodle takes 0 or 1")
            return number
    except ValueError:
        raise invalid_parameter(f"{name} is {text!r}, no {kind}") from None
    return text
