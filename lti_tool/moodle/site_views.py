"""The page on which a school's administrator connects the web services of its own Moodle, and no other."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import current_administrator
from lti_tool.moodle.advice import Advice, advice_for
from lti_tool.moodle.checking import MoodleCheck
from lti_tool.moodle.desks import Desks, is_number
from lti_tool.moodle.errors import NoMoodle, NotConnected, NotUsable
from lti_tool.moodle.needs import NEEDS, ONLY_WHEN
from lti_tool.moodle.report import as_text
from lti_tool.moodle.sites import Connected, MoodleSites
from lti_tool.platforms.service import PlatformInfo
from lti_tool.registry import use
from moodle_client import USES

LONGEST_TOKEN = 1000
NO_TOKEN = _l("Dit is geen token. Plak precies de letters en cijfers die Moodle liet zien.")


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    blueprint.add_url_rule("/connection/services", view_func=site)
    blueprint.add_url_rule("/connection/services", view_func=connect, methods=["POST"])
    blueprint.add_url_rule("/connection/services/check", view_func=checked)
    blueprint.add_url_rule("/connection/services/check", view_func=check, methods=["POST"])
    blueprint.add_url_rule("/connection/services/disconnect", view_func=ask_disconnect)
    blueprint.add_url_rule("/connection/services/disconnect", view_func=disconnect, methods=["POST"])


def site() -> str:
    """Show whether the web services are connected, and how they are."""
    platform = _platform()
    return _page(platform, _connected(platform))


def connect() -> str | tuple[str, int] | Response:
    """Connect with the token that was pasted; it is never shown again, also when it was refused."""
    platform = _platform()
    try:
        found = use(MoodleSites).connect_for_page(platform.id, request.form.get("token", "")[:LONGEST_TOKEN])
    except NoMoodle:
        return _page(platform, _connected(platform), error=NO_TOKEN), 422
    except NotUsable as refused:
        advice = advice_for(refused.problem)
        page = _page(platform, _connected(platform), error=advice.what, advice=advice, technical=refused.detail)
        return page, 422
    if isinstance(found, int):
        raise TooManyRequests(retry_after=found)
    return redirect(url_for("moodle.site", done="connected"), 303)


def check() -> str:
    """See what the token can do, on the whole site and in a course if one was chosen; nothing of it is kept."""
    platform = _platform()
    course = request.form.get("course", "")
    report = use(MoodleCheck).run_for_page(platform.id, int(course) if is_number(course) else None)
    if isinstance(report, int):
        raise TooManyRequests(retry_after=report)
    return render_template(
        "moodle/check.html", report=report, platform=platform, text=as_text(report), courses=use(Desks).known(platform.id)
    )


def checked() -> Response:
    """Lead whoever comes back to the address of a check to the page where it begins."""
    return redirect(url_for("moodle.site"), 303)


def ask_disconnect() -> str:
    """Ask whether the connection is to end."""
    platform = _platform()
    return render_template("moodle/disconnect.html", platform=platform, site=use(MoodleSites).get(platform.id))


def disconnect() -> Response:
    """End the connection."""
    use(MoodleSites).disconnect(_platform().id)
    return redirect(url_for("moodle.site", done="disconnected"), 303)


def _platform() -> PlatformInfo:
    platform = current_administrator().platform
    if not platform.profile.web_services:
        raise NotFound("a platform without web services that can be connected")
    return platform


def _connected(platform: PlatformInfo) -> Connected | None:
    try:
        return use(MoodleSites).get(platform.id)
    except NotConnected:
        return None


def _page(
    platform: PlatformInfo,
    site: Connected | None,
    *,
    error: Words | None = None,
    advice: Advice | None = None,
    technical: str = "",
) -> str:
    return render_template(
        "moodle/site.html",
        platform=platform,
        site=site,
        problem=advice_for(site.problem) if site is not None and site.problem else None,
        errors={"token": error} if error else {},
        advice=advice,
        technical=technical,
        done=request.args.get("done"),
        courses=use(Desks).known(platform.id) if site is not None else {},
        functions=_functions(),
    )


def _functions() -> Sequence[Mapping[str, object]]:
    """Return what the administrator adds to the service, and which capabilities each function takes."""
    return [
        {
            "name": function.value,
            "purpose": need.purpose,
            "only_when": ONLY_WHEN.get(need.when),
            "capabilities": USES[function].capabilities,
        }
        for function, need in NEEDS.items()
    ]
