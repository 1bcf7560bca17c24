"""The API for the issuer's own systems: its clients, and their webhooks."""

from collections.abc import Sequence

import click

from lti_tool.cli.frame import OrderedGroup, json_option, parts, show, tell

SCOPES = click.Choice(["read:cohorts", "read:certificates", "write:certificates", "webhooks"])


@click.group(cls=OrderedGroup)
def api() -> None:
    """The API for the issuer's own systems: clients and webhooks."""


@api.group(cls=OrderedGroup)
def client() -> None:
    """Clients: make, list, end."""


@client.command("add")
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, required=True, help="What it may; give it once for each.")
@click.option("--days", type=click.IntRange(1, 1098), default=365, show_default=True, help="After which its token ends.")
@json_option
def add_client(name: str, scopes: Sequence[str], days: int, *, as_json: bool) -> None:
    """Make a client called NAME and print its token, which is shown only now."""
    with parts() as tool:
        made = tool.api.clients.add(name, scopes, days)
    tell(made.token, {"id": made.id, "token": made.token, "scopes": sorted(set(scopes))}, as_json=as_json)


@client.command("list")
@json_option
def list_clients(*, as_json: bool) -> None:
    """List the clients: scopes, until when, and when each asked for something last."""
    with parts() as tool:
        rows = tool.api.clients.rows()
    show(rows, as_json=as_json, empty="No client yet; icc-bridge api client add NAME --scope read:cohorts makes one.")


@client.command("revoke")
@click.argument("client_id")
@json_option
def revoke_client(client_id: str, *, as_json: bool) -> None:
    """End a client, by its id or the first letters of its token; its webhooks stop too."""
    with parts() as tool:
        tool.api.clients.revoke(client_id)
    tell("Revoked.", {"client": client_id, "state": "revoked"}, as_json=as_json)


@api.group(cls=OrderedGroup)
def webhook() -> None:
    """Webhooks: list, resume."""


@webhook.command("list")
@json_option
def list_webhooks(*, as_json: bool) -> None:
    """List the webhooks of all clients: which are paused and why, and how much waits."""
    with parts() as tool:
        rows = tool.api.webhooks.rows()
    show(rows, as_json=as_json, empty="No webhook yet; clients make them by the API.")


@webhook.command("resume")
@click.argument("webhook_id")
@json_option
def resume_webhook(webhook_id: str, *, as_json: bool) -> None:
    """Send again what waits for a webhook that was paused after a day without an answer."""
    with parts() as tool:
        tool.api.webhooks.resume_any(webhook_id)
    tell("Resumed.", {"webhook": webhook_id, "state": "active"}, as_json=as_json)
