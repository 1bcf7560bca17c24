"""Functions about the site and its courses."""

import json
from html import escape
from typing import Any

from ..models import Completion, Course
from ..native.models import Kind
from .caller import Caller, Module, seconds
from .completion import details, tracking
from .refusals import invalid_parameter
from .signatures import Params

PLURALS = {"assign": "Assignments", "quiz": "Quizzes", "page": "Pages", "lti": "External tools"}
_COURSE_FIELDS = {"id": "id", "ids": "id", "shortname": "label", "idnumber": "idnumber"}


def of_field(caller: Caller, params: Params) -> dict[str, Any]:
    """Courses by id, short name or idnumber; all without a field. What the account may not see is left out."""
    field, value = params.get("field", ""), params.get("value", "")
    if field and field not in _COURSE_FIELDS:
        raise invalid_parameter(f"field {field!r}")
    wanted = value.split(",") if field == "ids" else [value]
    every = list(caller.school.courses.values()) if caller.may("moodle/course:view") else []
    found = [one for one in every if not field or getattr(one, _COURSE_FIELDS[field]) in wanted]
    return {"courses": [_course(one) for one in found], "warnings": []}


def _course(course: Course) -> dict[str, Any]:
    return {
        "id": int(course.id),
        "fullname": escape(course.title, quote=False),
        "displayname": escape(course.title, quote=False),
        "shortname": course.label,
        "idnumber": course.idnumber,
        "categoryid": 1,
        "categoryname": "Category 1",
        "summary": escape(course.summary, quote=False),
        "summaryformat": 1,
        "summaryfiles": [],
        "overviewfiles": [],
        "contacts": [],
        "enrollmentmethods": ["manual"],
        "format": "topics",
        "startdate": seconds(course.start),
        "enddate": 0,
        "visible": 1,
        "enablecompletion": 1,
        "lang": "",
    }


def contents(caller: Caller, params: Params) -> list[dict[str, Any]]:
    """The sections of a course and what stands in them."""
    course = caller.course(params["courseid"], by_context=True)
    options = {one["name"]: one["value"] for one in params.get("options", [])}
    modules = [one for one in caller.modules(course) if options.get("modname") in (None, one.kind)]
    if "cmid" in options:
        modules = [one for one in modules if str(one.cm_id) == options["cmid"]]
    if options.get("excludemodules") in ("1", "true"):
        modules = []
    return [
        {
            "id": int(course.id) * 100 + number,
            "name": escape(name, quote=False),
            "visible": 1,
            "summary": "",
            "summaryformat": 1,
            "section": number,
            "hiddenbynumsections": 0,
            "uservisible": True,
            "component": None,
            "itemid": None,
            "modules": [_module(caller, one) for one in modules if one.section == number],
        }
        for number, name in enumerate(course.sections)
    ]


def _module(caller: Caller, module: Module) -> dict[str, Any]:
    due = module.activity.due if module.activity else None
    how = tracking(module)
    return {
        "id": module.cm_id,
        "url": f"{caller.school.url}/mod/{module.kind}/view.php?id={module.cm_id}",
        "name": escape(module.title, quote=False),
        "instance": module.instance,
        "contextid": module.context_id,
        "visible": int(not module.hidden),
        "uservisible": True,
        "visibleoncoursepage": 1,
        "modicon": "",
        "modname": module.kind,
        "purpose": "assessment" if module.kind in (Kind.ASSIGN, Kind.QUIZ) else "content",
        "modplural": PLURALS[module.kind],
        "availability": None,
        "indent": 0,
        "onclick": "",
        "afterlink": None,
        "customdata": json.dumps({"duedate": seconds(due)} if due else ""),
        "noviewlink": False,
        "completion": how,
        **({"completiondata": _nobody(module)} if how else {}),
        "downloadcontent": 1,
        "dates": [{"label": "Due:", "timestamp": seconds(due), "dataid": "duedate"}] if due else [],
        "groupmode": 0,
    }


def _nobody(module: Module) -> dict[str, Any]:
    """The completion of the account itself, which takes part in nothing."""
    return {
        "state": list(Completion).index(Completion.OPEN),
        "timecompleted": 0,
        "overrideby": None,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": tracking(module) == 2,
        "istrackeduser": False,
        "uservisible": True,
        "details": details(module),
        "isoverallcomplete": False,
    }
