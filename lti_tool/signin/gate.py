"""The gate: which pages are for whom of the staff.

::

    @blueprint.get("/console/cohorts")
    @staff_only(Role.OPERATOR, Role.ISSUER)
    def cohorts() -> str:
        member = current_staff()

Whoever is not signed in is led to the sign-in and back; whoever is, without one of the roles, is told so. What a member of
the staff asks for and does not get stands in the audit trail. With `fresh=Fresh(words)` it takes a proof of who somebody is
that is minutes old (`signin.proof`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lti_tool.errors import SessionExpired
from lti_tool.ids import digest, new_secret
from lti_tool.registry import use
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.errors import RoleMissing
from lti_tool.signin.proof import Fresh, mark, sent_as_wanted, to_proof
from lti_tool.signin.roles import Role, StaffMember
from lti_tool.signin.sessions import Present, StaffSessions
from lti_tool.web.own_path import own_path
from lti_tool.web.own_window import own_window

__all__ = ["LONGEST_NEXT", "Fresh", "Role", "StaffMember", "current_staff", "staff_only"]

View = TypeVar("View", bound=Callable[..., Any])
LONGEST_NEXT = 500
CONSOLE, OWN_COHORTS = "/console/", "/my-cohorts"
_HOMES = (CONSOLE, OWN_COHORTS)
"""Where somebody of the staff begins: at the first of these pages that is for them. Rooms above have them."""
_ROLES = "__staff_roles__"


def staff_only(*roles: Role, fresh: Fresh | None = None) -> Callable[[View], View]:
    """Let only the staff into a view.

    Args:
        roles: whoever has one of them may in; without any, everybody of the staff.
        fresh: it takes a fresh proof of who they are, for what this says.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def gated(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the view has
            present = find_present()
            if present is None:
                return _to_sign_in()
            if roles and not present.member.roles.intersection(roles):
                raise RoleMissing(f"{request.endpoint} needs {' or '.join(roles)}")
            if fresh is not None and fresh.is_for(kwargs):
                if not use(StaffSessions).is_fresh(present):
                    return to_proof(present)
                sent_as_wanted(present)
            return view(*args, **kwargs)

        setattr(gated, _ROLES, frozenset(roles))
        mark(gated, fresh)
        return own_window(gated)  # type: ignore[return-value]  # it takes and gives what the view does

    return decorate


def may_open(member: StaffMember, endpoint: str) -> bool:
    """Return whether the gate of an endpoint lets somebody in; an endpoint without a gate lets in nobody by that."""
    roles: frozenset[Role] | None = getattr(current_app.view_functions.get(endpoint), _ROLES, None)
    return roles is not None and (not roles or bool(roles & member.roles))


def home_of(member: StaffMember) -> str:
    """Return where somebody begins: at the console, at one's own cohorts, or else at one's own account."""
    return next((page for page in _HOMES if _may_see(member, page)), None) or url_for("signin.account")


def cohorts_of(member: StaffMember) -> str | None:
    """Return the page with somebody's own cohorts; None: it is not for them."""
    return OWN_COHORTS if _may_see(member, OWN_COHORTS) else None


def _may_see(member: StaffMember, page: str) -> bool:
    try:
        endpoint, _values = current_app.url_map.bind("", "/").match(page, "GET")
    except HTTPException:
        return False
    return may_open(member, endpoint)


def current_staff() -> StaffMember:
    """Return who of the staff looks at this page.

    Raises:
        SessionExpired: nobody; a view that `staff_only` guards is never called then.
    """
    present = find_present()
    if present is None:
        raise SessionExpired("nobody of the staff is signed in")
    return present.member


def find_present() -> Present | None:
    """Return who is signed in on this request and with which session, if somebody is; asked once."""
    if "staff" not in g:
        sessions = use(StaffSessions)
        g.staff = sessions.load(sessions.cookie.read(request))
        if g.staff is None:
            # lazy: asked before a page has chosen its language, and the first words said fix it
            g.way_on = {"text": _l("Naar inloggen"), "url": url_for("signin.sign_in")}
        else:
            # before any words, which find the language once
            if g.staff.member.locale is not None:
                g.locale = g.staff.member.locale
            g.way_on = {"text": _l("Naar het overzicht"), "url": home_of(g.staff.member)}
    present: Present | None = g.staff
    return present


def session_id_of_staff() -> str | None:
    """Return what the form tokens of a page in our own window are bound to.

    That is the session of who is signed in. Of everybody else it is the browser: a form that somebody else's page sends
    would otherwise sign a person in as another.
    """
    present = find_present()
    if present is not None:
        return f"staff {present.session_id}"
    known = g.get("sign_in_browser") or use(SignInBrowser).cookie.read(request)
    return f"sign-in {digest(known)}" if known else None


def known_browser() -> str:
    """Return the secret of this browser, which it keeps in a cookie; a new one when it has none yet."""
    secret: str | None = g.get("sign_in_browser") or use(SignInBrowser).cookie.read(request)
    if secret is None:
        secret = g.sign_in_browser = new_secret()
    return secret


def sign_in_url() -> str:
    """Return where somebody signs in and comes back to this page, if it is one to come back to."""
    here = own_path(request.full_path.rstrip("?")) if request.method in ("GET", "HEAD") else None
    known = here if here and len(here) <= LONGEST_NEXT else None
    return url_for("signin.sign_in", next=known)


def was_signed_in() -> bool:
    """Return whether this browser still keeps the cookie of a session of the staff, open or not."""
    return use(StaffSessions).cookie.read(request) is not None


def _to_sign_in() -> Response:
    return redirect(sign_in_url(), 303)
