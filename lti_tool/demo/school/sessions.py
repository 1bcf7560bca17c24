"""Who is signed in: the school's own session cookie, its form token, and who may see what."""

import secrets
from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from .models import Course, Person, Registration, Role
from .wire import the_school

P = ParamSpec("P")
R = TypeVar("R")


def session_key() -> str:
    """The random key of this browser session."""
    if "key" not in session:
        session["key"] = secrets.token_urlsafe(16)
    return str(session["key"])


def csrf_token() -> str:
    """The token every form of the school carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def check_form() -> None:
    """Refuse a form that was not given out in this session."""
    given = request.form.get("csrf_token", "")
    if not given or not compare_digest(given, csrf_token()):
        the_school().refuse("pages", 400, "the form carries no csrf_token of this session")
        abort(400)


def signed_in() -> Person | None:
    """The person who is signed in in this browser."""
    return the_school().people.get(session.get("person", ""))


def sign_in(person: Person) -> None:
    """Begin a new session for ``person``; launches of the old one no longer work."""
    session.clear()
    session["person"] = person.id
    session_key()


def me() -> Person:
    """The person signed in, on a page that needs one."""
    person = g.get("person")
    if not isinstance(person, Person):
        abort(403)
    return person


def needs_person(view: Callable[P, R]) -> Callable[P, R | WerkzeugResponse]:
    """Send whoever is not signed in to the front page."""

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R | WerkzeugResponse:
        g.person = signed_in()
        if g.person is None:
            return redirect(url_for("front.index"))
        return view(*args, **kwargs)

    return run


def needs_admin(view: Callable[P, R]) -> Callable[P, R | WerkzeugResponse]:
    """Show a page to the admin only."""

    @needs_person
    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not me().admin:
            abort(403)
        return view(*args, **kwargs)

    return run


def course_for(course_id: str, *, teaching: bool = False) -> Course:
    """The course, if the person signed in is active in it (``teaching``: may change it); the admin always may."""
    course = the_school().courses.get(course_id)
    if course is None:
        abort(404)
    if not me().admin:
        enrolment = course.enrolments.get(me().id)
        if enrolment is None or enrolment.suspended:
            abort(403)
        if teaching and enrolment.role not in (Role.TEACHER, Role.MANAGER):
            abort(403)
    return course


def teaches(course: Course) -> bool:
    """Whether the person signed in may change ``course``."""
    enrolment = course.enrolments.get(me().id)
    return me().admin or (enrolment is not None and enrolment.role in (Role.TEACHER, Role.MANAGER))


def tool_origin(tool: Registration) -> str:
    """The origin a tool's pages live at, whose messages the page around its frame listens to."""
    parts = urlsplit(tool.login_url)
    return f"{parts.scheme}://{parts.netloc}"
