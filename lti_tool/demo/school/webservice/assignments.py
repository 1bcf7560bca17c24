"""Functions about assignments: reading what was handed in and graded."""

from html import escape
from typing import Any
from urllib.parse import quote

from ..models import CompletionRule, Person
from ..native.doing import row_for
from ..native.models import Activity, AssignmentGrade, HandedInFile, Kind, Status, Submission
from .caller import Caller, seconds
from .refusals import Refused, lacks, warning
from .signatures import Params
from .users import described

_OFF = (
    *("nosubmissions", "sendnotifications", "sendlatenotifications", "cutoffdate", "gradingduedate", "hidegrader"),
    *("allowsubmissionsfromdate", "teamsubmission", "requireallteammemberssubmit", "teamsubmissiongroupingid"),
    *("revealidentities", "markingworkflow", "markingallocation", "requiresubmissionstatement", "timelimit"),
)
_NO_ACCESS = "No access rights in module context"


def of_courses(caller: Caller, params: Params) -> dict[str, Any]:
    """The assignments of courses; a course that the account may not enter, or is not enrolled in, is a warning."""
    answer: dict[str, Any] = {"courses": [], "warnings": []}
    for course_id in params.get("courseids", []):
        try:
            course = caller.course(course_id)
        except Refused as refused:
            text = f"No access rights in course context {refused.message}"
            answer["warnings"].append(warning("course", course_id, "1", text))
            continue
        if not params.get("includenotenrolledcourses"):
            text = "User is not enrolled or does not have requested capability"
            answer["warnings"].append(warning("course", course_id, "2", text))
            continue
        seen = [one.activity for one in caller.modules(course) if one.activity and one.kind == Kind.ASSIGN]
        rows = [_assignment(one) for one in seen]
        answer["courses"].append(
            {
                "id": course_id,
                "fullname": escape(course.title, quote=False),
                "shortname": course.label,
                "timemodified": seconds(course.start),
                "assignments": rows,
            }
        )
    return answer


def _assignment(one: Activity) -> dict[str, Any]:
    return {
        "id": int(one.instance),
        "cmid": int(one.id),
        "course": int(one.course_id),
        "name": escape(one.title, quote=False),
        **dict.fromkeys(_OFF, 0),
        "submissiondrafts": int(one.drafts),
        "duedate": seconds(one.due),
        "grade": int(one.maximum or 0),
        "timemodified": seconds(one.changed_at),
        "completionsubmit": int(one.rule is CompletionRule.SUBMIT),
        "blindmarking": int(one.blind),
        "attemptreopenmethod": "manual",
        "maxattempts": -1,
        "configs": [
            {"plugin": plugin, "subtype": "assignsubmission", "name": "enabled", "value": "1"}
            for plugin in ("onlinetext", "file")
        ],
        "intro": escape(one.text, quote=False),
        "introformat": 1,
        "introfiles": [],
        "introattachments": [],
        "submissionattachments": 0,
    }


def submissions(caller: Caller, params: Params) -> dict[str, Any]:
    """The newest attempt of everybody who has one, changed within the moments asked for; what is unknown is left out."""
    answer: dict[str, Any] = {"assignments": [], "warnings": []}
    for instance in params["assignmentids"]:
        activity = caller.find_assignment(instance)
        if activity is None:
            continue
        if not caller.sees(activity):
            answer["warnings"].append(warning("assignment", instance, "1", _NO_ACCESS))
            continue
        newest = [one for one in activity.submissions if one is activity.submission(one.person_id)]
        within = [one for one in newest if _within(seconds(one.changed_at), params)]
        wanted = [one for one in within if params.get("status", "") in ("", one.status)]
        rows = [submission_row(caller, activity, one) for one in wanted]
        answer["assignments"].append({"assignmentid": instance, "submissions": rows})
        if not rows:
            answer["warnings"].append(warning("module", instance, "3", "No submissions found"))
    return answer


def _within(moment: int, params: Params) -> bool:
    before = params.get("before", 0)
    return moment >= params.get("since", 0) and (not before or moment <= before)


def submission_row(caller: Caller, activity: Activity, one: Submission) -> dict[str, Any]:
    """A submission with its texts and files."""
    context = 1000 + int(activity.id)
    where = f"{caller.school.url}/webservice/pluginfile.php/{context}/assignsubmission_file/submission_files/{one.id}"
    text = {"name": "onlinetext", "description": "Online text submissions", "text": one.text, "format": int(bool(one.text))}
    return {
        "id": int(one.id),
        "userid": int(one.person_id),
        "attemptnumber": one.attempt,
        "timecreated": seconds(one.created_at),
        "timemodified": seconds(one.changed_at),
        "timestarted": None,
        "status": one.status.value,
        "groupid": 0,
        "plugins": [
            {
                "type": "onlinetext",
                "name": "Online text",
                "fileareas": [{"area": "submissions_onlinetext", "files": []}],
                "editorfields": [text],
            },
            {
                "type": "file",
                "name": "File submissions",
                "fileareas": [{"area": "submission_files", "files": [_file(where, file) for file in one.files]}],
            },
            {"type": "comments", "name": "Submission comments"},
        ],
        "gradingstatus": "graded" if activity.points(one.person_id) is not None else "notgraded",
    }


def _file(where: str, file: HandedInFile) -> dict[str, Any]:
    return {
        "filename": file.name,
        "filepath": "/",
        "filesize": len(file.content),
        "fileurl": f"{where}/{quote(file.name)}",
        "timemodified": seconds(file.at),
        "mimetype": file.media_type,
        "isexternalfile": False,
        "icon": "f/document",
    }


def grades(caller: Caller, params: Params) -> dict[str, Any]:
    """The grade rows of newest attempts, changed at a moment or later; an assignment without any is a warning."""
    answer: dict[str, Any] = {"assignments": [], "warnings": []}
    for instance in params["assignmentids"]:
        activity = caller.find_assignment(instance)
        if activity is not None and not caller.sees(activity):
            answer["warnings"].append(warning("assignment", instance, "1", _NO_ACCESS))
            continue
        newest = [one for one in activity.grades if one is activity.grade(one.person_id)] if activity else []
        rows = [grade_row(one) for one in newest if seconds(one.changed_at) >= params.get("since", 0)]
        if rows:
            answer["assignments"].append({"assignmentid": instance, "grades": rows})
        else:
            answer["warnings"].append(warning("assignment", instance, "3", "No grades found"))
    return answer


def grade_row(one: AssignmentGrade) -> dict[str, Any]:
    """A row of an assignment's grades."""
    return {
        "id": int(one.id),
        "userid": int(one.person_id),
        "attemptnumber": one.attempt,
        "timecreated": seconds(one.created_at),
        "timemodified": seconds(one.changed_at),
        "grader": int(one.grader_id),
        "grade": f"{one.points:.5f}",
    }


def participants(caller: Caller, params: Params) -> list[dict[str, Any]]:
    """Who takes part in an assignment, and how far they are; names are masked in one that is marked blind."""
    course, activity = caller.assignment(params["assignid"])
    _see_grades(caller)
    skip, limit = params.get("skip", 0), params.get("limit", 0)
    people = caller.learners(course)
    page = people[skip : skip + limit] if limit else people[skip:]
    return [_participant(activity, one, only_ids=bool(params.get("onlyids"))) for one in page]


def _participant(activity: Activity, person: Person, *, only_ids: bool) -> dict[str, Any]:
    found = activity.submission(person.id)
    status = found.status if found and found.status is not Status.NEW else None
    handed_in = status is Status.SUBMITTED
    masked = {"id": int(person.id), "fullname": f"Participant {person.id}", "recordid": int(person.id)}
    plain = {"id": int(person.id), "fullname": escape(person.name, quote=False), "recordid": -1}
    details = {} if only_ids or activity.blind else {**described(person), "suspended": False}
    return {
        **details,
        **(masked if activity.blind else plain),
        "submitted": handed_in,
        "requiregrading": handed_in and activity.points(person.id) is None,
        "grantedextension": False,
        "submissionstatus": status.value if status else "",
    }


def _see_grades(caller: Caller) -> None:
    if not caller.may("mod/assign:viewgrades"):
        raise lacks("mod/assign:viewgrades")


def submission_status(caller: Caller, params: Params) -> dict[str, Any]:
    """One hand-in with its feedback; whoever has none gets an empty one by being looked at (measured)."""
    course, activity = caller.assignment(params["assignid"])
    _see_grades(caller)
    person_id = str(params.get("userid") or caller.user_id)
    if person_id not in {one.id for one in caller.learners(course)}:
        raise lacks("to take part in the assignment")
    with caller.school.changing():
        row = row_for(caller.school, activity, person_id)
    told = submission_row(caller, activity, row)
    status = told.pop("gradingstatus")
    grade = activity.grade(person_id)
    answer: dict[str, Any] = {
        "lastattempt": {
            "submission": {**told, "assignment": int(activity.instance), "latest": 1},
            "submissiongroupmemberswhoneedtosubmit": [],
            "submissionsenabled": True,
            "locked": False,
            "graded": activity.points(person_id) is not None,
            "canedit": False,
            "caneditowner": True,
            "cansubmit": row.status is Status.DRAFT,
            "extensionduedate": None,
            "timelimit": 0,
            "blindmarking": activity.blind,
            "gradingstatus": status,
            "usergroups": [],
        },
        **({"feedback": _feedback(activity, grade)} if grade else {}),
        "assignmentdata": {"attachments": {"intro": []}},
        "warnings": [],
    }
    return answer


def _feedback(activity: Activity, grade: AssignmentGrade) -> dict[str, Any]:
    text = {"name": "comments", "description": "Feedback comments", "text": grade.feedback, "format": 1}
    plugin = {"type": "comments", "name": "Feedback comments", "editorfields": [text]}
    shown = "-" if grade.points < 0 else f"{grade.points:.2f}&nbsp;/&nbsp;{activity.maximum or 0:.2f}"
    return {
        "grade": {**grade_row(grade), "assignment": int(activity.instance)},
        "gradefordisplay": shown,
        "gradeddate": seconds(grade.changed_at),
        "plugins": [{**plugin, "fileareas": [{"area": "feedback", "files": []}]}],
    }
