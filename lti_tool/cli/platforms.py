"""Platforms: connect a learning environment, see it, switch it off."""

from typing import TYPE_CHECKING

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, fail, json_option, parts, show, show_one, tell
from lti_tool.cli.traces import refusals

if TYPE_CHECKING:
    from lti_tool.launch.tracebook import Trace
    from lti_tool.platforms.service import PlatformInfo


@click.group(cls=OrderedGroup)
def platform() -> None:
    """Learning environments (platforms): connect, check, switch off."""


@platform.command()
@click.argument("name")
@json_option
def invite(name: str, *, as_json: bool) -> None:
    """Print a one-time URL that connects the school NAME.

    With it a Moodle (or another platform with dynamic registration) registers the tool by itself. It is valid for 7 days.
    """
    with parts() as tool:
        invitation = tool.invites.create(name)
        url = f"{tool.settings.base_url}/lti/register/{invitation.token}"
    if as_json:
        echo_json({"url": url, "expires_at": invitation.expires_at})
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
    """Register the platform NAME by hand.

    Prints what its administrator has to enter there. Where dynamic registration works, `icc-bridge platform invite` does
    all of this.
    """
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
        echo_json({"id": info.id, "enter": enter})
        return
    click.echo(f"{info.name} is registered as {info.id}. Enter at the platform:\n")
    show_one(enter, as_json=False)


@platform.command("list")
@json_option
def list_platforms(*, as_json: bool) -> None:
    """List the registered platforms."""
    with parts() as tool:
        rows = [_row(info) for info in tool.platforms.list()]
    show(rows, as_json=as_json, empty="No platform is registered yet; icc-bridge platform invite NAME begins.")


@platform.command("show")
@click.argument("platform_id")
@json_option
def show_platform(platform_id: str, *, as_json: bool) -> None:
    """Show one platform with its endpoints and deployments, its last launches, and what was refused and why."""
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
        launches = [_launch(one) for one in tool.trace_book.launches(platform_id)]
        refused = [_refusal(one) for one in tool.trace_book.refusals(platform_id)]
    if as_json:
        echo_json({**facts, "launches": launches, "refusals": refused})
        return
    show_one(facts, as_json=False)
    click.echo("\nLast launches")
    show(launches, as_json=False, empty="Nobody has launched.")
    click.echo("\nLast refusals")
    show(refused, as_json=False, empty="Nobody was refused.")


@platform.command()
@click.argument("platform_id")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the report; default: ICC_DEFAULT_LOCALE.")
@json_option
def check(platform_id: str, *, language: str | None, as_json: bool) -> None:
    """Test the connection and print a report to pass on: what works, what does not, who can solve it.

    Reads keys on both sides, a token for each service, line items, results and members; nothing is changed at the
    platform, and nothing is stored but its keys. Exit code 1 when something is wrong.
    """
    from flask_babel import force_locale

    from lti_tool.app import create_app
    from lti_tool.connection.lights import Light
    from lti_tool.connection.report import as_text

    with parts() as tool:
        report = tool.self_test.run(tool.platforms.get(platform_id))
        with create_app(tool).app_context(), force_locale(language or tool.settings.default_locale):
            if as_json:
                echo_json(report.row())
            else:
                click.echo(as_text(report, tool.settings.base_url))
    wrong = [finding.key for finding in report.findings if finding.light is Light.WRONG]
    if wrong:
        fail(f"something is wrong with this connection: {', '.join(wrong)}")


@platform.command()
@click.argument("platform_id")
@json_option
def disable(platform_id: str, *, as_json: bool) -> None:
    """Refuse launches of a platform; nothing is deleted."""
    with parts() as tool:
        tool.platforms.disable(platform_id)
        info = tool.platforms.get(platform_id)
    tell("Launches of this platform are refused from now on.", _row(info), as_json=as_json)


@platform.command()
@click.argument("platform_id")
@json_option
def enable(platform_id: str, *, as_json: bool) -> None:
    """Accept launches of a disabled platform again."""
    with parts() as tool:
        tool.platforms.enable(platform_id)
        info = tool.platforms.get(platform_id)
    tell("Launches of this platform are accepted again.", _row(info), as_json=as_json)


platform.add_command(refusals)


def _launch(trace: "Trace") -> dict[str, object]:
    return {"code": trace.code, "at": trace.at, "message": trace.message, "role": trace.role, "layer": trace.layer}


def _refusal(trace: "Trace") -> dict[str, object]:
    return {"code": trace.code, "at": trace.at, "step": trace.step, "outcome": trace.outcome, "detail": trace.detail}


def _row(info: "PlatformInfo") -> dict[str, object]:
    return {
        "id": info.id,
        "name": info.name,
        "family": info.family,
        "status": str(info.status),
        "issuer": info.issuer,
        "client_id": info.client_id,
    }
