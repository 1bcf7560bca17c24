"""Platforms: connect a learning environment, see it, switch it off."""

from typing import TYPE_CHECKING

import click

from lti_tool.cli.by_hand import add, add_deployment
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
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="For how many days it can be used.")
@json_option
def invite(name: str, days: int, *, as_json: bool) -> None:
    """Print a one-time URL that connects the school NAME.

    With it a Moodle (or another platform with dynamic registration) registers the tool by itself.
    """
    with parts() as tool:
        invitation = tool.invites.create(name, days)
        url = f"{tool.settings.base_url}/lti/register/{invitation.token}"
    if as_json:
        echo_json({"id": invitation.id, "url": url, "expires_at": invitation.expires_at})
        return
    click.echo(url)
    click.echo(
        f"Give this address to the administrator of {name}. It works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC."
        "\nIn Moodle: Site administration > Plugins > External tool > Manage tools, paste it under Tool URL."
        "\nIn Brightspace: Admin Tools > Manage Extensibility > LTI Advantage > Register Tool > Dynamic."
        "\nIn Sakai: External Tools > Install LTI 1.x Tool > LTI Advantage Auto Provision."
        "\nIn Canvas: Developer Keys > + Developer Key > + LTI Registration. Others: icc-bridge platform add --help.",
        err=True,
    )


@platform.command("invitations")
@json_option
def list_invitations(*, as_json: bool) -> None:
    """List the invitations that can be used, and what became of the others of the last 30 days."""
    with parts() as tool:
        rows = [one.row() for one in tool.invites.list()]
    show(rows, as_json=as_json, empty="Nobody was invited lately; icc-bridge platform invite NAME begins.")


@platform.command()
@click.argument("invitation_id")
@json_option
def uninvite(invitation_id: str, *, as_json: bool) -> None:
    """Take an invitation back: its URL connects nothing any more."""
    with parts() as tool:
        tool.invites.revoke(invitation_id)
    tell("Nobody connects with this invitation any more.", {"id": invitation_id, "state": "revoked"}, as_json=as_json)


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
            "product": info.product,
            "auth_url": info.auth_url,
            "token_url": info.token_url,
            "jwks_url": info.jwks_url,
            "token_audience": info.token_audience,
            "deployments": deployments,
            "without_cookies": "platform storage" if info.profile.storage_frame else "a window of its own",
            "submission_review": info.profile.submission_review,
            "known_from": info.profile.basis.en,
        }
        launches = [_launch(one) for one in tool.trace_book.launches(platform_id)]
        refused = [_refusal(one) for one in tool.trace_book.refusals(platform_id)]
    if as_json:
        echo_json({**facts, "launches": launches, "refusals": refused})
        return
    show_one(facts, as_json=False)
    if not deployments:
        click.echo(f"\nNo launch is accepted yet: icc-bridge platform add-deployment {platform_id} DEPLOYMENT_ID")
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
    from lti_tool.connection.report import as_text
    from lti_tool.web.lights import Light

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


platform.add_command(add)
platform.add_command(add_deployment)
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
