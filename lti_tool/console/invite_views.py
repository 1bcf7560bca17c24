"""The operators' pages of invitations: a one-time address with which a school connects its learning environment."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.config import Settings
from lti_tool.console.presenting import show
from lti_tool.console.words import INVITE_STATES
from lti_tool.errors import Invalid, Words
from lti_tool.platforms.errors import InviteUsed
from lti_tool.platforms.invites import MOST_DAYS, USUAL_DAYS, Invitation, InviteService
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only

Answer = str | tuple[str, int] | Response
TAB = "console.platforms"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/invitations")(invitations)
    blueprint.post("/console/invitations")(invite_school)
    blueprint.post("/console/invitations/<invite_id>/revoke")(revoke_invitation)


@staff_only(Role.OPERATOR)
def invitations() -> str:
    """Ask which school is invited, and list who was."""
    return _page()


@staff_only(Role.OPERATOR)
def invite_school() -> Answer:
    """Make an invitation (`name`, `days`) and show its address, this once."""
    days = request.form.get("days", "").strip()
    try:
        made = use(InviteService).create(
            request.form.get("name", ""), int(days) if days.isdecimal() else 0, staff_id=current_staff().id
        )
    except Invalid as problem:
        return _page(problems={problem.field or "name": problem.explanation}), 422
    return _page(made)


@staff_only(Role.OPERATOR)
def revoke_invitation(invite_id: str) -> Answer:
    """Take an invitation back; again changes nothing. One that was used meanwhile stays as it is."""
    try:
        use(InviteService).revoke(invite_id, staff_id=current_staff().id)
    except InviteUsed:
        return redirect(url_for("console.invitations", done="used"), 303)
    return redirect(url_for("console.invitations", done="revoked"), 303)


def _page(made: Invitation | None = None, problems: dict[str, Words] | None = None) -> str:
    typed = {"name": request.form.get("name", ""), "days": request.form.get("days", str(USUAL_DAYS))}
    return show(
        "invitations.html",
        TAB,
        lines=use(InviteService).list(),
        states=INVITE_STATES,
        made=made,
        address=f"{use(Settings).base_url}/lti/register/{made.token}" if made else None,
        problems=problems or {},
        typed=typed if problems else {"days": str(USUAL_DAYS)},
        most_days=MOST_DAYS,
        done=request.args.get("done"),
    )
