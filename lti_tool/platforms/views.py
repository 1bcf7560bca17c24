"""What administrators and platforms see of this room: the pages of the registration, and our public keys.

The administrator has no session here. The form is bound, by a signature with a date, to the invitation and to what the
platform sent along, so that it works without any cookie and cannot be made by another site.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import itsdangerous
from flask import Blueprint, current_app, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.config import Settings
from lti_tool.errors import Invalid, OutsideError, Refused
from lti_tool.ids import digest
from lti_tool.outgoing import origin
from lti_tool.platforms.asking import CLAIMS, MESSAGES, SERVICES, canvas_configuration
from lti_tool.platforms.errors import InviteUnknown, InviteUsed, RegistrationFormStale
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import InviteService, PlatformInfo
from lti_tool.registry import use
from lti_tool.web.csrf import csrf_exempt
from lti_tool.web.locales import LANGUAGES, Language, locale
from mappings.platforms import Reader, profile_for

FORM_LIFE = 3600
"""Seconds; a platform's registration token lives no longer (Moodle: an hour)."""

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

blueprint = Blueprint(
    "platforms", __name__, template_folder="templates", static_folder="static", static_url_path="/static/platforms"
)


@blueprint.get("/.well-known/jwks.json")
def jwks() -> AnyResponse:
    """Publish our public keys. A new one is published a day before it signs, so an hour in a cache does no harm."""
    response = jsonify(use(KeyRing).jwks())
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/lti/configuration/canvas.json")
def canvas() -> AnyResponse:
    """Tell Canvas how to make our developer key; its administrator gives it this address."""
    settings = use(Settings)
    return jsonify(canvas_configuration(settings.base_url, settings.host))


def _told(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Let what a view refuses be told to whoever keeps account of it, and carry its code to the error page."""

    @wraps(view)
    def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        try:
            return view(*args, **kwargs)
        except (Refused, OutsideError) as error:
            error.reference = use(RegistrationService).refused(error)
            raise

    return answer


@blueprint.get("/lti/register/<invite>")
@_told
def register(invite: str) -> str:
    """Show the administrator what is asked and why, before anything happens."""
    _choose_language()
    name = use(InviteService).name_of(invite)
    url, token = request.args.get("openid_configuration", ""), request.args.get("registration_token", "")
    if not url:
        return render_template("platforms/paste.html", name=name, languages_here=_languages("platforms.register"))
    configuration = use(RegistrationService).configuration(url)
    _allow_framing(configuration.issuer, url, hosts=profile_for(configuration.family).frame_hosts)
    framers = " ".join(g.frame_ancestors)
    return render_template(
        "platforms/register.html",
        name=name,
        host=origin(configuration.issuer),
        claims=CLAIMS,
        services=SERVICES,
        messages=MESSAGES,
        fields={
            "csrf_token": _seal(invite, url, token, framers),
            "openid_configuration": url,
            "registration_token": token,
            "framers": framers,
            "lang": locale(),
        },
        languages_here=_languages("platforms.register"),
    )


@blueprint.post("/lti/register/<invite>")
@csrf_exempt
@_told
def connect(invite: str) -> AnyResponse:
    """Register at the platform; a form that is sent twice leads to the same page twice."""
    _choose_language()
    url, token = request.form.get("openid_configuration", ""), request.form.get("registration_token", "")
    framers = request.form.get("framers", "")
    _check_seal(request.form.get("csrf_token", ""), invite, url, token, framers)
    # what goes wrong from here on is told in the frame that shows the form, and in no other
    g.frame_ancestors = framers.split()
    try:
        use(RegistrationService).register(invite, url, token or None)
    except InviteUsed:
        platform = use(RegistrationService).platform_of(invite)
        if platform is None or platform.origin != origin(url):
            raise
    return redirect(url_for("platforms.connected", invite=invite, lang=locale()), 303)


@blueprint.get("/lti/register/<invite>/connected")
@_told
def connected(invite: str) -> str:
    """Say that it worked and what to do next in the learning environment."""
    _choose_language()
    platform = use(RegistrationService).platform_of(invite)
    if platform is None:
        raise InviteUnknown("nothing was connected with this invitation")
    return _connected(invite, platform)


@blueprint.post("/lti/register/<invite>/connected")
@csrf_exempt
@_told
def deployment(invite: str) -> AnyResponse | tuple[str, int]:
    """Take the deployment id of a platform that told none when it registered; only the first one, from who registered it."""
    _choose_language()
    platform = use(RegistrationService).platform_of(invite)
    if platform is None:
        raise InviteUnknown("nothing was connected with this invitation")
    given = request.form.get("deployment_id", "")
    _check_seal(request.form.get("csrf_token", ""), invite, platform.id, "deployment")
    try:
        use(RegistrationService).name_deployment(platform, given)
    except Invalid:
        return _connected(invite, platform, wrong=given), 400
    return redirect(url_for("platforms.connected", invite=invite, lang=locale()), 303)


def _connected(invite: str, platform: PlatformInfo, *, wrong: str | None = None) -> str:
    g.frame_ancestors = list(platform.framers)
    return render_template(
        "platforms/connected.html",
        platform=platform,
        has_deployment=use(RegistrationService).has_deployment(platform),
        invite=invite,
        wrong=wrong,
        csrf_token=_seal(invite, platform.id, "deployment"),
        advice=_advice(platform, Reader.ADMIN),
        trainers=_advice(platform, Reader.TRAINER),
        languages_here=_languages("platforms.connected"),
    )


def _advice(platform: PlatformInfo, reader: Reader) -> list[str]:
    return [part.text.get(locale()) or "" for part in platform.profile.advice_for(reader)]


def _allow_framing(*addresses: str, hosts: Sequence[str]) -> None:
    g.frame_ancestors = list(dict.fromkeys((*(origin(address) for address in addresses), *hosts)))


def _choose_language() -> None:
    # in the address and the form, because a frame may keep no cookie
    wanted = request.values.get("lang")
    if wanted in LANGUAGES:
        g.locale = wanted


def _languages(endpoint: str) -> list[Language]:
    arguments = {**(request.view_args or {}), **request.args.to_dict()}
    return [
        Language(code, name, url_for(endpoint, **{**arguments, "lang": code}), code == locale())
        for code, name in LANGUAGES.items()
    ]


def _signer() -> itsdangerous.URLSafeTimedSerializer:
    previous = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    return itsdangerous.URLSafeTimedSerializer([*reversed(previous), current_app.secret_key or ""], salt="registration form")


def _bound_to(*values: str) -> str:
    return digest("\n".join(digest(value) for value in values))


def _seal(*values: str) -> str:
    sealed = _signer().dumps(_bound_to(*values))
    return sealed if isinstance(sealed, str) else sealed.decode()


def _check_seal(sealed: str, *values: str) -> None:
    """See that a form is ours, for these values, and not too old.

    Raises:
        RegistrationFormStale: it is not.
    """
    try:
        bound = _signer().loads(sealed, max_age=current_app.config.get("REGISTRATION_FORM_LIFE", FORM_LIFE))
    except itsdangerous.BadData:
        raise RegistrationFormStale("the form is too old, or not ours") from None
    if bound != _bound_to(*values):
        raise RegistrationFormStale("the form was made for another registration")
