"""The administration: connecting tools in the ways this learning environment has, and the log of what was refused."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..byhand import NotRegistered, by_configuration, by_form
from ..models import Registration, ToolState
from ..sessions import check_form, needs_admin
from ..texts import t
from ..wire import the_school

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/tools")
@needs_admin
def tools() -> str:
    """The tools that are connected, and the field to connect another."""
    return render_template("school/tools.html", tools=list(the_school().registrations.values()))


@bp.post("/tools/register")
@needs_admin
def register() -> str | Response:
    """Open the tool's registration page in a frame, with our configuration and a one-time token."""
    check_form()
    try:
        address = the_school().start_registration(request.form.get("url", ""))
    except ValueError:
        flash(t("Plak het hele registratieadres. Het begint met http:// of https://."), "bad")
        return redirect(url_for("admin.tools"))
    parts = urlsplit(address)
    g.extra_origin = f"{parts.scheme}://{parts.netloc}"
    return render_template("school/register.html", address=address, origin=g.extra_origin)


@bp.post("/tools/configure")
@needs_admin
def configure() -> Response:
    """Register the tool that a JSON configuration describes."""
    check_form()
    school, form = the_school(), request.form
    if not school.personality.registering.by_configuration:
        abort(404)
    return _made(lambda: by_configuration(school, form.get("url", ""), form.get("redirect_uri", "")))


@bp.post("/tools/byhand")
@needs_admin
def by_hand() -> Response:
    """Register the tool of a form's fields."""
    check_form()
    school = the_school()
    return _made(lambda: by_form(school, request.form.to_dict()))


def _made(make: Callable[[], Registration]) -> Response:
    try:
        made = make()
    except NotRegistered as wrong:
        the_school().refuse("pages", 400, str(wrong))
        flash(t("Zo lukt koppelen niet. Kijk in het logboek wat er ontbreekt."), "bad")
        return redirect(url_for("admin.tools"))
    return redirect(url_for("admin.shown", tool_id=made.id))


@bp.get("/tools/<tool_id>")
@needs_admin
def shown(tool_id: str) -> str:
    """What the tool's supplier has to know of this school."""
    school = the_school()
    found = school.registrations.get(tool_id)
    if found is None:
        abort(404)
    facts = {
        "issuer": school.issuer,
        "client_id": found.client_id,
        "deployment_id": found.deployment_id,
        "auth_url": f"{school.url}/lti/auth",
        "token_url": f"{school.url}/lti/token",
        "jwks_url": f"{school.url}/lti/certs",
        **({"token_audience": school.token_audience} if school.token_audience else {}),
    }
    return render_template("school/tool.html", tool=found, facts=facts)


@bp.post("/tools/<tool_id>")
@needs_admin
def tool(tool_id: str) -> Response:
    """Activate a tool, or put it aside."""
    check_form()
    found = the_school().registrations.get(tool_id)
    action = request.form.get("action", "")
    if found is None or action not in ("activate", "reject"):
        abort(404)
    with the_school().changing():
        found.state = ToolState.ACTIVE if action == "activate" else ToolState.REJECTED
    told = "%(name)s is geactiveerd." if action == "activate" else "%(name)s is uitgezet."
    flash(t(told, name=found.name), "ok")
    return redirect(url_for("admin.tools"))


@bp.get("/log")
@needs_admin
def log() -> str:
    """What was refused and why, and the last requests to the services."""
    school = the_school()
    return render_template(
        "school/log.html", refusals=list(reversed(school.refusals))[:100], calls=list(reversed(school.calls))[:100]
    )
