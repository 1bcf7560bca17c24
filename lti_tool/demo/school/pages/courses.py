"""Courses and activities: the overview, a course, the frame around a tool, and its settings for the trainer."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..gradebook import apply_rule
from ..models import CompletionRule, Course, Grade, Link, ToolState
from ..native.models import Activity
from ..sessions import check_form, course_for, me, needs_person, session_key, teaches, tool_origin
from ..texts import t
from ..wire import the_school

bp = Blueprint("courses", __name__)
_OF_LINKS = (CompletionRule.NONE, CompletionRule.GRADE, CompletionRule.PASS_GRADE, CompletionRule.MANUAL)


@bp.get("/courses")
@needs_person
def index() -> str:
    """The courses of the person signed in; the admin sees them all."""
    school = the_school()
    mine = [course for course in list(school.courses.values()) if me().admin or me().id in course.enrolments]
    return render_template("school/courses.html", courses=mine, teaches=teaches, progress=progress)


def progress(course: Course) -> tuple[int, int]:
    """How many of the graded activities have a grade for the person signed in, and how many there are."""
    school = the_school()
    graded = [link for key in course.links if school.item_of(link := school.links[key])]
    done = [link for link in graded if (grade := school.grade(link, me())) and grade.final is not None]
    return len(done), len(graded)


@bp.get("/courses/<course_id>")
@needs_person
def course(course_id: str) -> str:
    """One course with its activities in order."""
    shown = course_for(course_id)
    school = the_school()
    tools = [
        tool
        for tool in list(school.registrations.values())
        if tool.state is ToolState.ACTIVE and tool.deep_link_uri is not None
    ]
    links = [school.links[key] for key in shown.links]
    return render_template(
        "school/course.html",
        course=shown,
        links=links,
        grade=lambda link: school.grade(link, me()),
        item=school.item_of,
        tools=tools,
        teaching=teaches(shown),
        members=len(shown.enrolments),
        sections=_sections(shown),
    )


def _sections(course: Course) -> list[tuple[str, list[Activity]]]:
    """The school's own activities under their headings, as far as the person signed in sees them."""
    seen = [one for one in the_school().activities_of(course) if teaches(course) or not one.hidden]
    headings = [(name, [one for one in seen if one.section == number]) for number, name in enumerate(course.sections)]
    return [(name, activities) for name, activities in headings if activities]


def _link(course_id: str, link_id: str, *, teaching: bool = False) -> tuple[Course, Link]:
    shown = course_for(course_id, teaching=teaching)
    link = the_school().links.get(link_id)
    if link is None or link.course_id != shown.id:
        abort(404)
    return shown, link


@bp.get("/courses/<course_id>/links/<link_id>")
@needs_person
def activity(course_id: str, link_id: str) -> str:
    """An activity: its title and the tool in a frame."""
    shown, link = _link(course_id, link_id)
    school = the_school()
    tool = school.registrations[link.registration_id]
    grade: Grade | None = school.grade(link, me())
    return render_template(
        "school/activity.html",
        course=shown,
        link=link,
        tool=tool,
        grade=grade,
        item=school.item_of(link),
        teaching=teaches(shown),
        origin=tool_origin(tool),
        rules=_OF_LINKS,
    )


@bp.get("/courses/<course_id>/links/<link_id>/launch")
@needs_person
def launch(course_id: str, link_id: str) -> str:
    """Inside the frame or a new window: the form that starts the launch at the tool."""
    _, link = _link(course_id, link_id)
    fields = the_school().launches.begin(me(), link, session=session_key())
    action = the_school().registrations[link.registration_id].login_url
    return render_template("school/autoform.html", action=action, fields=fields)


@bp.post("/courses/<course_id>/links/<link_id>/settings")
@needs_person
def settings(course_id: str, link_id: str) -> Response:
    """Set when the activity counts as finished, or take it out of the course."""
    check_form()
    shown, link = _link(course_id, link_id, teaching=True)
    if request.form.get("action") == "remove":
        the_school().remove_link(link)
        flash(t("De activiteit is verwijderd."), "ok")
        return redirect(url_for("courses.course", course_id=shown.id))
    wish = request.form.get("completion", "")
    if wish not in _OF_LINKS:
        abort(400)
    apply_rule(the_school(), link, CompletionRule(wish))
    flash(t("De instelling is bewaard."), "ok")
    return redirect(url_for("courses.activity", course_id=shown.id, link_id=link.id))


@bp.post("/courses/<course_id>/copy")
@needs_person
def copy(course_id: str) -> Response:
    """Make a new course with the same activities, for the next group."""
    check_form()
    shown = course_for(course_id, teaching=True)
    title = " ".join(request.form.get("title", "").split())[:200]
    if not title:
        flash(t("Geef de nieuwe cursus een naam."), "bad")
        return redirect(url_for("courses.course", course_id=shown.id))
    made = the_school().copy_course(shown, title, people="people" in request.form)
    flash(t("De cursus is gekopieerd. Je bent nu in de kopie."), "ok")
    return redirect(url_for("courses.course", course_id=made.id))


@bp.get("/lti/return")
@needs_person
def tool_return() -> Response:
    """Where a tool sends people back to: the course page."""
    return redirect(url_for("courses.course", course_id=request.args.get("course", "")))
