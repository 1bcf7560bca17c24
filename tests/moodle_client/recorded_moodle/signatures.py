"""Which parameters each function takes. Moodle refuses any other, a missing one, and a wrong type."""

import re
from collections.abc import Mapping
from typing import Any

INT, FLOAT, BOOL, TEXT = "int", "float", "bool", "text"
Spec = Any

_OPTIONS: Spec = [{"name": TEXT, "value": TEXT}]

SIGNATURES: Mapping[str, Mapping[str, Spec]] = {
    "core_webservice_get_site_info": {"serviceshortnames?": [TEXT]},
    "core_course_get_courses_by_field": {"field?": TEXT, "value?": TEXT},
    "core_course_get_contents": {"courseid": INT, "options?": _OPTIONS},
    "core_course_get_updates_since": {"courseid": INT, "since": INT, "filter?": [TEXT]},
    "core_enrol_get_enrolled_users": {"courseid": INT, "options?": _OPTIONS},
    "core_enrol_get_users_courses": {"userid": INT, "returnusercount?": BOOL},
    "core_user_get_users_by_field": {"field": TEXT, "values": [TEXT]},
    "core_badges_get_user_badges": {"userid?": INT, "courseid?": INT},
    "core_completion_get_activities_completion_status": {"courseid": INT, "userid": INT},
    "core_completion_get_course_completion_status": {"courseid": INT, "userid": INT},
    "core_completion_override_activity_completion_status": {"userid": INT, "cmid": INT, "newstate": INT},
    "core_completion_update_activity_completion_status_manually": {"cmid": INT, "completed": BOOL},
    "mod_assign_get_assignments": {
        "courseids?": [INT],
        "capabilities?": [TEXT],
        "includenotenrolledcourses?": BOOL,
    },
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
    "core_grades_get_gradeitems": {"courseid": INT},
    "tool_mobile_call_external_functions": {"requests": [{"function": TEXT, "arguments?": TEXT}]},
}

_FIELD = re.compile(r"^(\w+)((?:\[\w+\])*)$")


class Invalid(Exception):
    """Moodle's invalidparameter."""


def nested(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Return form fields as PHP reads them: ``a[0][b]=c`` becomes a list in a map."""
    tree: dict[str, Any] = {}
    for name, value in fields:
        match = _FIELD.match(name)
        if not match:
            raise Invalid(name)
        *path, last = [match[1], *re.findall(r"\[(\w+)\]", match[2])]
        place = tree
        for key in path:
            place = place.setdefault(key, {})
        place[last] = value
    return tree


def typed(spec: Spec, value: Any) -> Any:  # noqa: ANN401
    """Return a value as its type.

    Raises:
        Invalid: it is of another type, something is missing, or there is something that is not known.
    """
    if isinstance(spec, Mapping):
        if not isinstance(value, Mapping) or set(value) - {key.removesuffix("?") for key in spec}:
            raise Invalid
        missing = [key for key in spec if not key.endswith("?") and key not in value]
        if missing:
            raise Invalid(missing[0])
        return {name: typed(inner, value[name]) for key, inner in spec.items() if (name := key.removesuffix("?")) in value}
    if isinstance(spec, list):
        rows = list(value.values()) if isinstance(value, Mapping) else value
        if not isinstance(rows, list):
            raise Invalid
        return [typed(spec[0], row) for row in rows]
    return _scalar(spec, value)


def _scalar(kind: str, value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, (Mapping, list, bool)) or value is None:
        raise Invalid
    text = str(value)
    try:
        if kind == INT:
            return int(text)
        if kind == FLOAT:
            return float(text)
    except ValueError:
        raise Invalid from None
    if kind == BOOL:
        if text not in ("0", "1"):
            raise Invalid
        return int(text)
    return text
