"""To the OpenID provider and back: to sign in, to accept a one-time link, or to add an account.

It goes there from a page and not by a redirect: the answer to a form may redirect only to where the policy of its page lets
forms go (CSP `form-action`), and a provider sends people on to the schools that know them.
"""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.registry import use
from lti_tool.signin.arriving import let_in, next_of, visit
from lti_tool.signin.attempts import Attempt
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.gate import current_staff, find_present, known_browser, staff_only
from lti_tool.signin.links import link_digest
from lti_tool.signin.oidc import OidcSignIn
from lti_tool.signin.passkey_views import ADDING
from lti_tool.web.own_window import own_window


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.add_url_rule("/sign-in/oidc", view_func=oidc, methods=["POST"])
    blueprint.add_url_rule("/sign-in/oidc", view_func=oidc_begins_there)
    blueprint.add_url_rule("/sign-in/oidc/back", view_func=oidc_back)
    blueprint.add_url_rule("/sign-in/link/<token>/oidc", view_func=link_with_oidc, methods=["POST"])
    blueprint.add_url_rule("/account/oidc", view_func=add_account, methods=["POST"])


@own_window
def oidc() -> str:
    """Lead somebody to the provider who signs in."""
    return _onward(Attempt(next_path=next_of(request.form.get("next"))), again=find_present() is not None)


@own_window
def oidc_begins_there() -> Response:
    """Lead whoever comes back to the address of the button to the page where it is."""
    return redirect(url_for("signin.sign_in"), 303)


@own_window
def link_with_oidc(token: str) -> str:
    """Lead somebody to the provider who accepts a one-time link with an account there."""
    g.referrer_policy = "no-referrer"
    return _onward(Attempt(link_digest=link_digest(token)))


@staff_only(fresh=ADDING)
def add_account() -> str:
    """Lead somebody to the provider who adds an account there."""
    return _onward(Attempt(member_id=current_staff().id))


@own_window
def oidc_back() -> Response:
    """Take in who comes back from the provider."""
    present = find_present()
    browser = use(SignInBrowser).cookie.read(request)
    arrival = use(OidcSignIn).arrive(request.args.to_dict(), browser, visit(), present.member.id if present else None)
    if arrival.opened is None:
        return redirect(url_for("signin.account", _anchor="manieren"), 303)
    return let_in(arrival.opened, arrival.next_path)


def _onward(attempt: Attempt, *, again: bool = False) -> str:
    departure = use(OidcSignIn).depart(known_browser(), attempt, again=again)
    return render_template("signin/onward.html", url=departure.url, name=use(OidcSignIn).provider.name)
