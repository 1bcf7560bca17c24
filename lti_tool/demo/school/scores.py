"""AGS scores and results: what the gradebook accepts, clips, wipes, keeps from a teacher's hand, and refuses."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from .faults import Service
from .gradebook import EarlierScore, LockedGrade, ParallelFirstScore, receive
from .models import Course, Grade, Json, LineItem, Role
from .scopes import RESULT_READONLY, RESULTS_TYPE, SCORE, SCORE_TYPE
from .wire import (
    ServiceRefused,
    accepts,
    bad_gateway,
    bearer,
    course_or_404,
    html_page,
    item_or_404,
    json_answer,
    link_to_next,
    no_handler,
    own_type,
    owned,
    page_of,
    sends,
    service,
    the_school,
)

bp = Blueprint("scores", __name__)

_ACTIVITY = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
_GRADING = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})")
_SCORE_ANSWER = f"{SCORE_TYPE}; charset=utf-8"


def _incorrect(detail: str, status: int = 400) -> ServiceRefused:
    if not the_school().personality.scores.echoes:
        return ServiceRefused(status, detail)
    # Moodle's reason phrase repeats the whole request, names and all; the body is an empty list.
    phrase = "Incorrect score received" + request.get_data(as_text=True)
    return ServiceRefused(400, phrase, detail, body="[]", content_type=_SCORE_ANSWER)


def _empty(status: int, phrase: str, detail: str | None = None) -> ServiceRefused:
    if not the_school().personality.scores.echoes:
        return ServiceRefused(status, phrase, detail)
    return ServiceRefused(status, phrase, detail, body="[]", content_type=_SCORE_ANSWER)


@bp.route("/lti/courses/<course_id>/lineitems/<item_id>/lineitem/scores", methods=["GET", "POST", "PUT", "DELETE"])
@service(Service.SCORES)
def scores(course_id: str, item_id: str) -> Response:
    """Take one score for one learner."""
    if request.method != "POST":
        raise ServiceRefused(405, "Method Not Allowed")
    if not sends(SCORE_TYPE):
        raise no_handler(f"/{course_id}/lineitems/{item_id}/lineitem/scores")
    registration = bearer(SCORE)
    own_type(registration)
    course = course_or_404(course_id)
    item = owned(item_or_404(course, item_id), registration)
    score = _parsed()
    person_id = _gradable(score, course)
    moment = _moment(score)
    school = the_school()
    rules = school.personality.scores
    try:
        receive(school, item, person_id, score, moment)
    except EarlierScore:
        phrase = f"Refusing score with an earlier timestamp for item {item.id} and user {person_id}"
        raise _empty(rules.earlier, phrase if rules.echoes else rules.earlier_words) from None
    except LockedGrade:
        detail = f"the grade of person {person_id} on item {item.id} is locked"
        raise _empty(500, "Internal Server Error", detail) from None
    except ParallelFirstScore:
        raise bad_gateway("two first scores for one person in a course at once: duplicate key") from None
    if rules.answers:
        return json_answer({"resultUrl": f"{school.lineitem_url(item, 'results')}/{person_id}"}, SCORE_TYPE)
    return Response(b"", status=200, content_type=_SCORE_ANSWER)


def _parsed() -> Json:
    try:
        score = json.loads(request.get_data(), parse_constant=_no_constant)
    except ValueError:
        raise _incorrect("the score is no JSON") from None
    if not isinstance(score, dict):
        raise _incorrect("the score is no JSON object")
    for name in ("userId", "timestamp", "activityProgress", "gradingProgress"):
        if score.get(name) in (None, ""):
            raise _incorrect(f"{name} is missing")
    if score["activityProgress"] not in _ACTIVITY:
        raise _incorrect("activityProgress is none of the values of the specification")
    if score["gradingProgress"] not in _GRADING:
        raise _incorrect("gradingProgress is none of the values of the specification")
    if "scoreGiven" in score:
        if "scoreMaximum" not in score:
            raise _incorrect("scoreGiven without scoreMaximum")
        for name in ("scoreGiven", "scoreMaximum"):
            if isinstance(score[name], bool) or not isinstance(score[name], int | float):
                raise _incorrect(f"{name} must be a number")
        if score["scoreMaximum"] <= 0:
            raise _incorrect("scoreMaximum must be more than 0")
    if "comment" in score and not isinstance(score["comment"], str):
        raise _incorrect("comment must be a string")
    return score


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _gradable(score: Json, course: Course) -> str:
    person_id = score["userId"]
    if not isinstance(person_id, str):
        raise _incorrect("userId must be a string")
    school = the_school()
    rules = school.personality.scores
    if rules.numbers_only and not person_id.isdigit():
        raise bad_gateway("userId is no number: it is none of this school's")
    enrolment = course.enrolments.get(person_id)
    if person_id not in school.people:
        raise _incorrect(f"person {person_id} is unknown", rules.nobody)
    if enrolment is None:
        raise _incorrect(f"person {person_id} is not enrolled in the course", rules.stranger)
    if enrolment.role is not Role.STUDENT:
        raise _incorrect(f"person {person_id} is a {enrolment.role.value}; only learners can be graded", rules.stranger)
    return person_id


def _moment(score: Json) -> datetime:
    value = score["timestamp"]
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise _incorrect("timestamp must be ISO 8601 with a time zone")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _incorrect("timestamp is no moment that exists") from None


@bp.route("/lti/courses/<course_id>/lineitems/<item_id>/lineitem/results", methods=["GET", "POST", "PUT", "DELETE"])
@service(Service.RESULTS)
def results(course_id: str, item_id: str) -> Response:
    """What the gradebook holds on one item, for everybody or one person."""
    if request.method != "GET":
        raise ServiceRefused(405, "Method Not Allowed")
    if not accepts("*/*", "", RESULTS_TYPE):
        raise no_handler(f"/{course_id}/lineitems/{item_id}/lineitem/results")
    registration = bearer(RESULT_READONLY)
    own_type(registration)
    item = owned(item_or_404(course_or_404(course_id), item_id), registration)
    school = the_school()
    lists = school.personality.lists
    if "limit" in request.args and not lists.results_limit:
        raise html_page("limit together with type_id is not understood", 404)
    wanted = request.args.get("user_id")
    with school.lock:
        grades = [grade for (held, _), grade in school.grades.items() if held == item.id]
        rows = [_row(item, grade) for grade in grades if wanted in (None, grade.person_id)]
    if wanted is not None and lists.results_lose_comment:
        rows = [{name: value for name, value in row.items() if name != "comment"} for row in rows]
    page, start, limit = page_of(rows, lists.page)
    response = json_answer(page, RESULTS_TYPE)
    if limit and start + limit < len(rows):
        kept = {key: value for key, value in request.args.items() if key not in ("limit", "from")}
        base = school.lineitem_url(item, "results").partition("?")[0]
        link_to_next(response, base, {**kept, "limit": limit, "from": start + limit})
    return response


def _row(item: LineItem, grade: Grade) -> dict[str, Any]:
    school = the_school()
    address = school.lineitem_url(item, "results")
    row: dict[str, Any] = {
        "id": f"{address}{'&' if '?' in address else '?'}user_id={grade.person_id}",
        "userId": grade.person_id,
    }
    if grade.final is not None:
        row["resultScore"] = _number(grade.final)
        row["resultMaximum"] = _number(item.maximum)
        if grade.feedback:
            row["comment"] = grade.feedback
        row["scoreOf"] = school.lineitem_url(item)
        stamp = grade.stamp if grade.stamp is not None else int(school.now().timestamp())
        row["timestamp"] = datetime.fromtimestamp(stamp, UTC).isoformat()
    return row


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value
