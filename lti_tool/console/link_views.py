"""The issuer's pages of linked accounts: what taking a link apart will do, and doing it."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from lti_tool.console.presenting import show
from lti_tool.console.words import LINK_OBSTACLES
from lti_tool.linking.desk import LinkDesk
from lti_tool.linking.errors import CannotPart
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only

Answer = str | tuple[str, int] | Response
TAB = "console.people"
PARTING = Fresh(_l("gekoppelde accounts losmaken"))


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/links/<link_id>")(before_unlinking)
    blueprint.post("/console/links/<link_id>")(unlink)


@staff_only(Role.ISSUER, fresh=PARTING)
def before_unlinking(link_id: str) -> Answer:
    """Say what taking a link apart will do, or what is in the way; one that is apart leads to the person."""
    link = use(LinkDesk).show(link_id)
    if link.unlinked_at is not None:
        return redirect(url_for("console.person", person_id=link.kept_id), 303)
    return _asking(link_id)


@staff_only(Role.ISSUER, fresh=PARTING)
def unlink(link_id: str) -> Answer:
    """Take a link apart (`sure`); again changes nothing."""
    if request.form.get("sure") != "1":
        return _asking(link_id, _("Zet een vinkje als je het zeker weet.")), 422
    link = use(LinkDesk).show(link_id)
    try:
        use(LinkDesk).unlink(link_id, staff_id=current_staff().id)
    except CannotPart:
        return _asking(link_id), 409
    return redirect(url_for("console.person", person_id=link.kept_id, done="unlinked"), 303)


def _asking(link_id: str, problem: str = "") -> str:
    link = use(LinkDesk).show(link_id)
    problems = {"sure": problem} if problem else {}
    return show("link_part.html", TAB, link=link, problems=problems, obstacles=LINK_OBSTACLES)
