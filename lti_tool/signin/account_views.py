"""One's own account: where one is signed in, and how one can."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lti_tool.errors import NotFound
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, find_present, staff_only
from lti_tool.signin.oidc import OidcSignIn
from lti_tool.signin.passkey_views import REMOVING
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.service import SignInService
from lti_tool.signin.sessions import StaffSessions


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.add_url_rule("/account", view_func=account)
    blueprint.add_url_rule("/account/identity/<identity_id>/remove", view_func=remove_account, methods=["POST"])
    blueprint.add_url_rule("/account/session/<session_id>/end", view_func=end_session, methods=["POST"])
    blueprint.add_url_rule("/account/sign-out-everywhere", view_func=end_sessions, methods=["POST"])


@staff_only()
def account() -> str:
    """Show who one is here, where one is signed in, and the ways to sign in."""
    present = find_present()
    member = current_staff()
    sessions = use(StaffSessions).of(member.id, present.session_id if present else None)
    passkeys, oidc = use(Passkeys), use(OidcSignIn)
    return render_template(
        "signin/account.html",
        member=member,
        sessions=sessions,
        passkeys=passkeys.of(member.id),
        passkeys_possible=passkeys.possible,
        identities=oidc.of(member.id),
        provider=oidc.provider,
        operator=Role.OPERATOR in member.roles,
    )


@staff_only(fresh=REMOVING)
def remove_account(identity_id: str) -> Response:
    """Let an account elsewhere sign in no more."""
    if not use(OidcSignIn).remove(current_staff().id, identity_id):
        raise NotFound("no account of this person has this id")
    return redirect(url_for("signin.account", _anchor="manieren"), 303)


@staff_only()
def end_session(session_id: str) -> Response:
    """End one of one's own sessions."""
    if not use(SignInService).end_one(current_staff().id, session_id):
        raise NotFound("no session of this person has this id")
    return redirect(url_for("signin.account"), 303)


@staff_only()
def end_sessions() -> Response:
    """End all of one's own sessions, this one too."""
    use(SignInService).end_all(current_staff().id)
    response = redirect(url_for("signin.sign_in"), 303)
    use(StaffSessions).cookie.drop(response)
    return response
