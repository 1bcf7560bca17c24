"""Letting the recorded Moodle answer otherwise than it was recorded."""

import json
from collections.abc import Mapping
from typing import Any

from moodle_client import Function
from tests.moodle_client.recorded_moodle import Fault, RecordedMoodle, Reply
from tests.moodle_client.recorded_moodle.recordings import response

COURSE = 2
"""Moodle's id of the recorded course."""


def answers(moodle: RecordedMoodle, changed: Mapping[Function, object]) -> None:
    """Let every call of some functions be answered so; a `Fault` goes wrong as it says."""

    def fault(number: int) -> Fault | None:
        function = moodle.seen[number - 1].function
        answer = next((one for name, one in changed.items() if name == function), None)
        if answer is None or isinstance(answer, Fault):
            return answer
        return Reply(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    moodle.faults = fault


def course_with(*modules: Mapping[str, Any], **changes: Mapping[str, Any]) -> object:
    """Return the recorded course with modules in addition, and with others changed.

    Args:
        modules: members of a module, beside those that every module has.
        changes: by `cm7`: members of the module with that id that are other than recorded.
    """
    sections = response("ws_course_contents")
    pattern = sections[1]["modules"][0]
    sections[1]["modules"] += [{**pattern, "completion": 0, **module} for module in modules]
    for section in sections:
        for module in section["modules"]:
            module.update(changes.get(f"cm{module['id']}", {}))
    return sections


def gradebook_with(*items: Mapping[str, Any]) -> object:
    """Return the gradebook of one user with these columns."""
    report = response("ws_grade_items_all")
    pattern = report["usergrades"][0]["gradeitems"][0]
    mine = [{**pattern, "itemtype": "mod", **item} for item in items]
    return {"usergrades": [{**report["usergrades"][0], "gradeitems": mine}], "warnings": []}
