"""Passkeys: what the browser has to ask for, and what came of it. The page's script (`passkey.js`) stands in between."""

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.errors import NotFound
from lti_tool.registry import use
from lti_tool.signin.arriving import let_in, next_of, visit
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.gate import Fresh, current_staff, known_browser, staff_only
from lti_tool.signin.passkeys import Passkeys
from lti_tool.web.own_window import own_window

ADDING = Fresh(_l("een manier om in te loggen toevoegen"))
REMOVING = Fresh(_l("een manier om in te loggen verwijderen"))


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.add_url_rule("/sign-in/passkey/options", view_func=passkey_options, methods=["POST"])
    blueprint.add_url_rule("/sign-in/passkey", view_func=passkey, methods=["POST"])
    blueprint.add_url_rule("/account/passkey/options", view_func=new_passkey_options, methods=["POST"])
    blueprint.add_url_rule("/account/passkey", view_func=add_passkey, methods=["POST"])
    blueprint.add_url_rule("/account/passkey/<passkey_id>/remove", view_func=remove_passkey, methods=["POST"])


@own_window
def passkey_options() -> Response:
    """Say what the browser has to ask of a passkey."""
    return _json(_possible().ask(known_browser(), next_of(request.form.get("next"))))


@own_window
def passkey() -> AnyResponse:
    """Sign in with what a passkey answered."""
    answer = request.form.get("credential", "")
    opened, onward = use(Passkeys).sign_in(use(SignInBrowser).cookie.read(request), answer, visit())
    return let_in(opened, onward)


@staff_only(fresh=ADDING)
def new_passkey_options() -> Response:
    """Say what the browser has to ask for a new passkey."""
    return _json(_possible().ask_new(current_staff(), known_browser()))


@staff_only(fresh=ADDING)
def add_passkey() -> AnyResponse:
    """Keep a new passkey."""
    form, browser = request.form, use(SignInBrowser).cookie.read(request)
    use(Passkeys).add(current_staff(), browser, form.get("credential", ""), form.get("name", ""))
    return redirect(url_for("signin.account", _anchor="manieren"), 303)


@staff_only(fresh=REMOVING)
def remove_passkey(passkey_id: str) -> AnyResponse:
    """Let a passkey of one's own sign in no more."""
    if not use(Passkeys).remove(current_staff().id, passkey_id):
        raise NotFound("no passkey of this person has this id")
    return redirect(url_for("signin.account", _anchor="manieren"), 303)


def _possible() -> Passkeys:
    passkeys = use(Passkeys)
    if not passkeys.possible:
        raise NotFound("a passkey needs a host name; ICC_BASE_URL has an IP address")
    return passkeys


def _json(text: str) -> Response:
    response = Response(text, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
