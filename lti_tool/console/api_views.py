"""The operators' pages of the API: which systems may use it, their webhooks, a new one, and the end of one."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from lti_tool.api.clients import ClientService
from lti_tool.api.webhooks import WebhookService
from lti_tool.console.presenting import show
from lti_tool.console.words import CLIENT_STATES, PAUSES, SCOPES
from lti_tool.errors import Invalid, NotFound, Words
from lti_tool.registry import use
from lti_tool.signin.gate import Fresh, Role, current_staff, staff_only

Answer = str | tuple[str, int] | Response
TAB = "console.systems"
USUAL_DAYS = "365"
GIVING = Fresh(_l("een systeem toegang geven tot de API"))


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/api")(systems)
    blueprint.get("/console/api/new")(new_client)
    blueprint.post("/console/api/new")(add_client)
    blueprint.get("/console/api/clients/<client_id>/revoke")(before_revoking)
    blueprint.post("/console/api/clients/<client_id>/revoke")(revoke_client)
    blueprint.post("/console/api/webhooks/<webhook_id>/resume")(resume_webhook)


@staff_only(Role.OPERATOR)
def systems() -> str:
    """List the clients, the newest first, and the webhooks of all of them."""
    return show(
        "api.html",
        TAB,
        clients=list(reversed(use(ClientService).rows())),
        webhooks=use(WebhookService).rows(),
        scopes=SCOPES,
        states=CLIENT_STATES,
        pauses=PAUSES,
        done=request.args.get("done"),
    )


@staff_only(Role.OPERATOR, fresh=GIVING)
def new_client() -> str:
    """Ask for a system's name, what it may, and for how long."""
    return _asking({})


@staff_only(Role.OPERATOR, fresh=GIVING)
def add_client() -> Answer:
    """Make a client (`name`, `scope` for each, `days`) and show its token, this once."""
    days = request.form.get("days", "").strip()
    name, chosen = request.form.get("name", ""), request.form.getlist("scope")
    try:
        made = use(ClientService).add(name, chosen, int(days) if days.isdecimal() else 0, staff_id=current_staff().id)
    except Invalid as problem:
        return _asking({problem.field or "name": problem.explanation}), 422
    return show("api_token.html", TAB, name=name.strip(), token=made.token)


@staff_only(Role.OPERATOR)
def before_revoking(client_id: str) -> str:
    """Say what ending a client will do."""
    client = next((one for one in use(ClientService).rows() if one["id"] == client_id), None)
    if client is None:
        raise NotFound("no such client")
    webhooks = [one for one in use(WebhookService).rows() if one["client_id"] == client_id]
    return show("api_revoke.html", TAB, client=client, webhooks=webhooks, scopes=SCOPES)


@staff_only(Role.OPERATOR)
def revoke_client(client_id: str) -> Answer:
    """End a client; again changes nothing."""
    use(ClientService).revoke(client_id, staff_id=current_staff().id)
    return redirect(url_for(TAB, done="revoked"), 303)


@staff_only(Role.OPERATOR)
def resume_webhook(webhook_id: str) -> Answer:
    """Send again what waits for a webhook that was paused."""
    use(WebhookService).resume_any(webhook_id, staff_id=current_staff().id)
    return redirect(url_for(TAB, done="resumed"), 303)


def _asking(problems: dict[str, Words]) -> str:
    typed = {"name": request.form.get("name", ""), "days": request.form.get("days", USUAL_DAYS)}
    chosen = request.form.getlist("scope")
    return show("api_new.html", TAB, problems=problems, typed=typed, chosen=chosen, scopes=SCOPES)
