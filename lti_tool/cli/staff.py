"""The staff: who signs in without a learning environment, and what they may."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, json_option, parts, show, tell

if TYPE_CHECKING:
    from lti_tool.signin.links import Link

ROLES = click.Choice(["operator", "issuer", "trainer"])


@click.group(cls=OrderedGroup)
def staff() -> None:
    """The staff: invite, give roles, switch off."""


@staff.command()
@click.argument("name")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="What they may; give it once for each role.")
@json_option
def invite(name: str, roles: Sequence[str], *, as_json: bool) -> None:
    """Add NAME to the staff and print a link with which they sign in.

    The link works once, within 24 hours. After that they sign in with a passkey or their account elsewhere, which they add
    on their own page.
    """
    with parts() as tool:
        member, link = tool.staff.invite(name, roles)
        _print_link(tool.settings.base_url, link, member.name, as_json=as_json)


@staff.command("list")
@json_option
def list_staff(*, as_json: bool) -> None:
    """List the staff: roles, ways to sign in, sessions, and when they were here last."""
    with parts() as tool:
        rows = [line.row() for line in tool.staff.list()]
    show(rows, as_json=as_json, empty="Nobody yet; icc-bridge staff invite NAME --role operator begins.")


@staff.command()
@click.argument("member_id")
@click.argument("roles", type=ROLES, nargs=-1, required=True)
@json_option
def roles(member_id: str, roles: Sequence[str], *, as_json: bool) -> None:
    """Give somebody these ROLES and no others; they count from their next page on."""
    with parts() as tool:
        member = tool.staff.give_roles(member_id, roles)
        line = tool.staff.show(member_id)
    tell(f"{member.name}: {', '.join(sorted(member.roles))}", line.row(), as_json=as_json)


@staff.command()
@click.argument("member_id")
@json_option
def link(member_id: str, *, as_json: bool) -> None:
    """Print a new one-time link for somebody who lost their way in; an unused one works no more."""
    with parts() as tool:
        made = tool.staff.link(member_id)
        _print_link(tool.settings.base_url, made, tool.staff.show(member_id).name, as_json=as_json)


@staff.command()
@click.argument("member_id")
@json_option
def disable(member_id: str, *, as_json: bool) -> None:
    """Let somebody in no more; their sessions end at once. Nothing is deleted."""
    with parts() as tool:
        tool.staff.disable(member_id)
        line = tool.staff.show(member_id)
    tell(f"{line.name} cannot sign in any more.", line.row(), as_json=as_json)


@staff.command()
@click.argument("member_id")
@json_option
def enable(member_id: str, *, as_json: bool) -> None:
    """Let somebody in again."""
    with parts() as tool:
        tool.staff.enable(member_id)
        line = tool.staff.show(member_id)
    tell(f"{line.name} can sign in again.", line.row(), as_json=as_json)


@staff.command("sign-out")
@click.argument("member_id")
@json_option
def sign_out(member_id: str, *, as_json: bool) -> None:
    """End all sessions of somebody, wherever they are."""
    with parts() as tool:
        count = tool.staff.end_sessions(member_id)
    tell(f"{count} sessions ended.", {"ended": count}, as_json=as_json)


@staff.command()
@click.argument("member_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(member_id: str, *, yes: bool, as_json: bool) -> None:
    """Erase somebody of the staff, at once and for good; the last operator stays.

    Name, roles, ways to sign in, links and sessions go. What they decided stays, with their id alone. A name that was typed
    with --by on the command line belongs to no member and stays too.
    """
    with parts() as tool:
        line = tool.staff.show(member_id)
        if not yes:
            click.confirm(f"This cannot be undone. Erase {line.name}?", abort=True)
        tool.staff_erasing.erase(member_id)
    tell("Erased.", {"erased": member_id}, as_json=as_json)


@staff.command()
@click.argument("member_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="ZIP file to write.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the page.")
@json_option
def export(member_id: str, *, out: Path, language: str, as_json: bool) -> None:
    """Write everything that is kept about somebody of the staff to a ZIP file, to hand to that person."""
    with parts() as tool:
        copy = tool.own_copies.package_of_member(member_id, language)
        with out.open("xb") as file:
            for chunk in copy.chunks:
                file.write(chunk)
    size = out.stat().st_size
    words = f"{out} holds everything ({size} bytes). Give it to that person only."
    tell(words, {"file": str(out), "bytes": size}, as_json=as_json)


def _print_link(base_url: str, link: "Link", name: str, *, as_json: bool) -> None:
    url = f"{base_url}/sign-in/link/{link.token}"
    if as_json:
        echo_json({"member": link.member_id, "url": url, "expires_at": link.expires_at})
        return
    click.echo(url)
    click.echo(
        f"Give this address to {name}, and to nobody else. It signs in once, until {link.expires_at:%Y-%m-%d %H:%M} UTC.",
        err=True,
    )
