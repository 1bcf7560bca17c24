"""Platforms: connect a learning environment, see it, switch it off."""

import click

from lti_tool.cli.frame import json_option, parts, show, show_one
from lti_tool.platforms.service import PlatformInfo


@click.group()
def platform() -> None:
    """Learning environments (platforms)."""


@platform.command()
@click.argument("name")
@json_option
def invite(name: str, *, as_json: bool) -> None:
    """Print a one-time URL with which the school NAME registers the tool by itself; valid 7 days."""
    with parts() as tool:
        invitation = tool.invites.create(name)
        url = f"{tool.settings.base_url}/lti/register/{invitation.token}"
    if as_json:
        show_one({"url": url, "expires_at": invitation.expires_at}, as_json=True)
        return
    click.echo(url)
    click.echo(
        f"Give this address to the administrator of {name}. It works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC."
        "\nIn Moodle: Site administration > Plugins > External tool > Manage tools, paste it under Tool URL.",
        err=True,
    )


@platform.command()
@click.argument("name")
@click.option("--issuer", required=True, help="Issuer (platform id), as the platform shows it.")
@click.option("--client-id", required=True, help="Client id that the platform gave to this tool.")
@click.option("--auth-url", required=True, help="Authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--jwks-url", required=True, help="Public key set URL.")
@click.option("--deployment", "deployments", required=True, multiple=True, help="Deployment id; repeat for more.")
@click.option("--family", default="generic", show_default=True, help="Kind of platform: moodle or generic.")
@click.option("--token-audience", help="Audience of our token requests, when it is not the token URL.")
@json_option
def add(
    name: str,
    *,
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    deployments: tuple[str, ...],
    family: str,
    token_audience: str | None,
    as_json: bool,
) -> None:
    """Register a platform by hand and print what its administrator has to enter."""
    with parts() as tool:
        info = tool.platforms.add(
            name,
            issuer,
            client_id,
            auth_url,
            token_url,
            jwks_url,
            deployments,
            family=family,
            token_audience=token_audience,
        )
        base = tool.settings.base_url
    enter = {
        "Tool URL / target link URI": f"{base}/lti/launch",
        "Initiate login URL": f"{base}/lti/login",
        "Redirection URI": f"{base}/lti/launch",
        "Public keyset URL": f"{base}/.well-known/jwks.json",
        "Deep linking (content selection) URL": f"{base}/lti/launch",
        "Services": "Assignment and Grade Services (line items, scores, results), Names and Role Provisioning",
        "Privacy": "share the name if trainers should see it; no e-mail address is needed",
    }
    if as_json:
        show_one({"id": info.id, "enter": enter}, as_json=True)
        return
    click.echo(f"{info.name} is registered as {info.id}. Enter at the platform:\n")
    show_one(enter, as_json=False)


@platform.command("list")
@json_option
def list_platforms(*, as_json: bool) -> None:
    """List the registered platforms."""
    with parts() as tool:
        show((_row(info) for info in tool.platforms.list()), as_json=as_json, empty="No platform is registered yet.")


@platform.command("show")
@click.argument("platform_id")
@json_option
def show_platform(platform_id: str, *, as_json: bool) -> None:
    """Show one platform with its endpoints and deployments."""
    with parts() as tool:
        info = tool.platforms.get(platform_id)
        deployments = tool.platforms.deployments(platform_id)
        facts = {
            **_row(info),
            "auth_url": info.auth_url,
            "token_url": info.token_url,
            "jwks_url": info.jwks_url,
            "token_audience": info.token_audience,
            "deployments": deployments,
        }
        show_one(facts, as_json=as_json)


@platform.command()
@click.argument("platform_id")
def check(platform_id: str) -> None:
    """See whether the platform's keys can be read and a token can be had."""
    with parts() as tool:
        info = tool.platforms.get(platform_id)
        for line in tool.platform_check(info):
            click.echo(line)


@platform.command()
@click.argument("platform_id")
def disable(platform_id: str) -> None:
    """Refuse launches of a platform from now on; nothing is deleted."""
    with parts() as tool:
        tool.platforms.disable(platform_id)
        click.echo("Launches of this platform are refused from now on.")


@platform.command()
@click.argument("platform_id")
def enable(platform_id: str) -> None:
    """Accept launches of a disabled platform again."""
    with parts() as tool:
        tool.platforms.enable(platform_id)
        click.echo("Launches of this platform are accepted again.")


def _row(info: PlatformInfo) -> dict[str, object]:
    return {
        "id": info.id,
        "name": info.name,
        "family": info.family,
        "status": str(info.status),
        "issuer": info.issuer,
        "client_id": info.client_id,
    }
