"""The two addresses a platform knows: the login and the launch. Both are posted from another site, by design.

What happens where a frame keeps no cookies is in `frames`.
"""

from collections.abc import Mapping

import structlog
from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.ids import new_secret
from lti_tool.launch import frame_session, frames
from lti_tool.launch.errors import CookieMissing, LaunchRefused, StorageUnproven
from lti_tool.launch.models import Layer, Step
from lti_tool.launch.service import Landed, LaunchService
from lti_tool.launch.sessions import SessionService, framers
from lti_tool.launch.storage import SILENT
from lti_tool.launch.traces import TraceService
from lti_tool.launch.way_back import way_back
from lti_tool.registry import use
from lti_tool.web.csrf import csrf_exempt

blueprint = Blueprint(
    "launch", __name__, template_folder="templates", static_folder="static", static_url_path="/static/launch"
)
_log = structlog.get_logger(__name__)


@blueprint.after_app_request
def say_where(response: Response) -> Response:
    """Let the page of a session without cookies follow redirects by itself."""
    return frame_session.say_where(request, response)


@blueprint.route("/lti/login", methods=["GET", "POST"])
@csrf_exempt
def login() -> Response | str:
    """Answer a login initiation, by GET or POST, with the way to the platform's authentication."""
    params = _params()
    service = use(LaunchService)
    browser = service.cookie.read(request)
    try:
        announced = service.read_login(params)
        if browser is None and frames.in_doubt(request, params):
            if frames.CHECKED not in params:
                return _uncached(frames.see_whether_cookies_stay(request, service.cookie))
            missing = CookieMissing("the browser keeps no cookies in this frame")
            missing.platform = announced.platform
            # where the platform offers storage it is too early to say so: the page tells us how that went
            return frames.offer(announced, missing if announced.request.storage_target else _noted(missing, Step.LOGIN))
        browser = browser or new_secret()
        response = redirect(service.answer_login(announced, browser, frames.layer_of(params)), 302)
    except LaunchRefused as refused:
        raise _noted(refused, Step.LOGIN) from None
    service.cookie.write(response, browser)
    return _uncached(response)


@blueprint.post("/lti/login/storage")
@csrf_exempt
def login_by_storage() -> Response:
    """Answer a login of our own page in a frame without cookies: the platform offered it storage, or did not answer."""
    service, params = use(LaunchService), _params()
    try:
        announced = service.read_login(params)
        if SILENT in params:
            missing = CookieMissing("the browser keeps no cookies in this frame, and the platform's storage did not answer")
            missing.platform = announced.platform
            return _uncached(frames.report(_noted(missing, Step.LOGIN)))
        stored = service.answer_into_storage(announced)
    except LaunchRefused as refused:
        raise _noted(refused, Step.LOGIN) from None
    return _uncached(frames.keep(stored))


@blueprint.post("/lti/launch")
@csrf_exempt
def launch() -> Response | str:
    """Verify a launch, open its session and go on to the page it is for."""
    service, sessions = use(LaunchService), use(SessionService)
    browser = service.cookie.read(request)
    try:
        landed = service.launch(request.form, browser, sessions.cookie.read(request))
    except StorageUnproven as refused:
        if SILENT not in request.form:
            return frames.ask_the_storage(request.form, refused.unproven)
        g.locale = refused.unproven.locale
        raise _noted(refused, Step.LAUNCH) from None
    except LaunchRefused as refused:
        raise _noted(refused, Step.LAUNCH) from None
    use(TraceService).count(landed.launch.platform.id, landed.launch.message_type.value)
    _log.info(
        "launched",
        platform=landed.launch.platform.id,
        message=landed.launch.message_type.value,
        role=landed.launch.role.value,
        layer=landed.layer.value,
    )
    return _uncached(_let_in(landed, sessions))


def _let_in(landed: Landed, sessions: SessionService) -> Response:
    page = url_for(landed.page.endpoint, **landed.page.values)
    if landed.layer is Layer.STORAGE:
        return frames.grant(landed, page)
    response = redirect(page, 303)
    sessions.cookie.write(response, landed.session.secret)
    return response


def _params() -> Mapping[str, str]:
    """Return the login's parameters: of a POST its form, and what only its address has."""
    return {**request.args.to_dict(), **request.form.to_dict()}


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
        g.back_url = way_back(request.form.get("id_token", ""), refused.platform)
    return refused


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
