"""Keys: ours towards the platforms, and the issuer's."""

import click

from lti_tool.cli.frame import json_option, parts, show


@click.group()
def keys() -> None:
    """Our keys."""


@keys.command("list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """List our keys, without their private halves."""
    with parts() as tool:
        rows = [*tool.key_ring.rows(), *tool.issuer_keys.rows()]
        show(rows, as_json=as_json, empty="No keys yet; they are made at first use.")


@keys.command()
def rotate() -> None:
    """Make a new key for messages to platforms: published now, used after a day; schools do nothing."""
    with parts() as tool:
        click.echo(f"New key {tool.key_ring.rotate()}; platforms find it by themselves.")
