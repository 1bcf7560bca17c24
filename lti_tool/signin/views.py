"""The pages on which somebody signs in and out. Nobody may frame them."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.audit import AuditTrail
from lti_tool.registry import use
from lti_tool.signin import account_views, oidc_views, passkey_views, proof_views, staff_views
from lti_tool.signin.arriving import let_in, next_of, visit
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.gate import cohorts_of, current_staff, find_present, home_of, known_browser, staff_only
from lti_tool.signin.links import SignInLinks, link_digest
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.provider import Provider
from lti_tool.signin.service import SignInService
from lti_tool.signin.sessions import StaffSessions
from lti_tool.web.own_window import in_own_window, own_window

blueprint = Blueprint(
    "signin", __name__, template_folder="templates", static_folder="static", static_url_path="/static/signin"
)
account_views.add_to(blueprint)
oidc_views.add_to(blueprint)
passkey_views.add_to(blueprint)
proof_views.add_to(blueprint)
staff_views.add_to(blueprint)


@blueprint.get("/sign-in")
@own_window
def sign_in() -> Response | str:
    """Show the ways to sign in; who is signed in goes on."""
    onward = next_of(request.args.get("next"))
    present = find_present()
    if present is not None:
        return redirect(onward or home_of(present.member), 303)
    known_browser()
    return render_template("signin/sign_in.html", next=onward, provider=use(Provider), passkeys=use(Passkeys).possible)


@blueprint.get("/sign-in/link/<token>")
@own_window
def link(token: str) -> str:
    """Show whom a one-time link is for, with the button that uses it. Looking changes nothing."""
    g.referrer_policy = "no-referrer"
    invited = use(SignInLinks).look(link_digest(token))
    known_browser()
    return render_template("signin/link.html", invited=invited, token=token, present=find_present(), provider=use(Provider))


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
    response = redirect(url_for("signin.sign_in"), 303)
    use(StaffSessions).cookie.drop(response)
    return response


@blueprint.app_context_processor
def signed_in() -> dict[str, Any]:
    """Give every page of our own window who is signed in, for its head, and where they begin."""
    present = find_present() if in_own_window() else None
    return {
        "signed_in": present.member if present else None,
        "staff_home": home_of(present.member) if present else None,
        "staff_cohorts": cohorts_of(present.member) if present else None,
    }


@blueprint.after_app_request
def keep_browser(response: Response) -> Response:
    """Let the browser keep its cookie, when this request gave it a new one."""
    if in_own_window() and g.get("sign_in_browser"):
        use(SignInBrowser).cookie.write(response, g.sign_in_browser)
    return response


@blueprint.after_app_request
def keep_language(response: Response) -> Response:
    """Keep the language that somebody of the staff chooses, for the pages and the mail of a trainer."""
    chosen = (request.view_args or {}).get("code")
    if request.endpoint == "web.choose_language" and response.status_code < 400 and chosen:
        present = find_present()
        if present is not None:
            use(StaffSessions).keep_locale(present.member, str(chosen))
    return response


@blueprint.after_app_request
def note_refusals(response: Response) -> Response:
    """Note what a member of the staff asked for and did not get; what a `g.viewer` asked for is noted for all alike."""
    known = g.get("staff") is not None and g.get("viewer") is None
    if response.status_code in (403, 404) and in_own_window() and known:
        asked = (request.view_args or {}).values()
        use(AuditTrail).refused(current_staff().id, str(request.endpoint), "/".join(str(value) for value in asked if value))
    return response
