"""The administration of web services: accounts for programs, their tokens, and whether programs may come in at all."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..native.accounts import add_account, renew, revoke
from ..sessions import check_form, needs_admin
from ..texts import t
from ..wire import the_school

bp = Blueprint("accounts", __name__, url_prefix="/admin")


@bp.get("/webservices")
@needs_admin
def show() -> str:
    """The accounts with their tokens."""
    school = the_school()
    if not school.personality.web_services:
        abort(404)
    return render_template("school/accounts.html", accounts=list(school.accounts.values()), services=school.web_services)


@bp.post("/webservices")
@needs_admin
def change() -> Response:
    """Make an account, renew or revoke its token, or switch the services on and off."""
    check_form()
    school, action = the_school(), request.form.get("action", "")
    if not school.personality.web_services:
        abort(404)
    account = school.accounts.get(request.form.get("account", ""))
    if action == "add":
        add_account(school)
    elif action in ("on", "off"):
        school.web_services.offered = action == "on"
    elif action in ("maintain", "open"):
        school.web_services.maintenance = action == "maintain"
    elif action == "renew" and account is not None:
        renew(school, account)
    elif action == "revoke" and account is not None:
        revoke(school, account)
    else:
        abort(400)
    flash(t("De instelling is bewaard."), "ok")
    return redirect(url_for("accounts.show"))
