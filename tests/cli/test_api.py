"""Clients of the API and their webhooks on the command line."""

from lti_tool.api import schemas
from lti_tool.app import Parts
from tests.cli.command import CommandLine


def test_a_client_is_made_listed_and_ended(installed: CommandLine) -> None:
    assert "No client yet" in installed.done("api", "client", "list")
    token = installed.done("api", "client", "add", "Registratie", "--scope", "webhooks", "--scope", "read:cohorts").strip()
    (row,) = installed.json("api", "client", "list")
    assert (row["name"], row["scopes"], row["state"]) == ("Registratie", ["read:cohorts", "webhooks"], "active")
    assert token.startswith(row["token"].removesuffix("…"))
    assert token not in installed.done("api", "client", "list")
    assert installed.done("api", "client", "revoke", row["id"]) == "Revoked.\n"
    assert installed.json("api", "client", "list")[0]["state"] == "revoked"
    assert "there is no client" in installed.refused("api", "client", "revoke", "nobody")
    assert "Invalid value for '--scope'" in installed.misused("api", "client", "add", "x", "--scope", "all")


def test_webhooks_are_listed_and_resumed(installed: CommandLine, parts: Parts) -> None:
    assert "No webhook yet" in installed.done("api", "webhook", "list")
    made = parts.api.clients.add("Registratie", ["webhooks"], 30)
    client = parts.api.clients.recognise(f"Bearer {made.token}")
    wanted = schemas.WebhookRequest(url="http://127.0.0.1:9/icc", events=["certificate.issued"])
    webhook = parts.api.webhooks.add(client, wanted)
    (row,) = installed.json("api", "webhook", "list")
    assert (row["id"], row["client"], row["state"], row["waiting"]) == (webhook.id, "Registratie", "active", 0)
    assert installed.done("api", "webhook", "resume", webhook.id) == "Resumed.\n"
    assert "there is no webhook" in installed.refused("api", "webhook", "resume", "none")
