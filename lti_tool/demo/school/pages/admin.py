"""The administration: connecting tools by dynamic registration, and the log of what was refused."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..models import ToolState
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
