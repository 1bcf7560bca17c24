"""The operators' pages of platforms: how they stand, the self-test, on and off."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.config import Settings
from lti_tool.connection.reasons import explanation_of, reason_of
from lti_tool.connection.report import as_text
from lti_tool.connection.selftest import SelfTest
from lti_tool.console.platforms import PlatformDesk
from lti_tool.console.presenting import show
from lti_tool.console.words import ADVICE, WARNINGS
from lti_tool.platforms.invites import InviteState
from lti_tool.platforms.service import InviteService, PlatformService
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only
from mappings.platforms import Reader

Answer = str | Response
TAB = "console.platforms"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/platforms")(platforms)
    blueprint.get("/console/platforms/<platform_id>")(platform)
    blueprint.post("/console/platforms/<platform_id>/check")(check_platform)
    blueprint.get("/console/platforms/<platform_id>/check")(checked_platform)
    blueprint.get("/console/platforms/<platform_id>/disable")(before_disabling)
    blueprint.post("/console/platforms/<platform_id>/disable")(disable_platform)
    blueprint.post("/console/platforms/<platform_id>/enable")(enable_platform)


@staff_only(Role.OPERATOR)
def platforms() -> str:
    """List platforms with how each stands."""
    invited = [one for one in use(InviteService).list() if one.state is InviteState.OPEN]
    return show("platforms.html", TAB, found=use(PlatformDesk).list(), warnings=WARNINGS, invited=len(invited))


@staff_only(Role.OPERATOR)
def platform(platform_id: str) -> str:
    """Show one platform, with its last launches and refusals."""
    return show(
        "platform.html",
        TAB,
        page=use(PlatformDesk).show(platform_id),
        warnings=WARNINGS,
        advice=ADVICE,
        reason_of=reason_of,
        explanation_of=explanation_of,
        done=request.args.get("done"),
    )


@staff_only(Role.OPERATOR)
def check_platform(platform_id: str) -> str:
    """Test the connection and show what came of it; nothing of it is kept."""
    info = use(PlatformService).get(platform_id)
    report = use(SelfTest).run_for_page(info)
    if isinstance(report, int):
        raise TooManyRequests(retry_after=report)
    return show(
        "connection/result.html",
        TAB,
        surface="page",
        nav_label=_("Console"),
        report=report,
        text=as_text(report, use(Settings).base_url),
        back={"url": url_for("console.platform", platform_id=platform_id), "text": info.name},
        platform=info,
        for_admin=[one.text for one in info.profile.advice_for(Reader.ADMIN)],
        for_trainers=[one.text for one in info.profile.advice_for(Reader.TRAINER)],
    )


@staff_only(Role.OPERATOR)
def checked_platform(platform_id: str) -> Answer:
    """Lead whoever comes back to the address of a test to the platform."""
    return redirect(url_for("console.platform", platform_id=platform_id), 303)


@staff_only(Role.OPERATOR)
def before_disabling(platform_id: str) -> str:
    """Say what disabling will do."""
    return show("platform_off.html", TAB, page=use(PlatformDesk).show(platform_id))


@staff_only(Role.OPERATOR)
def disable_platform(platform_id: str) -> Answer:
    """Refuse its launches from now on; again changes nothing."""
    use(PlatformService).disable(platform_id, staff_id=current_staff().id)
    return redirect(url_for("console.platform", platform_id=platform_id, done="disabled"), 303)


@staff_only(Role.OPERATOR)
def enable_platform(platform_id: str) -> Answer:
    """Accept its launches again; again changes nothing."""
    use(PlatformService).enable(platform_id, staff_id=current_staff().id)
    return redirect(url_for("console.platform", platform_id=platform_id, done="enabled"), 303)
