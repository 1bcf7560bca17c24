"""Functions about grades: writing one of an assignment, and the gradebook."""

from html import escape
from typing import Any

from ..models import Course, Person
from ..native.doing import give_grade
from ..native.models import NO_GRADE
from .caller import Caller, Module, seconds
from .refusals import no_user
from .signatures import Params


def save(caller: Caller, params: Params) -> None:
    """Grade somebody: nothing is answered, also when the points were not kept, or somebody takes no part (measured)."""
    _, activity = caller.assignment(params["assignmentid"])
    caller.need("mod/assign:grade", "Grade assignment")
    person_id = str(params["userid"])
    if person_id not in caller.school.people:
        raise no_user()
    editor = params.get("plugindata", {}).get("assignfeedbackcomments_editor")
    points = params["grade"] if params["grade"] >= 0 else NO_GRADE
    feedback = editor["text"] if editor else None
    give_grade(caller.school, activity, person_id, points, str(caller.user_id), feedback)


def report(caller: Caller, params: Params) -> dict[str, Any]:
    """The gradebook of one person or of everybody."""
    course = caller.course(params["courseid"])
    caller.need("gradereport/user:view", "View user report")
    caller.need("moodle/grade:viewall", "View grades of other users")
    wanted = params.get("userid", 0)
    person = caller.school.people.get(str(wanted))
    if wanted and person is None:
        raise no_user()
    people = [person] if person else caller.learners(course)
    graded = [one for one in caller.modules(course) if _maximum(caller, one) is not None]
    return {"usergrades": [_of_person(caller, course, graded, one) for one in people], "warnings": []}


def _maximum(caller: Caller, module: Module) -> float | None:
    if module.activity is not None:
        return module.activity.maximum
    item = caller.school.item_of(module.link) if module.link is not None else None
    return item.maximum if item else None


def _of_person(caller: Caller, course: Course, modules: list[Module], person: Person) -> dict[str, Any]:
    return {
        "courseid": int(course.id),
        "courseidnumber": course.idnumber,
        "userid": int(person.id),
        "userfullname": escape(person.name, quote=False),
        "useridnumber": person.idnumber,
        "maxdepth": 2,
        "gradeitems": [_item(caller, one, person) for one in modules],
    }


def _item(caller: Caller, module: Module, person: Person) -> dict[str, Any]:
    points, at, feedback, locked, overridden = _grade(caller, module, person)
    maximum = _maximum(caller, module) or 0
    return {
        "id": module.context_id,
        "itemname": escape(module.title, quote=False),
        "itemtype": "mod",
        "itemmodule": module.kind,
        "iteminstance": module.instance,
        "itemnumber": 0,
        "idnumber": "",
        "categoryid": 1,
        "outcomeid": None,
        "scaleid": None,
        "locked": False,
        "cmid": module.cm_id,
        "graderaw": points,
        "gradedatesubmitted": None,
        "gradedategraded": at,
        "gradehiddenbydate": False,
        "gradeneedsupdate": False,
        "gradeishidden": False,
        "gradeislocked": locked,
        "gradeisoverridden": overridden,
        "gradeformatted": "-" if points is None else f"{points:.2f}",
        "grademin": 0,
        "grademax": maximum,
        "rangeformatted": f"0&ndash;{maximum:g}",
        "percentageformatted": "-" if points is None else f"{100 * points / maximum:.2f} %",
        "feedback": feedback,
        "feedbackformat": int(bool(feedback)),
    }


def _grade(caller: Caller, module: Module, person: Person) -> tuple[float | None, int | None, str, bool, bool]:
    if module.activity is not None:
        row, points = module.activity.grade(person.id), module.activity.points(person.id)
        at = seconds(row.changed_at) if row and points is not None else None
        return points, at, row.feedback if row else "", False, False
    grade = caller.school.grade(module.link, person) if module.link is not None else None
    if grade is None:
        return None, None, "", False, False
    at = seconds(grade.overridden_at or grade.received_at) or None
    return grade.final, at, grade.feedback or "", grade.locked, grade.overridden_at is not None
