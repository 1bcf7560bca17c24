"""The pages on which somebody signs in and out. Nobody may frame them."""

from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lti_tool.audit import AuditTrail
from lti_tool.registry import use
from lti_tool.signin import account_views
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.browsers import browser_of
from lti_tool.signin.gate import LONGEST_NEXT, current_staff, find_present, known_browser, staff_only
from lti_tool.signin.links import SignInLinks, link_digest
from lti_tool.signin.service import SignInService, Visit
from lti_tool.signin.sessions import OpenedSession, StaffSessions
from lti_tool.web.own_path import own_path
from lti_tool.web.own_window import in_own_window, own_window

CONSOLE = "/console/"

blueprint = Blueprint(
    "signin", __name__, template_folder="templates", static_folder="static", static_url_path="/static/signin"
)
account_views.add_to(blueprint)


@blueprint.get("/sign-in")
@own_window
def sign_in() -> Response | str:
    """Show the ways to sign in; who is signed in goes on."""
    onward = next_of(request.args.get("next"))
    if find_present() is not None:
        return redirect(onward or landing(), 303)
    known_browser()
    return render_template("signin/sign_in.html", next=onward)


@blueprint.get("/sign-in/link/<token>")
@own_window
def link(token: str) -> str:
    """Show whom a one-time link is for, with the button that uses it. Looking changes nothing."""
    g.referrer_policy = "no-referrer"
    invited = use(SignInLinks).look(link_digest(token))
    known_browser()
    return render_template("signin/link.html", invited=invited, token=token, present=find_present())


@blueprint.post("/sign-in/link/<token>")
@own_window
def use_link(token: str) -> Response:
    """Sign in with a one-time link."""
    g.referrer_policy = "no-referrer"
    return let_in(use(SignInService).by_link(link_digest(token), visit()))


@blueprint.post("/sign-out")
@staff_only()
def sign_out() -> Response:
    """End this session."""
    present = find_present()
    if present is not None:
        use(SignInService).sign_out(present.member.id, present.session_id)
    return forget_session(redirect(url_for("signin.sign_in"), 303))


def visit() -> Visit:
    """Return which browser this is."""
    return Visit(browser_of(request.user_agent.string), use(StaffSessions).cookie.read(request))


def let_in(opened: OpenedSession, onward: str | None = None) -> Response:
    """Let the browser keep a new session, and go on."""
    response = redirect(next_of(onward) or landing(), 303)
    use(StaffSessions).cookie.write(response, opened.secret)
    return response


def forget_session(response: Response) -> Response:
    """Let the browser forget its session."""
    use(StaffSessions).cookie.drop(response)
    return response


def next_of(target: str | None) -> str | None:
    """Return where to go on after signing in: a page of our own, and not one on which somebody signs in."""
    found = own_path(target)
    return found if found and len(found) <= LONGEST_NEXT and not found.startswith("/sign-") else None


def landing() -> str:
    """Return where somebody lands who asked for no page: the console, or one's own account where there is none."""
    try:
        current_app.url_map.bind("", "/").match(CONSOLE, "GET")
    except HTTPException:
        return url_for("signin.account")
    return CONSOLE


@blueprint.app_context_processor
def signed_in() -> dict[str, Any]:
    """Give every page of our own window who is signed in, for its head."""
    present = find_present() if in_own_window() else None
    return {"signed_in": present.member if present else None}


@blueprint.after_app_request
def keep_browser(response: Response) -> Response:
    """Let the browser keep its cookie, when this request gave it a new one."""
    if in_own_window() and g.get("sign_in_browser"):
        use(SignInBrowser).cookie.write(response, g.sign_in_browser)
    return response


@blueprint.after_app_request
def note_refusals(response: Response) -> Response:
    """Note what a member of the staff asked for and did not get."""
    if response.status_code in (403, 404) and in_own_window() and g.get("staff") is not None:
        asked = (request.view_args or {}).values()
        use(AuditTrail).refused(current_staff().id, str(request.endpoint), "/".join(str(value) for value in asked if value))
    return response
