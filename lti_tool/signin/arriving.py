"""What every way to sign in has in common for the browser: which one it is, its new cookie, and where it goes on."""

from flask import current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lti_tool.registry import use
from lti_tool.signin.browsers import browser_of
from lti_tool.signin.gate import LONGEST_NEXT, may_open
from lti_tool.signin.service import Visit
from lti_tool.signin.sessions import OpenedSession, Present, StaffSessions
from lti_tool.web.own_path import own_path

CONSOLE = "/console/"


def visit() -> Visit:
    """Return which browser this is."""
    return Visit(browser_of(request.user_agent.string), use(StaffSessions).cookie.read(request))


def let_in(opened: OpenedSession, onward: str | None = None) -> Response:
    """Let the browser keep a new session, and go on."""
    sessions = use(StaffSessions)
    response = redirect(next_of(onward) or landing(sessions.load(opened.secret)), 303)
    sessions.cookie.write(response, opened.secret)
    return response


def next_of(target: str | None) -> str | None:
    """Return where to go on after signing in: a page of our own, and not one on which somebody signs in."""
    found = own_path(target)
    return found if found and len(found) <= LONGEST_NEXT and not found.startswith("/sign-") else None


def landing(present: Present | None) -> str:
    """Return where somebody lands who asked for no page: the console, or one's own account where that is not for them."""
    try:
        endpoint, _values = current_app.url_map.bind("", "/").match(CONSOLE, "GET")
    except HTTPException:
        endpoint = ""
    return CONSOLE if present is not None and may_open(present.member, endpoint) else url_for("signin.account")
