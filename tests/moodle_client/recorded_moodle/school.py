"""What is behind the web services: accounts, the recorded course, and what writing changes in it."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.moodle_client.recorded_moodle.recordings import WWWROOT, load, recordings, response
from tests.moodle_client.recorded_moodle.signatures import SIGNATURES, Invalid, typed

Params = Mapping[str, Any]
COURSE = 2
NOW = 1795448000
ALL_FUNCTIONS = frozenset(one["name"] for one in response("ws_site_info")["functions"])
_HIDDEN_ACTIVITY = 16
_OUTSIDER = 8
_ENROLLED_IN_ADDITION = range(1000, 100_000)


class Refused(Exception):
    """An exception of Moodle."""

    def __init__(self, exception: str, errorcode: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"exception": exception, "errorcode": errorcode, "message": message}


def invalid_parameter() -> Refused:
    """Return the answer to arguments that Moodle does not accept."""
    text = "Invalid parameter value detected"
    return Refused("core\\exception\\invalid_parameter_exception", "invalidparameter", text)


@dataclass(frozen=True)
class Account:
    """Whose token it is, and what its service has."""

    name: str = "wsintegratie"
    functions: frozenset[str] = ALL_FUNCTIONS
    may_use_rest: bool = True
    may_download: bool = True


@dataclass
class School:
    """The recorded course, with as many additional participants as one likes, and what was written into it."""

    additional: int = 0
    poisoned: frozenset[int] = frozenset()
    """Users whose completion Moodle cannot compute: an error for each."""
    grades: dict[tuple[int, int], float] = field(default_factory=dict)
    overrides: dict[tuple[int, int], int] = field(default_factory=dict)

    def answer(self, account: Account, function: str, params: Params) -> Any:  # noqa: ANN401
        """Return what a function answers.

        Raises:
            Refused: with Moodle's exception.
        """
        if function not in ALL_FUNCTIONS:
            text = "Can't find data record in database table external_functions."
            raise Refused("dml_missing_record_exception", "invalidrecord", text)
        if not account.may_use_rest or function not in account.functions:
            raise Refused("webservice_access_exception", "accessexception", "Access control exception")
        try:
            arguments = typed(SIGNATURES[function], params)
        except Invalid:
            raise invalid_parameter() from None
        if function == "tool_mobile_call_external_functions":
            return self._batch(account, arguments["requests"])
        recorded = None if self._changes(function) else _recorded(account, function, arguments)
        if recorded is None:
            recorded = _LIVE[function](self, account, arguments)
        if isinstance(recorded, dict) and "exception" in recorded:
            raise Refused(recorded["exception"], recorded["errorcode"], recorded["message"])
        return recorded

    def _changes(self, function: str) -> bool:
        if function in ("mod_assign_get_grades", "mod_assign_save_grade"):
            return bool(self.grades) or function.endswith("save_grade")
        if function.startswith("core_completion_get_activities"):
            return bool(self.overrides or self.poisoned)
        if function.startswith("core_completion_override"):
            return True
        return function == "core_webservice_get_site_info" or bool(self.additional and "enrolled" in function)

    def _batch(self, account: Account, requests: list[Params]) -> Any:  # noqa: ANN401
        if not requests:
            raise invalid_parameter()
        answers: list[dict[str, Any]] = []
        for request in requests:
            try:
                answer = self.answer(account, request["function"], json.loads(request.get("arguments", "{}")))
            except Refused as refused:
                answers.append({"error": True, "exception": json.dumps(_in_batch(refused))})
                break
            answers.append({"error": False, "data": json.dumps(answer)})
        return {"responses": answers}

    def site_info(self, account: Account, _params: Params) -> Any:  # noqa: ANN401
        info = response("ws_site_info")
        info["username"] = account.name
        info["downloadfiles"] = int(account.may_download)
        info["functions"] = [one for one in info["functions"] if one["name"] in account.functions]
        return info

    def courses(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        if "field" not in params:
            return response("ws_courses_by_field_id")
        return response("ws_courses_by_field_unknown")

    def contents(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        if params["courseid"] != COURSE:
            return response("ws_course_contents_unknown")
        sections = response("ws_course_contents")
        kind = {one["name"]: one["value"] for one in params.get("options", [])}.get("modname")
        for section in sections:
            section["modules"] = [one for one in section["modules"] if kind in (None, one["modname"])]
        return sections

    def enrolled(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        if params["courseid"] != COURSE:
            return response("ws_course_contents_unknown")
        options = {one["name"]: one["value"] for one in params.get("options", [])}
        if "onlyactive" in options or "onlysuspended" in options:
            return response("ws_enrolled_users_onlyactive")
        people = response("ws_enrolled_users")
        pattern = people[-1]
        people += [{**pattern, "id": one} for one in _ENROLLED_IN_ADDITION[: self.additional]]
        start, count = int(options.get("limitfrom", 0)), int(options.get("limitnumber", 0))
        people = people[start : start + count] if count else people
        fields = options.get("userfields", "").split(",")
        return [{key: value for key, value in one.items() if fields == [""] or key in fields} for one in people]

    def users(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        people = response("ws_enrolled_users")
        wanted = params["values"]
        return [one for one in people if str(one.get(params["field"], "")) in wanted]

    def user_courses(self, _account: Account, _params: Params) -> Any:  # noqa: ANN401
        return response("ws_courses_by_field_id")["courses"]

    def completion(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        user = params["userid"]
        roles = self._roles(user)
        if params["courseid"] != COURSE:
            return response("ws_activities_completion_unknown_course")
        if user in self.poisoned or (roles is None and user != _OUTSIDER):
            return response("ws_activities_completion_unknown_user")
        if roles is None or "student" not in roles:
            answer = response("ws_activities_completion_not_in_course")
        elif user == 9:
            answer = response("ws_activities_completion")
        else:
            answer = json.loads(response("ws_batch_ok_2")["responses"][1]["data"])
        for status in answer["statuses"]:
            status["state"] = self.overrides.get((status["cmid"], user), status["state"])
        return answer

    def _roles(self, user: int) -> set[str] | None:
        if user in _ENROLLED_IN_ADDITION[: self.additional]:
            return {"student"}
        people = {one["id"]: one for one in load("ws_enrolled_users.json")["response"]}
        return {role["shortname"] for role in people[user]["roles"]} if user in people else None

    def override_completion(self, account: Account, params: Params) -> Any:  # noqa: ANN401
        if params["newstate"] not in (0, 1):
            return response("ws_completion_override_bad_state")
        user, cmid = params["userid"], params["cmid"]
        if cmid == _HIDDEN_ACTIVITY:
            return response("ws_completion_override_manual_cm")
        found = self.completion(account, {"courseid": COURSE, "userid": user})["statuses"]
        if cmid not in {one["cmid"] for one in found}:
            return response("ws_completion_override_no_tracking_cm")
        self.overrides[cmid, user] = params["newstate"]
        return {**response("ws_completion_override"), "cmid": cmid, "userid": user, "state": params["newstate"]}

    def assignments(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        known = response("ws_assignments_includenotenrolled")
        if COURSE not in params.get("courseids", [COURSE]):
            known["courses"] = []
        pattern = response("ws_assignments_unknown_course")["warnings"][0]
        known["warnings"] = [{**pattern, "itemid": one} for one in params.get("courseids", []) if one != COURSE]
        return known

    def submissions(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        found = response("ws_submissions")["assignments"]
        with_files = response("ws_submission_with_files")
        next(one for one in found if one["assignmentid"] == 1)["submissions"].append(with_files)
        nothing = response("ws_submissions_before")["warnings"][0]
        answer: dict[str, Any] = {"assignments": [], "warnings": []}
        for one in found:
            if one["assignmentid"] in params["assignmentids"]:
                rows = [row for row in one["submissions"] if _within(row, params)]
                answer["assignments"].append({**one, "submissions": rows})
                if not rows:
                    answer["warnings"].append({**nothing, "itemid": one["assignmentid"]})
        return answer

    def assignment_grades(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        nothing = response("ws_grades_since")["warnings"][0]
        answer: dict[str, Any] = {"assignments": [], "warnings": []}
        for one in response("ws_grades")["assignments"]:
            if one["assignmentid"] in params["assignmentids"]:
                rows = [row for row in self._stored(one) if _within(row, params)]
                if rows:
                    answer["assignments"].append({**one, "grades": rows})
                else:
                    answer["warnings"].append({**nothing, "itemid": one["assignmentid"]})
        return answer

    def _stored(self, assignment: Params) -> list[dict[str, Any]]:
        rows = {row["userid"]: row for row in assignment["grades"]}
        for (assignment_id, user), grade in self.grades.items():
            if assignment_id == assignment["assignmentid"]:
                row = rows.get(user) or {"id": 900, "userid": user, "attemptnumber": 0, "grader": 7, "timecreated": NOW}
                rows[user] = {**row, "grade": f"{grade:.5f}", "timemodified": NOW}
        return list(rows.values())

    def save_grade(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        courses = response("ws_assignments_includenotenrolled")["courses"]
        grading = {one["id"]: one["grade"] for one in courses[0]["assignments"]}[params["assignmentid"]]
        most = grading if grading > 0 else 3
        stored = params["grade"] if 0 <= params["grade"] <= most else -1.0
        self.grades[params["assignmentid"], params["userid"]] = stored

    def grade_report(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        report = response("ws_grade_items_all")
        user = params.get("userid", 0)
        rows = [one for one in report["usergrades"] if user in (0, one["userid"])]
        return {**report, "usergrades": rows}

    def participants(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        people = response("ws_list_participants_onlyids")
        skip, limit = params.get("skip", 0), params.get("limit", 0)
        return people[skip : skip + limit] if limit else people[skip:]

    def updates(self, _account: Account, _params: Params) -> Any:  # noqa: ANN401
        return response("ws_updates_since")

    def nothing_else(self, _account: Account, params: Params) -> Any:  # noqa: ANN401
        raise LookupError(f"nothing was recorded for {dict(params)}")


Handler = Callable[[School, Account, Params], Any]

_LIVE: Mapping[str, Handler] = {
    **dict.fromkeys(SIGNATURES, School.nothing_else),
    "core_webservice_get_site_info": School.site_info,
    "core_course_get_courses_by_field": School.courses,
    "core_course_get_contents": School.contents,
    "core_course_get_updates_since": School.updates,
    "core_enrol_get_enrolled_users": School.enrolled,
    "core_enrol_get_users_courses": School.user_courses,
    "core_user_get_users_by_field": School.users,
    "core_completion_get_activities_completion_status": School.completion,
    "core_completion_override_activity_completion_status": School.override_completion,
    "mod_assign_get_assignments": School.assignments,
    "mod_assign_get_submissions": School.submissions,
    "mod_assign_get_grades": School.assignment_grades,
    "mod_assign_list_participants": School.participants,
    "mod_assign_save_grade": School.save_grade,
    "gradereport_user_get_grade_items": School.grade_report,
}


def _recorded(account: Account, function: str, arguments: Params) -> Any:  # noqa: ANN401
    for one in recordings():
        if one.function == function and one.account == account.name:
            try:
                same = typed(SIGNATURES[function], one.params) == arguments
            except Invalid:
                same = False
            if same:
                return copy.deepcopy(one.response)
    return None


def _in_batch(refused: Refused) -> Mapping[str, str]:
    """Return an exception as the batch function words it."""
    errorcode = refused.answer["errorcode"]
    if errorcode == "accessexception":
        return {"errorcode": errorcode, "module": "webservice"}
    return {"message": refused.answer["message"], "errorcode": errorcode, "link": f"{WWWROOT}/"}


def _within(row: Params, params: Params) -> bool:
    after, before = params.get("since", 0), params.get("before", 0)
    if params.get("status") and row["status"] != params["status"]:
        return False
    return bool(row["timemodified"] >= after and (not before or row["timemodified"] <= before))
