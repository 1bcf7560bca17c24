"""The school as a Flask application: its blueprints, its templates, and a strict content security policy."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from . import deeplinking, lineitems, nrps, oidc, registration, scores, token
from .faults import FaultKind, Service
from .pages import accounts, admin, courses, faults, front, grades, members, native, storage
from .sessions import csrf_token, signed_in
from .state import School
from .texts import locale, moment, t
from .toolkeys import ToolKeys
from .webservice import rest
from .wire import disturbed, hang_up, the_school

_BLUEPRINTS = (
    *(oidc.bp, registration.bp, token.bp, lineitems.bp, scores.bp, nrps.bp, deeplinking.bp),
    *(front.bp, courses.bp, native.bp, members.bp, grades.bp, admin.bp, accounts.bp, faults.bp, storage.bp, rest.bp),
)


class _Json(DefaultJSONProvider):
    """JSON with members in the order they were written, as Moodle sends them."""

    sort_keys = False


def create_app(school: School) -> Flask:
    """Build the application that serves ``school``."""
    app = Flask(__name__, template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME=f"zilverbos_{school.guid[:6]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2_000_000,
    )
    serve(app, school)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.json = _Json(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(t=t, csrf_token=csrf_token, locale=locale)
    app.jinja_env.filters["moment"] = moment
    app.context_processor(lambda: {"school": the_school(), "person": signed_in()})
    app.before_request(_everything_may_fail)
    app.after_request(_protect)
    app.register_error_handler(HTTPException, _error)
    return app


def serve(app: Flask, school: School) -> None:
    """Let ``app`` serve ``school`` from now on."""
    app.extensions["school"] = school
    app.extensions["school_tool_keys"] = ToolKeys()


def _everything_may_fail() -> Response | None:
    if request.path in ("/admin/faults", "/favicon.ico") or request.path.startswith("/static/"):
        return None
    school = the_school()
    fault = school.faults.draw(Service.ALL)
    if fault is None:
        return None
    if fault.kind is FaultKind.SLOW:
        school.faults.pause(fault.seconds)
        return None
    if fault.kind is FaultKind.DROP:
        hang_up()
        return Response(status=503)
    return disturbed(fault)


def _protect(response: Response) -> Response:
    tools = sorted(_tool_origins())
    impostor = the_school().storage.impostor
    directives = {
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'", *tools],
        "frame-src": ["'self'", *tools, *([impostor] if impostor else [])],
        "frame-ancestors": ["'self'", *([g.framed_by] if "framed_by" in g else [])],
    }
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
    response.headers["Content-Security-Policy"] = f"default-src 'none'; base-uri 'none'; {policy}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _tool_origins() -> set[str]:
    addresses = [g.extra_origin] if "extra_origin" in g else []
    for tool in list(the_school().registrations.values()):
        addresses += [tool.login_url, *tool.redirect_uris]
    parts = [urlsplit(address) for address in addresses]
    return {f"{part.scheme}://{part.netloc}" for part in parts}


def _error(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return render_template("school/error.html", code=error.code), error.code
