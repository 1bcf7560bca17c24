"""The public page about personal data, and the links at the foot of every page."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from lti_tool.config import Settings
from lti_tool.privacy.reading import load_register
from lti_tool.privacy.showing import GROUND_WORDS, PEOPLE_WORDS, sections
from lti_tool.registry import use
from lti_tool.web.locales import locale

blueprint = Blueprint(
    "privacy", __name__, template_folder="templates", static_folder="static", static_url_path="/static/privacy"
)


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
        contact_url=f"mailto:{contact}" if "@" in contact and "/" not in contact else contact,
        sections=sections(load_register(), settings, locale()),
        people_words=PEOPLE_WORDS,
        ground_words=GROUND_WORDS,
    )


@blueprint.app_context_processor
def links() -> dict[str, Any]:
    """Give every page the links at its foot."""
    here = request.endpoint if request else None
    link = {"text": _("Privacy"), "url": url_for("privacy.notice"), "current": here == "privacy.notice", "public": True}
    return {"foot_links": [link]}
