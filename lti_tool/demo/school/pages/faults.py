"""Faults on demand: the admin's page, and the same by JSON for scripts on this machine."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..faults import FaultKind, Service
from ..sessions import check_form, needs_admin
from ..texts import t
from ..wire import the_school

bp = Blueprint("faults", __name__, url_prefix="/admin")


@bp.get("/faults")
@needs_admin
def show() -> str:
    """The faults that are set, the counters, and a form to set more."""
    school = the_school()
    return render_template(
        "school/faults.html",
        active=school.faults.active(),
        services=list(Service),
        kinds=list(FaultKind),
        requests=school.faults.requests,
        skew=int(school.clock_skew.total_seconds()),
    )


@bp.post("/faults")
def change() -> str | Response:
    """Set or clear faults: JSON from this machine, or the admin's form."""
    if request.mimetype == "application/json":
        return _json()
    return _form()


def _json() -> Response:
    try:
        near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        near = False
    if not near:
        abort(403)
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        abort(400)
    try:
        apply(wish)
    except (ValueError, TypeError, KeyError) as error:
        answer = jsonify({"error": str(error)})
        answer.status_code = 400
        return answer
    return jsonify(the_school().describe())


@needs_admin
def _form() -> Response:
    check_form()
    form = request.form
    action = form.get("action")
    try:
        if action == "clear":
            apply({"clear": True, "clock_skew": 0})
        elif action == "rotate":
            apply({"rotate_keys": form.get("old", "keep")})
        elif action == "skew":
            apply({"clock_skew": int(form.get("skew") or 0)})
        else:
            apply(_wish(form))
    except (ValueError, TypeError, KeyError):
        flash(t("Deze storing kan niet. Kijk de getallen na."), "bad")
    else:
        flash(t("De storingen zijn bijgewerkt."), "ok")
    return redirect(url_for("faults.show"))


def _wish(form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "service": form.get("service", ""),
        "kind": form.get("kind", ""),
        "times": None if form.get("always") else int(form.get("times") or 1),
        "every": int(form.get("every") or 1),
        "status": int(form.get("status") or 503),
        "retry_after": int(form["retry_after"]) if form.get("retry_after") else None,
        "seconds": float(form.get("seconds") or 0),
        "after": bool(form.get("after")),
    }


def apply(wish: Mapping[str, Any]) -> None:
    """Do what ``wish`` says: ``clear``, ``clock_skew`` (seconds), ``rotate_keys`` (keep or withdraw), or a fault.

    Raises:
        ValueError, TypeError, KeyError: the wish makes no sense; what stood before it is done.
    """
    school = the_school()
    if wish.get("clear"):
        school.faults.clear(None if wish["clear"] is True else wish["clear"])
    if "clock_skew" in wish:
        school.clock_skew = timedelta(seconds=float(wish["clock_skew"]))
    if "rotate_keys" in wish:
        with school.changing():
            school.keys.rotate(keep_old={"keep": True, "withdraw": False}[wish["rotate_keys"]])
    if "service" in wish:
        known = ("service", "kind", "times", "skip", "every", "after", "status", "retry_after", "seconds")
        school.faults.add(**{name: wish[name] for name in known if name in wish})
