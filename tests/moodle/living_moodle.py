"""A Moodle with one course in which people hand in and teachers grade while a test runs, behind the recorded one's HTTP.

It answers in the shapes that were recorded (tests/fixtures/moodle-4.5), and by the rules that were measured: modules that
the account may not view are left out without a word, people who are not in the course are tracked nowhere, a batch stops
at its first error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.moodle_client.recorded_moodle import Account, School
from tests.moodle_client.recorded_moodle.recordings import WWWROOT, response
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS, Refused, invalid_parameter
from tests.moodle_client.recorded_moodle.signatures import SIGNATURES, Invalid, typed

COURSE = 42
START = 1795430000
"""When the course began, in Unix seconds; some hours before the tests' clock."""
OURS = 7
"""The user to whom the token belongs, as was recorded."""

Params = Mapping[str, Any]


@dataclass
class Pupil:
    """Somebody in the course."""

    roles: tuple[str, ...] = ("student",)
    groups: tuple[int, ...] = ()
    suspended: bool = False
    broken: bool = False
    """Moodle cannot compute this user's completion: an error."""


@dataclass
class Activity:
    """A course module; an assignment if `kind` says so."""

    cm_id: int
    kind: str = "assign"
    name: str = "Opdracht"
    maximum: float = 100
    visible: bool = True
    seen: bool = True
    """Whether the token's account may view it."""
    exists: bool = True
    blind: bool = False
    team: bool = False
    workflow: bool = False

    @property
    def instance(self) -> int:
        return self.cm_id + 100


@dataclass
class Work:
    """The latest attempt of somebody, or of a team."""

    id: int
    attempt: int
    status: str
    at: int
    text: str = ""
    files: tuple[tuple[str, int], ...] = ()
    grading: str = "notgraded"


@dataclass
class Grade:
    attempt: int
    grade: float
    at: int
    grader: int


@dataclass
class LivingCourse(School):
    """The course. Its clock moves by a second with every change."""

    people: dict[int, Pupil] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)
    work: dict[tuple[int, int], Work] = field(default_factory=dict)
    """By cm id and user id; a team's by minus its group id (0: of who is in none)."""
    marks: dict[tuple[int, int], Grade] = field(default_factory=dict)
    done: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """State and moment of completion, by cm id and user id."""
    overridden: dict[tuple[int, int], int] = field(default_factory=dict)
    """Who set the completion by hand."""
    feedback: dict[tuple[int, int], str] = field(default_factory=dict)
    reviews_enrolments: bool = False
    """Whether the account has moodle/course:enrolreview."""
    sees_progress: bool = True
    """Whether it has report/progress:view."""
    gone: bool = False
    now: int = START
    ignores_grades: bool = False
    """It says that it stores a grade, and keeps the one it has."""

    def tick(self, seconds: int = 1) -> int:
        self.now += seconds
        return self.now

    def enrol(self, user: int, **about: Any) -> None:  # noqa: ANN401 - fields of Pupil
        self.people[user] = Pupil(**about)

    def add(self, cm_id: int, **about: Any) -> Activity:  # noqa: ANN401 - fields of Activity
        self.activities[cm_id] = Activity(cm_id, **about)
        return self.activities[cm_id]

    def hand_in(
        self,
        cm_id: int,
        user: int,
        text: str = "Mijn werk",
        *,
        status: str = "submitted",
        files: tuple[tuple[str, int], ...] = (),
        attempt: int | None = None,
    ) -> Work:
        """Let somebody, or a team (minus its group), hand in or save a draft."""
        known = self.work.get((cm_id, user))
        number = attempt if attempt is not None else known.attempt if known else 0
        work_id = known.id if known else len(self.work) + 1
        work = Work(work_id, number, status, self.tick(), f"<p>{text}</p>" if text else "", files)
        self.work[cm_id, user] = work
        return work

    def reopen(self, cm_id: int, user: int) -> None:
        """Let a teacher ask for another attempt."""
        before = self.work[cm_id, user]
        self.work[cm_id, user] = Work(before.id + 1000, before.attempt + 1, "reopened", self.tick())

    def grade(self, cm_id: int, user: int, points: float, *, grader: int = 7) -> None:
        work = self.work.get((cm_id, user))
        self.marks[cm_id, user] = Grade(work.attempt if work else 0, points, self.tick(), grader)
        if work:
            work.grading = "graded" if not self.activities[cm_id].workflow else "inmarking"

    def complete(self, cm_id: int, user: int, *, state: int = 1) -> None:
        self.done[cm_id, user] = (state, self.tick())

    # what the web services answer

    def answer(self, account: Account, function: str, params: Params) -> Any:  # noqa: ANN401
        """Return what a function answers; raise Moodle's exception as `Refused`."""
        if function not in ALL_FUNCTIONS or function not in account.functions or not account.may_use_rest:
            raise Refused("webservice_access_exception", "accessexception", "Access control exception")
        try:
            arguments = typed(SIGNATURES[function], params)
        except Invalid:
            raise invalid_parameter() from None
        if function == "tool_mobile_call_external_functions":
            return self._batch(account, arguments["requests"])
        if function == "core_webservice_get_site_info":
            return self.site_info(account, arguments)
        if self.gone:
            raise Refused("dml_missing_record_exception", "invalidrecord", "Can't find data record in database table.")
        return _ANSWERS[function](self, arguments)

    def enrolled_users(self, params: Params) -> Any:  # noqa: ANN401
        options = {one["name"]: one["value"] for one in params.get("options", [])}
        only = {"onlyactive", "onlysuspended"} & set(options)
        if only and not self.reviews_enrolments:
            raise Refused("required_capability_exception", "nopermissions", "Sorry, but … (Review course enrolments).")
        fields = options.get("userfields", "").split(",")
        found = []
        for user, pupil in sorted(self.people.items()):
            if only and pupil.suspended != (only == {"onlysuspended"}):
                continue
            row = {
                "id": user,
                "fullname": f"Deelnemer {user}",
                "roles": [{"roleid": 5, "name": "", "shortname": role, "sortorder": 0} for role in pupil.roles],
                "groups": [{"id": group, "name": f"Groep {group}", "description": ""} for group in pupil.groups],
            }
            found.append({key: value for key, value in row.items() if fields == [""] or key in fields})
        return found

    def course_contents(self, _params: Params) -> Any:  # noqa: ANN401
        pattern = next(one for section in response("ws_course_contents") for one in section["modules"])
        section = response("ws_course_contents")[1]
        section["modules"] = [
            {
                **pattern,
                "id": one.cm_id,
                "instance": one.instance,
                "modname": one.kind,
                "name": one.name,
                "visible": int(one.visible),
            }
            for one in self.activities.values()
            if one.exists and one.seen
        ]
        return [section]

    def assign_list(self, _params: Params) -> Any:  # noqa: ANN401
        answer = response("ws_assignments_includenotenrolled")
        pattern = answer["courses"][0]["assignments"][0]
        answer["courses"][0]["id"] = COURSE
        answer["courses"][0]["assignments"] = [
            {
                **pattern,
                "id": one.instance,
                "cmid": one.cm_id,
                "course": COURSE,
                "name": one.name,
                "grade": one.maximum,
                "blindmarking": int(one.blind),
                "teamsubmission": int(one.team),
                "markingworkflow": int(one.workflow),
            }
            for one in self.activities.values()
            if one.kind == "assign" and one.exists and one.seen
        ]
        return answer

    def assign_submissions(self, params: Params) -> Any:  # noqa: ANN401
        answer: dict[str, Any] = {"assignments": [], "warnings": []}
        for activity in self._asked(params, answer):
            rows = [
                self._submission(activity, user, work)
                for (cm_id, user), work in self.work.items()
                if cm_id == activity.cm_id and work.at >= params.get("since", 0)
            ]
            answer["assignments"].append({"assignmentid": activity.instance, "submissions": rows})
            if not rows:
                answer["warnings"].append(_nothing(activity.instance, "No submissions found"))
        return answer

    def assign_grades(self, params: Params) -> Any:  # noqa: ANN401
        answer: dict[str, Any] = {"assignments": [], "warnings": []}
        for activity in self._asked(params, answer):
            rows = [
                {
                    "id": number,
                    "userid": user,
                    "attemptnumber": grade.attempt,
                    "timecreated": grade.at,
                    "timemodified": grade.at,
                    "grader": grade.grader,
                    "grade": f"{grade.grade:.5f}",
                }
                for number, ((cm_id, user), grade) in enumerate(self.marks.items(), 1)
                if cm_id == activity.cm_id and grade.at >= params.get("since", 0)
            ]
            if rows:
                answer["assignments"].append({"assignmentid": activity.instance, "grades": rows})
            else:
                answer["warnings"].append(_nothing(activity.instance, "No grades found"))
        return answer

    def completion_of(self, params: Params) -> Any:  # noqa: ANN401
        user = params["userid"]
        pupil = self.people.get(user)
        if not self.sees_progress:
            raise Refused("required_capability_exception", "nopermissions", "Sorry, but … (View completion reports).")
        if pupil is not None and pupil.broken:
            raise Refused("dml_missing_record_exception", "invaliduser", "Invalid user")
        tracked = pupil is not None and "student" in pupil.roles and not pupil.suspended
        pattern = response("ws_activities_completion")["statuses"][0]
        statuses = []
        for one in self.activities.values():
            if one.exists and one.seen:
                state, at = self.done.get((one.cm_id, user), (0, 0)) if tracked else (0, 0)
                statuses.append(
                    {
                        **pattern,
                        "cmid": one.cm_id,
                        "modname": one.kind,
                        "instance": one.instance,
                        "state": state,
                        "timecompleted": at,
                        "istrackeduser": tracked,
                        "overrideby": self.overridden.get((one.cm_id, user)),
                    }
                )
        return {"statuses": statuses, "warnings": []}

    def gradebook_of(self, params: Params) -> Any:  # noqa: ANN401
        report = response("ws_grade_items_all")
        pattern = report["usergrades"][0]["gradeitems"][0]
        user = params["userid"]
        items = []
        for one in self.activities.values():
            if one.exists and one.seen:
                grade = self.marks.get((one.cm_id, user))
                items.append(
                    {
                        **pattern,
                        "id": one.cm_id,
                        "itemname": one.name,
                        "itemmodule": one.kind,
                        "iteminstance": one.instance,
                        "cmid": one.cm_id,
                        "graderaw": grade.grade if grade else None,
                        "gradedategraded": grade.at if grade else None,
                        "grademin": 0,
                        "grademax": one.maximum,
                    }
                )
        return {"usergrades": [{**report["usergrades"][0], "userid": user, "gradeitems": items}], "warnings": []}

    def take_override(self, params: Params) -> Any:  # noqa: ANN401
        self.complete(params["cmid"], params["userid"], state=params["newstate"])
        self.overridden[params["cmid"], params["userid"]] = OURS
        return {
            **response("ws_completion_override"),
            "cmid": params["cmid"],
            "userid": params["userid"],
            "state": params["newstate"],
        }

    def take_grade(self, params: Params) -> Any:  # noqa: ANN401
        activity = next(one for one in self.activities.values() if one.instance == params["assignmentid"])
        if not self.ignores_grades:
            stored = params["grade"] if 0 <= params["grade"] <= activity.maximum else -1.0
            self.grade(activity.cm_id, params["userid"], stored, grader=OURS)
            comment = params.get("plugindata", {}).get("assignfeedbackcomments_editor", {}).get("text")
            if comment is not None:
                self.feedback[activity.cm_id, params["userid"]] = comment

    def participants_of(self, _params: Params) -> Any:  # noqa: ANN401
        pattern = response("ws_list_participants_onlyids")[0]
        return [{**pattern, "id": user} for user, pupil in sorted(self.people.items()) if "student" in pupil.roles]

    def _batch(self, account: Account, requests: list[Params]) -> Any:  # noqa: ANN401
        answers: list[dict[str, Any]] = []
        for request in requests:
            try:
                answer = self.answer(account, request["function"], json.loads(request.get("arguments", "{}")))
            except Refused as refused:
                told = {**refused.answer, "link": f"{WWWROOT}/"}
                del told["exception"]
                answers.append({"error": True, "exception": json.dumps(told)})
                break
            answers.append({"error": False, "data": json.dumps(answer)})
        return {"responses": answers}

    def _asked(self, params: Params, answer: dict[str, Any]) -> list[Activity]:
        """The assignments that were asked for and can be read; a warning for those that the account may not enter."""
        found = []
        for activity in self.activities.values():
            if activity.instance not in params["assignmentids"] or not activity.exists:
                continue
            if activity.seen:
                found.append(activity)
            else:
                warning = {**_nothing(activity.instance, "No access rights in module context"), "warningcode": "1"}
                answer["warnings"].append(warning)
        return found

    @staticmethod
    def _submission(activity: Activity, user: int, work: Work) -> Mapping[str, Any]:
        row = response("ws_submission_with_files")
        pattern = row["plugins"][1]["fileareas"][0]["files"][0]
        area = f"/{activity.cm_id}/assignsubmission_file/submission_files/{work.id}"
        row["plugins"][0]["editorfields"][0]["text"] = work.text
        row["plugins"][1]["fileareas"][0]["files"] = [
            {
                **pattern,
                "filename": name,
                "filesize": size,
                "timemodified": work.at,
                "fileurl": f"{WWWROOT}/webservice/pluginfile.php{area}/{name}",
            }
            for name, size in work.files
        ]
        return {
            **row,
            "id": work.id,
            "userid": max(user, 0),
            "groupid": max(-user, 0),
            "attemptnumber": work.attempt,
            "timecreated": work.at,
            "timemodified": work.at,
            "status": work.status,
            "gradingstatus": work.grading,
        }


_ANSWERS: Mapping[str, Callable[[LivingCourse, Params], Any]] = {
    "core_enrol_get_enrolled_users": LivingCourse.enrolled_users,
    "core_course_get_contents": LivingCourse.course_contents,
    "core_completion_get_activities_completion_status": LivingCourse.completion_of,
    "core_completion_override_activity_completion_status": LivingCourse.take_override,
    "gradereport_user_get_grade_items": LivingCourse.gradebook_of,
    "mod_assign_get_assignments": LivingCourse.assign_list,
    "mod_assign_get_submissions": LivingCourse.assign_submissions,
    "mod_assign_get_grades": LivingCourse.assign_grades,
    "mod_assign_list_participants": LivingCourse.participants_of,
    "mod_assign_save_grade": LivingCourse.take_grade,
}


def _nothing(assignment_id: int, message: str) -> dict[str, Any]:
    return {"item": "module", "itemid": assignment_id, "warningcode": "3", "message": message}
