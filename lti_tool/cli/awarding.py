"""The issuer's decisions about certificates: look at a dossier, approve, decline, replace, erase; and archives."""

from pathlib import Path

import click

from lti_tool.cli.certificates import DOCUMENT, certificate
from lti_tool.cli.frame import echo_json, json_option, parts, tell

BY = click.option("--by", required=True, help="Your name; it is kept with the decision.")
MAYBE_BY = click.option("--by", help="Your name; it is kept with the decision.")
REASON = click.option("--reason", required=True, help="Why; people read it.")
TARGET = click.Path(dir_okay=False, writable=True, path_type=Path)


@certificate.command("show")
@click.argument("award_id")
@json_option
def show_award(award_id: str, *, as_json: bool) -> None:
    """Show what an AWARD rests on: each assignment, who accepted which version and when, and what was decided.

    This is the dossier to approve or decline. It names people.
    """
    with parts() as tool:
        why = tool.explanations.for_issuer(award_id)
    grounds = [
        {
            "assignment": ground.title.nl,
            "accepted": ground.met,
            "by": ground.accepted_by,
            "at": ground.accepted_at,
            "version": ground.version,
            "sha256": ground.content_sha256,
        }
        for ground in why.grounds
    ]
    decisions = [{"what": one.kind, "by": one.by, "at": one.at, "reason": one.reason} for one in why.decisions]
    hours = None
    if why.hours is not None:
        minutes = {"needed": why.hours.needed, "attended": why.hours.attended, "now": why.hours.now}
        met = [{"title": one.title, "at": one.starts_at, "minutes": one.minutes} for one in why.hours.meetings]
        hours = {**minutes, "meetings": met}
    facts = {
        "award": why.award_id,
        "state": why.state,
        "name": why.name,
        "training": f"{why.training.key} version {why.training_version}",
        "achievement_version": why.achievement_version,
        "met_at": why.met_at,
        "certificate": why.certificate.id if why.certificate else None,
        "snapshot_sha256": why.certificate.snapshot_sha256 if why.certificate else None,
    }
    if as_json:
        echo_json({**facts, "grounds": grounds, "contact_minutes": hours, "decisions": decisions})
        return
    for name, value in facts.items():
        click.echo(f"{name:20}{'-' if value is None else value}")
    for ground in grounds:
        mark = "ok" if ground["accepted"] else "NO"
        accepted = f"{ground['by'] or 'a trainer'}, {ground['at']:%Y-%m-%d}, version {ground['version']}"
        click.echo(f"  {mark}  {ground['assignment']}: {accepted if ground['accepted'] else 'not accepted'}")
    if why.hours is not None:
        mark = "ok" if why.hours.met else "NO"
        click.echo(f"  {mark}  contact hours: {why.hours.attended / 60:g} of {why.hours.needed / 60:g}")
        for one in why.hours.meetings:
            click.echo(f"        {one.starts_at:%Y-%m-%d}  {one.minutes / 60:g}  {one.title}")
    for decision in decisions:
        click.echo(f"  {decision['at']:%Y-%m-%d %H:%M}  {decision['what']} by {decision['by'] or '-'}  {decision['reason']}")


@certificate.command()
@click.argument("award_id")
@BY
@json_option
def approve(award_id: str, *, by: str, as_json: bool) -> None:
    """Approve an AWARD that a trainer proposed; the certificate follows.

    Whoever proposed it or accepted the last work may not be the one who approves.
    """
    with parts() as tool:
        tool.decisions.approve(award_id, by)
    tell("Approved; the certificate is being made.", {"award": award_id, "decision": "approved"}, as_json=as_json)


@certificate.command()
@click.argument("award_id")
@BY
@REASON
@json_option
def decline(award_id: str, *, by: str, reason: str, as_json: bool) -> None:
    """Decline an AWARD that a trainer proposed; participant and trainer read the reason, and it may be proposed again."""
    with parts() as tool:
        tool.decisions.decline(award_id, by, reason)
    tell("Declined.", {"award": award_id, "decision": "declined"}, as_json=as_json)


@certificate.command()
@click.argument("award_id")
@click.option("--name", help="What the certificate will say, where the participant has not confirmed a name.")
@REASON
@MAYBE_BY
@json_option
def make(award_id: str, *, name: str | None, reason: str, by: str | None, as_json: bool) -> None:
    """Have the certificate of an AWARD made by hand: after a problem was solved, or with the name that was given otherwise.

    What waits for a trainer's proposal, your decision or the cohort's approval still does.
    """
    with parts() as tool:
        tool.by_hand.issue(award_id, reason, by, name=name)
    tell("The certificate is being made.", {"award": award_id, "decision": "by_hand"}, as_json=as_json)


@certificate.command()
@click.argument("certificate_id")
@click.option("--name", help="The name that the new certificate will say.")
@click.option("--as-confirmed", is_flag=True, help="The name that the participant asked for.")
@REASON
@MAYBE_BY
@json_option
def replace(
    certificate_id: str, *, name: str | None, as_confirmed: bool, reason: str, by: str | None, as_json: bool
) -> None:
    """Replace a certificate by one with another name; the old one says "vervangen" and leads to the new one."""
    if (name is None) is not as_confirmed:
        raise click.UsageError("give --name or --as-confirmed")
    with parts() as tool:
        made = tool.replacements.replace(certificate_id, name, reason, by)
    tell(f"Replaced by {made}.", {"certificate": certificate_id, "replaced_by": made}, as_json=as_json)


@certificate.command("keep-name")
@click.argument("certificate_id")
@REASON
@MAYBE_BY
@json_option
def keep_name(certificate_id: str, *, reason: str, by: str | None, as_json: bool) -> None:
    """Leave the name as it is although the participant asked for another; the participant reads why."""
    with parts() as tool:
        tool.replacements.keep_name(certificate_id, reason, by)
    tell("The name stays.", {"certificate": certificate_id, "name": "kept"}, as_json=as_json)


@certificate.command("erase-person")
@click.argument("certificate_id")
@MAYBE_BY
@click.confirmation_option(prompt="The name and all files of this person's certificates are erased for good. Go on?")
@json_option
def erase_person(certificate_id: str, *, by: str | None, as_json: bool) -> None:
    """Erase the holder of CERTIFICATE_ID from this and all other certificates of the same person.

    Number, hashes and status stay, so that whoever has the file can still verify it. Work and accounts are not touched.
    """
    with parts() as tool:
        count = tool.erasures.erase_holder(certificate_id, by)
    words = f"Erased from {count}." if count else "This person was erased before."
    tell(words, {"certificate": certificate_id, "erased": count}, as_json=as_json)


@certificate.command()
@click.argument("file", type=TARGET)
@click.option("--cohort", "cohort_id", help="Only of this cohort.")
@json_option
def export(file: Path, *, cohort_id: str | None, as_json: bool) -> None:
    """Write all certificates to FILE: a spreadsheet (.csv), or that and every form in one .zip. It names people."""
    with parts() as tool:
        count = tool.exports.export(file, cohort_id)
    tell(f"{count} in {file}.", {"file": str(file), "certificates": count}, as_json=as_json)


@certificate.command("log")
@click.option("--export", "target", type=TARGET, help="Write the whole log to this file, as JSON.")
@click.option("--verify", "source", type=DOCUMENT, help="Check an exported log.")
@click.option(
    "--published",
    type=DOCUMENT,
    help="With --verify: what /certificates/log.json said, now or once; default: the log of this installation.",
)
@json_option
def issue_log(*, target: Path | None, source: Path | None, published: Path | None, as_json: bool) -> None:
    """Show, export or check the append-only log of what was issued, revoked and replaced.

    A log that was exported or published before has to be the beginning of every later one: so back-dating shows.
    """
    if (target and source) or (published and not source):
        raise click.UsageError("--published belongs to --verify, and --verify and --export are two things")
    if source is not None:
        _check(source, published, as_json=as_json)
        return
    import json

    with parts() as tool:
        document = tool.issue_log.as_json(entries=target is not None)
    if target is not None:
        target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        tell(f"{document['size']} entries in {target}.", {"file": str(target), "size": document["size"]}, as_json=as_json)
    elif as_json:
        echo_json(document)
    else:
        click.echo(f"{document['size']} entries; the last one is {document['last_sha256']}")
        for day in document["days"]:
            click.echo(f"{day['day']}  {day['size']:7}  {day['root_sha256']}")


def _check(source: Path, published: Path | None, *, as_json: bool) -> None:
    from lti_tool.certificates.issue_log_check import as_log, check_log, read_log
    from lti_tool.errors import Invalid

    log = read_log(source)
    if published is not None:
        wrong = check_log(log, read_log(published))
    else:
        with parts() as tool:
            present = as_log(tool.issue_log.as_json(entries=True), "the log of this installation")
        wrong = [*check_log(log, present.at(log.size)), *(f"of this installation: {one}" for one in check_log(present))]
    if as_json:
        echo_json({"file": str(source), "size": log.size, "holds": not wrong, "problems": wrong})
    elif not wrong:
        click.echo(f"The log holds: {log.size} entries, each follows from the one before, and so do all published roots.")
    if wrong:
        raise Invalid(f"{source.name}: {'; '.join(wrong)}")
