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
@click.option("--issuing", is_flag=True, help="The issuer's keys, with which certificates are signed and sealed.")
@click.option("--at-once", is_flag=True, help="With --issuing: sign with the new keys from now on, not in a day.")
@json_option
def rotate(*, issuing: bool, at_once: bool, as_json: bool) -> None:
    """Make a new key for messages to platforms, or with --issuing the issuer's next keys.

    They are published now and used after a day; nobody has to do anything. Public halves of the issuer's keys stay
    published for ever, so that old certificates stay verifiable; private halves that sign no more are removed.
    """
    if at_once and not issuing:
        raise click.UsageError("--at-once belongs to --issuing")
    if issuing:
        with parts() as tool:
            kids = tool.issuer_keys.rotate(at_once=at_once)
        when = "from now on" if at_once else "after a day"
        tell(f"New keys {', '.join(kids)}; they sign {when}.", {"kids": list(kids)}, as_json=as_json)
        return
    with parts() as tool:
        kid = tool.key_ring.rotate()
    tell(f"New key {kid}; platforms find it by themselves.", {"kid": kid}, as_json=as_json)
