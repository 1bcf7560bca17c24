"""Who is in a course, for who teaches it: put somebody on hold, take somebody out, put somebody in."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..sessions import check_form, course_for, me, needs_person
from ..texts import t
from ..wire import the_school

bp = Blueprint("members", __name__)


@bp.get("/courses/<course_id>/members")
@needs_person
def show(course_id: str) -> str:
    """Everybody in the course, and who could be put in."""
    course = course_for(course_id, teaching=True)
    people = sorted(the_school().people.values(), key=lambda one: (one.family.casefold(), one.given.casefold()))
    return render_template(
        "school/members.html",
        course=course,
        members=[(one, course.enrolments[one.id]) for one in people if one.id in course.enrolments],
        others=[one for one in people if one.id not in course.enrolments and not one.admin],
    )


@bp.post("/courses/<course_id>/members")
@needs_person
def change(course_id: str) -> Response:
    """Put somebody in or out of the course, or on hold."""
    check_form()
    school, course = the_school(), course_for(course_id, teaching=True)
    person = school.people.get(request.form.get("person", ""))
    action = request.form.get("action", "")
    enrolment = course.enrolments.get(person.id) if person else None
    if person is None or person.id == me().id or (enrolment is None) != (action == "enrol"):
        abort(400)
    if enrolment is None:
        school.enrol(person, course)
    elif action in ("suspend", "activate"):
        school.enrol(person, course, enrolment.role, suspended=action == "suspend")
    elif action == "unenrol":
        school.unenrol(person, course)
    else:
        abort(400)
    flash(t("De deelnemerslijst is bijgewerkt."), "ok")
    return redirect(url_for("members.show", course_id=course.id))
