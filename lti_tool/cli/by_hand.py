"""Connecting a platform by hand: its registration, what its administrator enters there, and deployments that come later."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from lti_tool.cli.frame import echo_json, json_option, parts, show_one, tell
from mappings.platforms import Reader, families, profile_for

if TYPE_CHECKING:
    from lti_tool.platforms.service import PlatformInfo


class _FamilyOption(click.Option):
    """Lists the families when somebody asks for help, and not before: they are read from files."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = f"Kind of platform: {', '.join(families())}."
        return super().get_help_record(ctx)


@click.command()
@click.argument("name")
@click.option("--family", default="generic", show_default=True, cls=_FamilyOption)
@click.option("--client-id", required=True, help="Client id that the platform gave to this tool.")
@click.option("--deployment", "deployments", required=True, multiple=True, help="Deployment id; repeat for more.")
@click.option("--issuer", help="Issuer (platform id), as the platform shows it.")
@click.option("--auth-url", help="Authentication request URL.")
@click.option("--token-url", help="Access token URL.")
@click.option("--jwks-url", help="Public key set URL.")
@click.option("--token-audience", help="Audience of our token requests, when it is not what the family uses.")
@json_option
def add(
    name: str,
    *,
    family: str,
    client_id: str,
    deployments: tuple[str, ...],
    issuer: str | None,
    auth_url: str | None,
    token_url: str | None,
    jwks_url: str | None,
    token_audience: str | None,
    as_json: bool,
) -> None:
    """Register the platform NAME by hand.

    The four addresses are needed, unless all schools of the family share them (canvas and blackboard in the cloud). Prints
    what its administrator has to enter there, in the words of its own form. Where dynamic registration works, `icc-bridge
    platform invite` does all of this.
    """
    given = {"issuer": issuer, "auth_url": auth_url, "token_url": token_url, "jwks_url": jwks_url}
    addresses = _addresses(family, client_id, given)
    with parts() as tool:
        info = tool.platforms.add(
            name,
            addresses["issuer"],
            client_id,
            addresses["auth_url"],
            addresses["token_url"],
            addresses["jwks_url"],
            deployments,
            family=family,
            token_audience=token_audience,
        )
        keys_read = tool.platform_keys.warm_up(info)
        enter = info.profile.registering.filled_in(tool.settings.base_url, tool.settings.host)
    if as_json:
        echo_json({"id": info.id, "family": info.family, "keys_read": keys_read, "enter": enter})
        return
    _say(info, enter)
    if not keys_read:
        click.echo("\nIts keys could not be read yet. The server tries again; icc-bridge platform check says what is wrong.")


@click.command("add-deployment")
@click.argument("platform_id")
@click.argument("deployment_id")
@json_option
def add_deployment(platform_id: str, deployment_id: str, *, as_json: bool) -> None:
    """Accept launches of one more deployment of a platform.

    For a platform that told no deployment id when it registered, or a school that installed the tool once more.
    """
    with parts() as tool:
        tool.platforms.add_deployment(platform_id, deployment_id)
        known = tool.platforms.deployments(platform_id)
    tell("Launches of this deployment are accepted now.", {"id": platform_id, "deployments": known}, as_json=as_json)


def _addresses(family: str, client_id: str, given: dict[str, str | None]) -> dict[str, str]:
    """Return the four addresses: those given, else those that the family's schools share."""
    shared = profile_for(family).registering.addresses
    found: dict[str, str] = {}
    for name, value in given.items():
        usual = getattr(shared, name).replace("{client_id}", client_id) if shared else None
        address = value if value is not None else usual
        if address is None:
            raise click.UsageError(f"Missing option '--{name.replace('_', '-')}'.")
        found[name] = address
    return found


def _say(info: "PlatformInfo", enter: Mapping[str, object]) -> None:
    profile = info.profile
    click.echo(f"{info.name} is registered as {info.id} ({profile.name}).")
    click.echo(f"\nEnter at the platform. {profile.registering.where.en}\n")
    show_one(enter, as_json=False)
    advice = [part.text.en for part in profile.advice_for(Reader.ADMIN)]
    if advice:
        click.echo("\nFor its administrator:")
        for line in advice:
            click.echo(f"- {line}")
    click.echo(f"\nWhat this rests on: {profile.basis.en}")
