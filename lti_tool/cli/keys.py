"""Keys: ours towards the platforms, and the issuer's."""

import click

from lti_tool.cli.frame import OrderedGroup, json_option, parts, show, tell


@click.group(cls=OrderedGroup)
def keys() -> None:
    """Keys: show them, make a new one."""


@keys.command("list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """List our keys, without their private halves."""
    with parts() as tool:
        rows = [*tool.key_ring.rows(), *tool.issuer_keys.rows()]
    show(rows, as_json=as_json, empty="No keys yet; they are made at first use.")


@keys.command()
@json_option
def rotate(*, as_json: bool) -> None:
    """Make a new key for messages to platforms.

    It is published now and used after a day; the schools do nothing. The issuer's keys stay as they are.
    """
    with parts() as tool:
        kid = tool.key_ring.rotate()
    tell(f"New key {kid}; platforms find it by themselves.", {"kid": kid}, as_json=as_json)
