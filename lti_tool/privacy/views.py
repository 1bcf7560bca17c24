"""The public page about personal data, everybody's own page with copy and erasure, and the links at the foot of pages."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, g, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.config import Settings
from lti_tool.courses.consents import CONSENTS
from lti_tool.launch.sessions import Viewer, current_viewer
from lti_tool.privacy import staff_views
from lti_tool.privacy.erasing import ErasingService
from lti_tool.privacy.exporting import OwnCopyService
from lti_tool.privacy.gathering import agreed_of
from lti_tool.privacy.reading import load_register
from lti_tool.privacy.showing import GROUND_WORDS, PEOPLE_WORDS, sections
from lti_tool.registry import use
from lti_tool.signin.leaving import StillOfTheStaff
from lti_tool.web.locales import locale

AUTHORITY = "https://autoriteitpersoonsgegevens.nl"
"""Where people complain (GDPR, article 77)."""

blueprint = Blueprint(
    "privacy", __name__, template_folder="templates", static_folder="static", static_url_path="/static/privacy"
)
staff_views.add_to(blueprint)


@blueprint.get("/privacy")
def notice() -> str:
    """Say what is kept about whom, why, how long and who sees it, and what people can ask."""
    settings = use(Settings)
    contact = settings.privacy_contact or ""
    return render_template(
        "privacy/notice.html",
        settings=settings,
        issuer=settings.issuer_name.split(" – ")[0],
        contact=contact,
        authority=AUTHORITY,
        contact_url=f"mailto:{contact}" if "@" in contact and "/" not in contact else contact,
        sections=sections(load_register(), settings, locale()),
        people_words=PEOPLE_WORDS,
        ground_words=GROUND_WORDS,
    )


@blueprint.get("/me")
def mine() -> str:
    """Show how much is kept of the viewer, by kind, with the ways to take it along and to have it erased."""
    viewer = current_viewer()
    rows, register = use(OwnCopyService).held(viewer.person_id), load_register()
    counts = Counter(held.kind for held in rows)
    lines = [(register.kinds[kind].words[locale()], count) for kind, count in counts.items()]
    agreed = {(one.consent.key, one.version): one for held in rows for one in agreed_of(register, held)}
    return render_template(
        "privacy/mine.html",
        lines=lines,
        agreed=agreed.values(),
        course_url=_course_url(viewer),
        of_staff=viewer.staff_id is not None,
    )


@blueprint.get("/privacy/agreed")
def agreed() -> str:
    """Show what people are asked to agree to, with all versions there have been."""
    return render_template("privacy/agreed.html", consents=CONSENTS.values())


@blueprint.get("/me/copy.zip")
def own_copy() -> BaseResponse:
    """Send everything that is kept of the viewer, made while it is sent."""
    made = use(OwnCopyService).package(current_viewer().person_id, locale())
    answer = Response(stream_with_context(made.chunks), mimetype="application/zip", direct_passthrough=True)
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get("/me/erase")
def ask_erasing() -> str:
    """Say what will be gone, and ask."""
    if current_viewer().staff_id is not None:
        raise StillOfTheStaff("who is of the staff is erased as a member")
    return render_template("privacy/erase.html", unsure=False)


@blueprint.post("/me/erase")
def erase() -> tuple[str, int] | str:
    """Erase the viewer (`sure=yes`), at once; the page that says so needs no session any more.

    Whoever is of the staff is told who does that (`signin.leaving`).
    """
    viewer = current_viewer()
    if request.form.get("sure") != "yes":
        return render_template("privacy/erase.html", unsure=True), 422
    use(ErasingService).erase(viewer.person_id)
    back = _course_url(viewer)
    g.viewer = None
    return render_template("privacy/erased.html", course_url=back)


def _course_url(viewer: Viewer) -> str | None:
    return list(viewer.return_urls.values())[-1] if viewer.return_urls else None


@blueprint.app_context_processor
def links() -> dict[str, Any]:
    """Give every page the links at its foot: about privacy, and for whoever has a session to their own data."""
    here = request.endpoint if request else None
    found = [{"text": _("Privacy"), "url": url_for("privacy.notice"), "current": here == "privacy.notice", "public": True}]
    if g.get("viewer") is not None:
        found.append({"text": _("Mijn gegevens"), "url": url_for("privacy.mine"), "current": here == "privacy.mine"})
    return {"foot_links": found}
