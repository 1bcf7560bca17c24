"""The two addresses a platform knows: the login and the launch. Both are posted from another site, by design.

A browser that keeps no cookies in a frame is noticed before it is sent to the platform, because some platforms (Moodle)
answer an authentication request only once: the login goes on in a window of its own, where cookies work.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import structlog
from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.ids import new_secret
from lti_tool.launch.errors import CookieMissing, LaunchRefused
from lti_tool.launch.login import LONGEST, Announced
from lti_tool.launch.models import Step
from lti_tool.launch.service import LaunchService
from lti_tool.launch.sessions import SessionService, framers
from lti_tool.launch.traces import TraceService
from lti_tool.registry import use
from lti_tool.web.csrf import csrf_exempt

blueprint = Blueprint("launch", __name__, template_folder="templates")
_log = structlog.get_logger(__name__)
_CHECKED = "cookie_checked"
_FRAMES = frozenset(("iframe", "frame", "embed", "object"))


@blueprint.route("/lti/login", methods=["GET", "POST"])
@csrf_exempt
def login() -> Response | str:
    """Answer a login initiation, by GET or POST, with the way to the platform's authentication."""
    params = _params()
    service = use(LaunchService)
    browser = service.cookie.read(request)
    try:
        announced = service.read_login(params)
        if browser is None and _in_a_frame():
            if _CHECKED in params:
                return _help(announced)
            return _see_whether_cookies_stay(params)
        browser = browser or new_secret()
        response = redirect(service.answer_login(announced, browser), 302)
    except LaunchRefused as refused:
        raise _noted(refused, Step.LOGIN) from None
    service.cookie.write(response, browser)
    return _uncached(response)


@blueprint.post("/lti/launch")
@csrf_exempt
def launch() -> Response:
    """Verify a launch, open its session and go on to the page it is for."""
    service, sessions = use(LaunchService), use(SessionService)
    browser = service.cookie.read(request)
    try:
        landed = service.launch(request.form, browser, sessions.cookie.read(request))
    except LaunchRefused as refused:
        raise _noted(refused, Step.LAUNCH) from None
    _log.info(
        "launched",
        platform=landed.launch.platform.id,
        message=landed.launch.message_type.value,
        role=landed.launch.role.value,
    )
    response = redirect(url_for(landed.page.endpoint, **landed.page.values), 303)
    sessions.cookie.write(response, landed.session.secret)
    return _uncached(response)


def _params() -> Mapping[str, str]:
    """Return the login's parameters: of a POST its form, and what only its address has."""
    return {**request.args.to_dict(), **request.form.to_dict()}


def _in_a_frame() -> bool:
    return request.headers.get("Sec-Fetch-Dest", "") in _FRAMES


def _see_whether_cookies_stay(params: Mapping[str, str]) -> Response:
    known = {name: params[name] for name in LONGEST if params.get(name)}
    response = redirect(f"{url_for('launch.login')}?{urlencode({**known, _CHECKED: '1'})}", 303)
    use(LaunchService).cookie.write(response, new_secret())
    return _uncached(response)


def _help(announced: Announced) -> str:
    """Return the page that opens the same login in a window of its own."""
    refused = CookieMissing("the browser keeps no cookies in this frame")
    refused.platform = announced.platform
    _noted(refused, Step.LOGIN)
    # the browser holds a form's whole way, redirects included, against form-action
    g.form_action = [announced.platform.auth_origin]
    sent = announced.request
    fields = {
        "iss": sent.issuer,
        "login_hint": sent.login_hint,
        "target_link_uri": sent.target_link_uri,
        "lti_message_hint": sent.message_hint,
        "client_id": sent.client_id,
        "lti_deployment_id": sent.deployment_id,
    }
    return render_template(
        "launch/help.html",
        fields={name: value for name, value in fields.items() if value},
        code=refused.code,
        reference=refused.reference,
    )


def _noted(refused: LaunchRefused, step: Step) -> LaunchRefused:
    """Trace and log a refusal, without anything personal, and tell the error page which platform it concerns."""
    platform_id = refused.platform.id if refused.platform else None
    refused.reference = use(TraceService).refused(step, refused, platform_id=platform_id, layer=refused.layer)
    _log.warning(
        "launch_refused",
        step=step.value,
        code=refused.code,
        reference=refused.reference,
        platform=platform_id,
        detail=refused.detail,
    )
    if refused.platform is not None:
        g.platform_name = refused.platform.name
        g.frame_ancestors = framers(refused.platform)
    return refused


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
