"""Who belongs to the staff, for operators: invite, give roles, hand out a new link, end sessions, switch off and on."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from lti_tool.config import Settings
from lti_tool.errors import Invalid
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only
from lti_tool.signin.links import Link
from lti_tool.signin.members import StaffService
from lti_tool.signin.sessions import StaffSessions


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of these pages."""
    blueprint.add_url_rule("/account/staff", view_func=staff)
    blueprint.add_url_rule("/account/staff", view_func=invite, methods=["POST"])
    one = "/account/staff/<member_id>"
    blueprint.add_url_rule(one, view_func=member)
    for name, view in (
        ("roles", give_roles),
        ("link", new_link),
        ("sign-out", end_sessions_of),
        ("disable", disable),
        ("enable", enable),
    ):
        blueprint.add_url_rule(f"{one}/{name}", view_func=view, methods=["POST"])


@staff_only(Role.OPERATOR)
def staff() -> str:
    """List the staff, with the form that invites somebody."""
    return _list()


@staff_only(Role.OPERATOR, fresh=Fresh(_l("iemand uitnodigen")))
def invite() -> str | tuple[str, int]:
    """Add somebody and show their link, once."""
    name, roles = request.form.get("name", ""), request.form.getlist("role")
    try:
        added, link = use(StaffService).invite(name, roles, current_staff().id)
    except Invalid as error:
        words = {"name": _("Vul een naam in, hooguit 200 tekens."), "roles": _("Kies minstens één rol.")}
        field = error.field or "name"
        return _list(name=name, roles=roles, errors={field: words[field]}), 422
    return _show_link(added.id, added.name, link)


@staff_only(Role.OPERATOR)
def member(member_id: str) -> str:
    """Show one of the staff: roles, ways to sign in, sessions."""
    line = use(StaffService).show(member_id)
    sessions = use(StaffSessions).of(member_id)
    return render_template("signin/member.html", line=line, sessions=sessions, all_roles=list(Role), me=current_staff())


@staff_only(Role.OPERATOR, fresh=Fresh(_l("rollen wijzigen")))
def give_roles(member_id: str) -> Response:
    """Give somebody the roles that are ticked, and no others."""
    use(StaffService).give_roles(member_id, request.form.getlist("role"), current_staff().id)
    return _back(member_id)


@staff_only(Role.OPERATOR, fresh=Fresh(_l("een eenmalige link maken")))
def new_link(member_id: str) -> str:
    """Make a new link for somebody and show it, once."""
    link = use(StaffService).link(member_id, current_staff().id)
    return _show_link(member_id, use(StaffService).show(member_id).name, link)


@staff_only(Role.OPERATOR)
def end_sessions_of(member_id: str) -> Response:
    """End all sessions of somebody."""
    use(StaffService).end_sessions(member_id, current_staff().id)
    return _back(member_id)


@staff_only(Role.OPERATOR)
def disable(member_id: str) -> Response:
    """Let somebody in no more."""
    use(StaffService).disable(member_id, current_staff().id)
    return _back(member_id)


@staff_only(Role.OPERATOR, fresh=Fresh(_l("iemand weer toelaten")))
def enable(member_id: str) -> Response:
    """Let somebody in again."""
    use(StaffService).enable(member_id, current_staff().id)
    return _back(member_id)


def _list(name: str = "", roles: list[str] | None = None, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "signin/staff.html",
        lines=use(StaffService).list(),
        all_roles=list(Role),
        name=name,
        chosen=roles or [],
        errors=errors or {},
    )


def _show_link(member_id: str, name: str, link: Link) -> str:
    url = f"{use(Settings).base_url}{url_for('signin.link', token=link.token)}"
    return render_template("signin/new_link.html", member_id=member_id, name=name, url=url, expires_at=link.expires_at)


def _back(member_id: str) -> Response:
    return redirect(url_for("signin.member", member_id=member_id), 303)
