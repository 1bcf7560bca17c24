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
@click.option("--secret", is_flag=True, help="The installation's secret (ICC_SECRET_KEY, or secret.key in ICC_DATA_DIR).")
@click.option("--forget", is_flag=True, help="With --secret: accept previous secrets no longer.")
@click.option("--at-once", is_flag=True, help="With --issuing: sign from now on. With --forget: wait for no form.")
@json_option
def rotate(*, issuing: bool, secret: bool, forget: bool, at_once: bool, as_json: bool) -> None:
    """Make a new key for messages to platforms, or with --issuing the issuer's next keys.

    They are published now and used after a day; nobody has to do anything. Public halves of the issuer's keys stay
    published for ever, so that old certificates stay verifiable; private halves that sign no more are removed.

    With --secret another secret takes over while the tool runs: what the old one encrypted is encrypted anew, and nobody
    is logged out. Interrupted, it goes on where it was when it is called again. Later, --forget ends the old one.
    """
    if issuing and secret:
        raise click.UsageError("--issuing and --secret are two things: one after the other")
    if forget and not secret:
        raise click.UsageError("--forget belongs to --secret")
    if at_once and not (issuing or forget):
        raise click.UsageError("--at-once belongs to --issuing and to --secret --forget")
    if secret:
        _rotate_secret(forget=forget, at_once=at_once, as_json=as_json)
        return
    if issuing:
        with parts() as tool:
            kids = tool.issuer_keys.rotate(at_once=at_once)
        when = "from now on" if at_once else "after a day"
        tell(f"New keys {', '.join(kids)}; they sign {when}.", {"kids": list(kids)}, as_json=as_json)
        return
    with parts() as tool:
        kid = tool.key_ring.rotate()
    tell(f"New key {kid}; platforms find it by themselves.", {"kid": kid}, as_json=as_json)


def _rotate_secret(*, forget: bool, at_once: bool, as_json: bool) -> None:
    from lti_tool.resealing import SecretRotation

    with parts() as tool:
        rotation = SecretRotation(tool.settings, tool.database, tool.vault, tool.clock)
        if forget:
            count = rotation.forget(at_once=at_once)
            tell(f"Previous secrets forgotten: {count}.", {"forgotten": count}, as_json=as_json)
            return
        done = rotation.rotate(lambda line: click.echo(line, err=True))
    words = f"Encrypted anew: {done.values}. Previous secrets are accepted until `icc-bridge keys rotate --secret --forget`."
    tell(words, {"made": done.made, "values": done.values}, as_json=as_json)
