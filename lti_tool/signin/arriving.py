"""What every way to sign in has in common for the browser: which one it is, its new cookie, and where it goes on."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.registry import use
from lti_tool.signin.browsers import browser_of
from lti_tool.signin.gate import LONGEST_NEXT, home_of
from lti_tool.signin.service import Visit
from lti_tool.signin.sessions import OpenedSession, StaffSessions
from lti_tool.signin.wanted import WantedForms
from lti_tool.web.own_path import own_path


def visit() -> Visit:
    """Return which browser this is."""
    return Visit(browser_of(request.user_agent.string), use(StaffSessions).cookie.read(request))


def let_in(opened: OpenedSession, onward: str | None = None) -> Response:
    """Let the browser keep a new session, and go on."""
    sessions = use(StaffSessions)
    present = sessions.load(opened.secret)
    home = home_of(present.member) if present else url_for("signin.sign_in")
    if use(WantedForms).of(opened.session_id) is not None:
        home = url_for("signin.prove")
    response = redirect(next_of(onward) or home, 303)
    sessions.cookie.write(response, opened.secret)
    return response


def next_of(target: str | None) -> str | None:
    """Return where to go on after signing in: a page of our own, and not one on which somebody signs in."""
    found = own_path(target)
    return found if found and len(found) <= LONGEST_NEXT and not found.startswith("/sign-") else None
