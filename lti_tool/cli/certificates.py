"""Certificates: list, issue, revoke, and check a file offline."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from lti_tool.certificates.trust import Trust, TrustUnreadable
from lti_tool.certificates.verdict import CheckState, Verdict, VerdictState
from lti_tool.certificates.verify import verify as check
from lti_tool.cli.frame import json_option, parts, show
from lti_tool.clock import utc_now
from lti_tool.errors import Invalid

LARGEST = 20_000_000
MARKS = {CheckState.PASSED: "ok", CheckState.FAILED: "NO", CheckState.UNSURE: "? "}
DOCUMENT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def certificate() -> None:
    """Certificates."""


@certificate.command("list")
@json_option
def list_certificates(*, as_json: bool) -> None:
    """List awards and certificates with how far they are; people appear as ids only."""
    with parts() as tool:
        show(tool.certificates.rows(), as_json=as_json, empty="Nobody has met the award rule yet.")


@certificate.command()
def issue() -> None:
    """Give every award that is due another push; normally they are issued by themselves."""
    with parts() as tool:
        count = tool.awards.push()
    click.echo(f"{count} being made." if count else "Nothing is due.")


@certificate.command()
@click.argument("certificate_id")
@click.option("--reason", required=True, help="Why; shown on the certificate's page.")
def revoke(certificate_id: str, reason: str) -> None:
    """Revoke a certificate; page and status list say so at once."""
    with parts() as tool:
        tool.certificates.revoke(certificate_id, reason)
    click.echo("Revoked.")


@certificate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--did", type=DOCUMENT, help="The issuer's did.json; default: the keys of this installation.")
@click.option("--jwks", type=DOCUMENT, help="The issuer's key set (jwks.json).")
@click.option("--status", "statuses", type=DOCUMENT, multiple=True, help="The issuer's status list; repeat for more.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the answer.")
@json_option
def verify(
    file: Path, *, did: Path | None, jwks: Path | None, statuses: tuple[Path, ...], language: str, as_json: bool
) -> None:
    """Check a certificate FILE (PDF, JSON or JWT) offline against the issuer's keys."""
    if file.stat().st_size > LARGEST:
        raise Invalid(f"{file.name}: too large for a certificate")
    documents = [path for path in (did, jwks, *statuses) if path is not None]
    if did is None and documents:
        raise click.UsageError("--jwks and --status belong to --did")
    try:
        trust = Trust.from_files(documents) if did is not None else _own_trust()
    except TrustUnreadable as problem:
        raise Invalid(str(problem)) from None
    verdict = check(file.read_bytes(), trust, now=utc_now())
    _tell(verdict, language, as_json=as_json)
    if verdict.state is not VerdictState.VALID:
        raise Invalid(f"{file.name}: {verdict.title.get(language)}. {verdict.explanation.get(language)}")


def _own_trust() -> Trust:
    with parts() as tool:
        return tool.certificates.trust()


def _tell(verdict: Verdict, language: str, *, as_json: bool) -> None:
    if as_json:
        found = {
            "state": verdict.state,
            "title": verdict.title.get(language),
            "explanation": verdict.explanation.get(language),
            "status_as_of": verdict.status_as_of,
            "facts": asdict(verdict.facts) if verdict.facts else None,
            "checks": [{"code": one.code, "state": one.state, "words": one.words.get(language)} for one in verdict.checks],
        }
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    click.echo(verdict.title.get(language))
    for one in verdict.checks:
        click.echo(f"  {MARKS[one.state]}  {one.words.get(language)}")
    if verdict.facts is not None:
        facts = verdict.facts
        click.echo(
            f"\n  {facts.name}\n  {facts.achievement}, {facts.issuer_name}, {facts.awarded_at:%Y-%m-%d}\n  {facts.id}"
        )
