"""The page about the connection, for a school's administrator: its own platform, and no other.

Who may see it: a session whose last launch showed an administrator of the platform. Right after connecting there has been
no launch; then the invitation is the proof, for a day: it is secret, and no other platform can be connected with it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.config import Settings
from lti_tool.connection import course_views
from lti_tool.connection.reasons import explanation_of, reason_of
from lti_tool.connection.report import as_text, kind_of
from lti_tool.connection.selftest import Report, SelfTest
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer, current_administrator, framers
from lti_tool.launch.tracebook import TraceBook
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.registry import use
from lti_tool.web.locales import LANGUAGES, locale
from mappings.platforms import Reader

PROOF_LIFE = timedelta(days=1)
"""How long after connecting the invitation lets its holder test the connection."""
LAUNCHES, REFUSALS = 10, 20

blueprint = Blueprint(
    "connection", __name__, template_folder="templates", static_folder="static", static_url_path="/static/connection"
)
course_views.add_to(blueprint)


@blueprint.get("/connection")
def page() -> str:
    """Show the administrator how the connection stands and what happened lately."""
    platform = current_administrator().platform
    return render_template(
        "connection/page.html",
        platform=platform,
        kind=kind_of(platform),
        deployments=use(PlatformService).deployments(platform.id),
        launches=use(TraceBook).launches(platform.id, LAUNCHES),
        refusals=use(TraceBook).refusals(platform.id, REFUSALS),
        reason_of=reason_of,
        explanation_of=explanation_of,
        days=use(Settings).trace_days,
        **_advice(platform),
    )


@blueprint.post("/connection/check")
def check() -> str:
    """Test the connection and show what came of it; nothing of it is kept."""
    platform = current_administrator().platform
    return _shown(_tested(platform), {"url": url_for("connection.page"), "text": _("Terug naar de koppeling")})


@blueprint.get("/connection/check")
def checked() -> Response:
    """Lead whoever comes back to the address of a test to the page where it begins."""
    return redirect(url_for("connection.page"), 303)


@blueprint.post("/lti/register/<invite>/check")
def check_registered(invite: str) -> str:
    """Test a connection that was made with this invitation a moment ago."""
    wanted = request.form.get("lang")
    if wanted in LANGUAGES:
        g.locale = wanted
    platform = use(RegistrationService).connected_lately(invite, PROOF_LIFE)
    if platform is None:
        raise NotFound("nothing was connected with this invitation lately")
    g.frame_ancestors = framers(platform)
    back = {"url": url_for("platforms.connected", invite=invite, lang=locale()), "text": _("Terug")}
    return _shown(_tested(platform), back)


@blueprint.get("/lti/register/<invite>/check")
def checked_registered(invite: str) -> Response:
    """Lead whoever comes back to the address of a test to the page where it begins."""
    return redirect(url_for("platforms.connected", invite=invite), 303)


@blueprint.app_context_processor
def links() -> dict[str, Any]:
    """Give every page the administrator's link to this one, and the page after connecting the address of the test."""
    viewer: Viewer | None = g.get("viewer")
    if viewer is None or not viewer.administers:
        return {"test_of": _test_of}
    here = request.endpoint == "connection.page"
    link = {"text": _("Koppeling"), "url": url_for("connection.page"), "current": here}
    return {"test_of": _test_of, "side_links": [link]}


def _test_of(invite: str) -> str | None:
    fresh = use(RegistrationService).connected_lately(invite, PROOF_LIFE) is not None
    return url_for("connection.check_registered", invite=invite) if fresh else None


def _tested(platform: PlatformInfo) -> Report:
    report = use(SelfTest).run_for_page(platform)
    if isinstance(report, int):
        raise TooManyRequests(retry_after=report)
    return report


def _shown(report: Report, back: Mapping[str, str]) -> str:
    return render_template(
        "connection/result.html",
        report=report,
        text=as_text(report, use(Settings).base_url),
        back=back,
        platform=report.platform,
        **_advice(report.platform),
    )


def _advice(platform: PlatformInfo) -> Mapping[str, Sequence[object]]:
    profile = platform.profile
    return {
        "for_admin": [one.text for one in profile.advice_for(Reader.ADMIN)],
        "for_trainers": [one.text for one in profile.advice_for(Reader.TRAINER)],
    }
