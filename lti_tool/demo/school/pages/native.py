"""Activities of the school's own: handing in and grading an assignment, answering a quiz, ticking off a page."""

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..models import Course, Person
from ..native.doing import DONE, NotTaken, answer, give_grade, hand_in, hide, remove_activity, reopen, tick
from ..native.models import Activity, Kind
from ..sessions import check_form, course_for, me, needs_person, teaches
from ..texts import t
from ..wire import the_school
from .grades import learners

bp = Blueprint("native", __name__)
_AT = "/courses/<course_id>/activities/<cm_id>"
_LONGEST_NAME = 200
_TOLD = {
    "save": "Je concept is bewaard.",
    "submit": "Je werk is ingeleverd.",
    "answer": "Je antwoord is bewaard.",
    "tick": "De activiteit is afgerond.",
    "untick": "De activiteit is niet meer afgerond.",
}


def _find(course_id: str, cm_id: str, *, teaching: bool = False) -> tuple[Course, Activity]:
    course = course_for(course_id, teaching=teaching)
    activity = the_school().activities.get(cm_id)
    if activity is None or activity.course_id != course.id or (activity.hidden and not teaches(course)):
        abort(404)
    return course, activity


@bp.get("/mod/<kind>/view.php")
@needs_person
def by_number(kind: str) -> Response:
    """Moodle's own address of an activity, which its web services tell."""
    wanted = request.args.get("id", "")
    activity = the_school().activities.get(wanted)
    if activity is not None and activity.kind == kind:
        return redirect(url_for("native.show", course_id=activity.course_id, cm_id=activity.id))
    link = next((one for one in list(the_school().links.values()) if one.cmid == wanted), None)
    if link is None or kind != "lti":
        abort(404)
    return redirect(url_for("courses.activity", course_id=link.course_id, link_id=link.id))


@bp.get(_AT)
@needs_person
def show(course_id: str, cm_id: str) -> str:
    """An activity: one's own work in it, or everybody's for who teaches."""
    course, activity = _find(course_id, cm_id)
    teaching = teaches(course)
    state = activity.ticks.get(me().id)
    return render_template(
        "school/native.html",
        course=course,
        here=activity,
        teaching=teaching,
        people=learners(course) if teaching and activity.kind is not Kind.PAGE else [],
        mine=activity.submission(me().id),
        grade=activity.grade(me().id),
        points=activity.points(me().id),
        done=state is not None and state.state in DONE,
    )


@bp.post(_AT)
@needs_person
def do(course_id: str, cm_id: str) -> Response:
    """Hand in, answer, or tick off, as the form of the activity says."""
    check_form()
    course, activity = _find(course_id, cm_id)
    action = request.form.get("action", "")
    if action not in _TOLD:
        abort(400)
    return _try(course, activity, t(_TOLD[action]), lambda: _do(activity, action))


def _do(activity: Activity, action: str) -> None:
    school, person = the_school(), me()
    if action == "answer":
        answer(school, activity, person, request.form.get("choice", -1, type=int))
    elif action in ("tick", "untick"):
        tick(school, activity, person, done=action == "tick")
    else:
        text, files = request.form.get("text", ""), _files(activity, person)
        hand_in(school, activity, person, text, files, draft=action == "save")


def _files(activity: Activity, person: Person) -> list[tuple[str, bytes, str]]:
    new = [
        (file.filename.rpartition("/")[2][:_LONGEST_NAME], file.read(), file.mimetype or "application/octet-stream")
        for file in request.files.getlist("files")
        if file.filename
    ]
    names = {name for name, _, _ in new}
    last = activity.submission(person.id)
    kept = last.files if last is not None and "keep" in request.form else []
    return [(one.name, one.content, one.media_type) for one in kept if one.name not in names] + new


def _try(course: Course, activity: Activity, told: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except NotTaken as wrong:
        the_school().refuse("pages", 400, str(wrong))
        flash(t("Dit kan nu niet. Is alles ingevuld?"), "bad")
    else:
        flash(told, "ok")
    return redirect(url_for("native.show", course_id=course.id, cm_id=activity.id))


@bp.post(f"{_AT}/grade")
@needs_person
def grade(course_id: str, cm_id: str) -> Response:
    """Grade somebody, or let somebody hand in again."""
    check_form()
    course, activity = _find(course_id, cm_id, teaching=True)
    learner = _learner(course, request.form.get("person", ""))
    if request.form.get("action") == "reopen":
        return _try(
            course, activity, t("Er kan opnieuw ingeleverd worden."), lambda: reopen(the_school(), activity, learner.id)
        )
    try:
        points = float(request.form.get("points", "").strip().replace(",", "."))
    except ValueError:
        points = -1.0
    maximum = activity.maximum or 0
    if not 0 <= points <= maximum:
        flash(t("Vul een getal in van 0 tot en met %(max)s.", max=f"{maximum:g}"), "bad")
    else:
        feedback = request.form.get("feedback", "").strip()
        give_grade(the_school(), activity, learner.id, points, me().id, feedback)
        flash(t("Het cijfer is bewaard."), "ok")
    return redirect(url_for("native.show", course_id=course.id, cm_id=activity.id))


def _learner(course: Course, person_id: str) -> Person:
    found = next((one for one in learners(course) if one.id == person_id), None)
    if found is None:
        abort(404)
    return found


@bp.post(f"{_AT}/settings")
@needs_person
def settings(course_id: str, cm_id: str) -> Response:
    """Hide an activity from participants, show it again, or delete it."""
    check_form()
    course, activity = _find(course_id, cm_id, teaching=True)
    action = request.form.get("action", "")
    if action not in ("hide", "show", "remove"):
        abort(400)
    if action == "remove":
        remove_activity(the_school(), activity)
        flash(t("De activiteit is verwijderd."), "ok")
        return redirect(url_for("courses.course", course_id=course.id))
    hide(the_school(), activity, hidden=action == "hide")
    flash(t("De instelling is bewaard."), "ok")
    return redirect(url_for("native.show", course_id=course.id, cm_id=activity.id))


@bp.get(f"{_AT}/files/<submission_id>/<int:place>")
@needs_person
def file(course_id: str, cm_id: str, submission_id: str, place: int) -> Response:
    """A file that was handed in, for its maker and for who teaches."""
    course, activity = _find(course_id, cm_id)
    found = next((one for one in activity.submissions if one.id == submission_id), None)
    if found is None or place >= len(found.files) or not (teaches(course) or found.person_id == me().id):
        abort(404)
    file = found.files[place]
    answer = Response(file.content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return answer
