"""The gradebook: people by activities, a teacher's own row, the trainer's hand, and the way into somebody's work."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..gradebook import override, release
from ..models import Course, LineItem, Person, Role
from ..sessions import check_form, course_for, me, needs_person, session_key, teaches, tool_origin
from ..texts import t
from ..wire import the_school

bp = Blueprint("grades", __name__)


@bp.get("/courses/<course_id>/grades")
@needs_person
def gradebook(course_id: str) -> str:
    """The whole matrix for who teaches here, the own row for anybody else."""
    course = course_for(course_id)
    school = the_school()
    teaching = teaches(course)
    people = learners(course) if teaching else [person for person in learners(course) if person.id == me().id]
    return render_template(
        "school/gradebook.html",
        course=course,
        people=people,
        items=columns(course),
        grades=school.grades,
        links=school.links,
        own=[one for one in school.activities_of(course) if one.maximum is not None and (teaching or not one.hidden)],
        teaching=teaching,
        opened=request.args.get("open", ""),
    )


def learners(course: Course) -> list[Person]:
    """Everybody in ``course`` who can be graded, by family name."""
    school = the_school()
    people = [school.people[key] for key, enrolment in course.enrolments.items() if enrolment.role is Role.STUDENT]
    return sorted(people, key=lambda person: (person.family.casefold(), person.given.casefold()))


def columns(course: Course) -> list[LineItem]:
    """The grade items of ``course``: those of activities in the order of the page, then the loose ones."""
    school = the_school()
    items = [item for item in list(school.items.values()) if item.course_id == course.id]
    place = {link: number for number, link in enumerate(course.links)}
    return sorted(items, key=lambda item: (place.get(item.activity_id or "", len(place)), int(item.id)))


@bp.post("/courses/<course_id>/grades/set")
@needs_person
def set_grade(course_id: str) -> Response:
    """Change one grade by hand, lock it, or give it back to the tool."""
    check_form()
    course = course_for(course_id, teaching=True)
    item, person = _cell(course, request.form.get("item", ""), request.form.get("person", ""))
    if request.form.get("action") == "release":
        release(the_school(), item, person.id)
        flash(t("Het cijfer komt weer van het hulpmiddel."), "ok")
    else:
        given = request.form.get("score", "").strip().replace(",", ".")
        try:
            final = float(given) if given else None
        except ValueError:
            final = -1.0
        if final is not None and not 0 <= final <= item.maximum:
            message = t("Vul een getal in van 0 tot en met %(max)s.", max=f"{item.maximum:g}")
            flash(message, "bad")
            return redirect(url_for("grades.gradebook", course_id=course.id, open=f"{item.id}-{person.id}"))
        feedback = request.form.get("feedback", "").strip()
        override(the_school(), item, person.id, final=final, feedback=feedback, locked="locked" in request.form)
        flash(t("Het cijfer is met de hand veranderd."), "ok")
    return redirect(url_for("grades.gradebook", course_id=course.id))


def _cell(course: Course, item_id: str, person_id: str) -> tuple[LineItem, Person]:
    school = the_school()
    item = school.items.get(item_id)
    person = next((person for person in learners(course) if person.id == person_id), None)
    if item is None or item.course_id != course.id or person is None:
        abort(404)
    return item, person


@bp.get("/courses/<course_id>/grades/<item_id>/<person_id>/review")
@needs_person
def review(course_id: str, item_id: str, person_id: str) -> str:
    """The page around a submission review: somebody's work in the tool."""
    course = course_for(course_id, teaching=True)
    item, person = _cell(course, item_id, person_id)
    link = the_school().links.get(item.link_id or "")
    if link is None or not item.review_url:
        abort(404)
    return render_template(
        "school/review.html",
        course=course,
        item=item,
        learner=person,
        link=link,
        origin=tool_origin(the_school().registrations[link.registration_id]),
    )


@bp.get("/courses/<course_id>/grades/<item_id>/<person_id>/review/launch")
@needs_person
def review_launch(course_id: str, item_id: str, person_id: str) -> str:
    """Inside the frame: the form that starts the submission review at the tool."""
    course = course_for(course_id, teaching=True)
    item, person = _cell(course, item_id, person_id)
    school = the_school()
    link = school.links.get(item.link_id or "")
    if link is None or not item.review_url:
        abort(404)
    fields = school.launches.begin(me(), link, for_user=person, session=session_key())
    action = school.registrations[link.registration_id].login_url
    return render_template("school/autoform.html", action=action, fields=fields)
