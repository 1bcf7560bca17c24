"""The page on which somebody who is signed in proves again who they are, and goes on with what they wanted."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.registry import use
from lti_tool.signin.arriving import next_of
from lti_tool.signin.gate import current_staff, find_present, home_of, known_browser, staff_only
from lti_tool.signin.oidc import OidcSignIn
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.proof import deed_at
from lti_tool.signin.roles import Role
from lti_tool.signin.sessions import StaffSessions
from lti_tool.signin.wanted import WantedForms


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.add_url_rule("/account/prove", view_func=prove)


@staff_only()
def prove() -> Response | str:
    """Ask for the proof (`next` is the page to go on to, `lost` says that a form was not kept); once it is there, go on."""
    present, member = find_present(), current_staff()
    onward = next_of(request.args.get("next"))
    wanted = use(WantedForms).of(present.session_id) if present else None
    if present and use(StaffSessions).is_fresh(present):
        if wanted is None:
            return redirect(onward or home_of(member), 303)
        return render_template("signin/go_on.html", wanted=wanted, deed=deed_at(wanted.path, "POST"), back=onward)
    known_browser()
    passkeys, oidc = use(Passkeys), use(OidcSignIn)
    opens = deed_at(onward, "GET")
    return render_template(
        "signin/prove.html",
        here=url_for("signin.prove", next=onward),
        back=None if opens else onward,
        deed=deed_at(wanted.path, "POST") if wanted else opens,
        wanted=wanted,
        lost=request.args.get("lost") == "1",
        minutes=use(StaffSessions).proof_minutes,
        passkeys=passkeys.possible and bool(passkeys.of(member.id)),
        provider=oidc.provider if any(one.current for one in oidc.of(member.id)) else None,
        operator=Role.OPERATOR in member.roles,
        member=member,
    )
