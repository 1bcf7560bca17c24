"""One person: what is kept, a copy of it, erasing all of it, and which accounts were linked."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lti_tool.cli.frame import OrderedGroup, json_option, parts, show, tell

if TYPE_CHECKING:
    from lti_tool.app import Parts

F = TypeVar("F", bound=Callable[..., Any])


def _who(command: F) -> F:
    """Add the ways to say who is meant."""
    for option in (
        click.option("--certificate", metavar="ID", help="The holder of this certificate."),
        click.option("--subject", metavar="PLATFORM SUB", nargs=2, help="Who has this `sub` on this platform (its id)."),
        click.option("--account", metavar="ID", help="Who has this account, as the audit trail names it."),
    ):
        command = option(command)
    return command


@click.group(cls=OrderedGroup)
def person() -> None:
    """See, copy or erase everything that is kept about one person, all linked accounts together; take a link apart."""


@person.command("show")
@_who
@json_option
def show_person(account: str | None, subject: tuple[str, str] | None, certificate: str | None, *, as_json: bool) -> None:
    """Tell how much is kept about somebody, by kind and table; not what it says."""
    with parts() as tool:
        held = tool.own_copies.held(_person_id(tool, account, subject, certificate))
    counts = Counter((one.kind, one.table) for one in held)
    show([{"kind": kind, "table": table, "rows": count} for (kind, table), count in counts.items()], as_json=as_json)


@person.command()
@_who
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="ZIP file to write.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the page.")
@json_option
def export(
    account: str | None,
    subject: tuple[str, str] | None,
    certificate: str | None,
    *,
    out: Path,
    language: str,
    as_json: bool,
) -> None:
    """Write everything that is kept about somebody to a ZIP file, to hand to that person."""
    with parts() as tool:
        copy = tool.own_copies.package(_person_id(tool, account, subject, certificate), language)
        with out.open("xb") as file:
            for chunk in copy.chunks:
                file.write(chunk)
    size = out.stat().st_size
    tell(
        f"{out} holds everything ({size} bytes). Give it to that person only.",
        {"file": str(out), "bytes": size},
        as_json=as_json,
    )


@person.command()
@_who
@click.option("--by", metavar="NAME", help="Who decides it, for the file of the certificates.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(
    account: str | None,
    subject: tuple[str, str] | None,
    certificate: str | None,
    *,
    by: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase somebody from everything, at once and for good.

    Work, files, feedback received, what was shared and said, names, accounts and every form of a certificate go. Of a
    certificate number, hashes and status stay; the numbers of the cohort still add up.
    """
    with parts() as tool:
        person_id = _person_id(tool, account, subject, certificate)
        if not yes:
            click.confirm("This cannot be undone. Erase everything of this person?", abort=True)
        erased = tool.erasing.erase(person_id, by)
    words = (
        "Was erased before; nothing changed."
        if erased.already
        else (f"Erased, with {erased.accounts} accounts and {erased.files} files.")
    )
    tell(words, {"accounts": erased.accounts, "files": erased.files, "already": erased.already}, as_json=as_json)


@person.command("links")
@_who
@json_option
def list_links(account: str | None, subject: tuple[str, str] | None, certificate: str | None, *, as_json: bool) -> None:
    """List with whom somebody was put together: since when, by which code, and what is in the way of taking it apart."""
    with parts() as tool:
        rows = [link.row() for link in tool.link_desk.of(_person_id(tool, account, subject, certificate))]
    show(rows, as_json=as_json, empty="No accounts were linked.")


@person.command()
@click.argument("link_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def unlink(link_id: str, *, yes: bool, as_json: bool) -> None:
    """Take a link of accounts apart: each has what was its own again. Joining takes both accounts, and a code.

    Work that was done since goes with the work it belongs to. LINK_ID is in `icc-bridge person links`.
    """
    with parts() as tool:
        tool.link_desk.show(link_id)
        if not yes:
            click.confirm("Only the accounts themselves can join again. Take this link apart?", abort=True)
        tool.link_desk.unlink(link_id)
    tell("Taken apart.", {"link": link_id, "state": "unlinked"}, as_json=as_json)


def _person_id(tool: "Parts", account: str | None, subject: tuple[str, str] | None, certificate: str | None) -> str:
    if sum(way is not None for way in (account, subject, certificate)) != 1:
        raise click.UsageError("Say who is meant, with one of --account, --subject and --certificate.")
    if account is not None:
        return tool.people.of_account(account)
    if subject is not None:
        return tool.people.of_subject(*subject)
    return tool.people.of_certificate(certificate or "")
