"""The front page: choose who you are (a demo has no passwords), change person, change language."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ..models import Person, Role
from ..sessions import check_form, needs_person, sign_in, signed_in
from ..texts import LOCALES
from ..wire import the_school

bp = Blueprint("front", __name__)


@bp.get("/")
def index() -> str:
    """Everybody of the school, one click each."""
    school = the_school()
    return render_template("school/index.html", people=list(school.people.values()), duty=duty, current=signed_in())


def duty(person: Person) -> str:
    """What ``person`` is at this school, in one Dutch word."""
    if person.admin:
        return "Beheerder"
    first = next(
        (course.enrolments[person.id].role for course in the_school().courses.values() if person.id in course.enrolments),
        None,
    )
    return "Trainer" if first in (Role.TEACHER, Role.MANAGER) else "Docent"


@bp.post("/login")
def login() -> Response:
    """Become the person whose button was pressed."""
    check_form()
    person = the_school().people.get(request.form.get("person", ""))
    if person is None:
        abort(400)
    locale = session.get("locale", person.locale)
    sign_in(person)
    session["locale"] = locale
    return redirect(url_for("courses.index"))


@bp.post("/logout")
@needs_person
def logout() -> Response:
    """End the session and show the front page."""
    check_form()
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    return redirect(url_for("front.index"))


@bp.post("/language")
def language() -> Response:
    """Change the language of the pages, and of the launches of whoever is signed in."""
    check_form()
    wanted = request.form.get("locale", "")
    if wanted not in LOCALES:
        abort(400)
    session["locale"] = wanted
    person = signed_in()
    if person is not None:
        with the_school().changing():
            person.locale = wanted
    back = urlsplit(request.form.get("back", "/")).path
    return redirect(back if back.startswith("/") and not back.startswith("//") else "/")
