"""Certificates: list, issue, revoke, and check a file offline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, json_option, parts, show, tell
from lti_tool.cli.loading import load

if TYPE_CHECKING:
    from lti_tool.certificates.trust import Trust
    from lti_tool.certificates.verdict import Verdict

LARGEST = 20_000_000
MARKS = {"passed": "ok", "failed": "NO", "unsure": "? "}
DOCUMENT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=OrderedGroup)
def certificate() -> None:
    """Certificates: list, award, issue, replace, revoke, archive, check a file."""


@certificate.command("list")
@click.option("--cohort", "cohort_id", help="Only of this cohort.")
@json_option
def list_certificates(*, cohort_id: str | None, as_json: bool) -> None:
    """List awards and certificates with how far they are.

    An award waits for the cohort's approval, for the trainer's proposal, for the issuer's decision or for the
    participant's name; people appear as ids only.
    """
    with parts() as tool:
        rows = tool.certificates.rows(cohort_id)
    show(rows, as_json=as_json, empty="Nobody has met the award rule yet.")


@certificate.command()
@click.option("--cohort", "cohort_id", help="Issue those of this cohort here and now, and tell how far it is.")
@json_option
def issue(*, cohort_id: str | None, as_json: bool) -> None:
    """Give every award that is due another push.

    Normally certificates are issued by themselves; this helps after a problem was solved. With --cohort it waits until
    all are made.
    """
    if cohort_id is not None:
        _issue_batch(cohort_id, as_json=as_json)
        return
    with parts() as tool:
        count = tool.awards.push()
    tell(f"{count} being made." if count else "Nothing is due.", {"queued": count}, as_json=as_json)


def _issue_batch(cohort_id: str, *, as_json: bool) -> None:
    from lti_tool.errors import Invalid

    def progress(done: int, of: int) -> None:
        if not as_json:
            click.echo(f"\r{done} of {of}", err=True, nl=done == of)

    with parts() as tool:
        result = tool.batches.issue(cohort_id, progress)
    facts = {"cohort": cohort_id, "issued": result.issued, "waiting": result.waiting, "failed": result.failed}
    tell(f"{result.issued} issued; {result.waiting} wait for somebody.", facts, as_json=as_json)
    if result.failed:
        raise Invalid(f"{result.failed} could not be made; `icc-bridge certificate list` says why, and they are tried again")


@certificate.command()
@click.argument("certificate_id")
@click.option("--reason", required=True, help="Why; shown on the certificate's page.")
@click.option("--by", help="Your name; it is kept with the decision.")
@json_option
def revoke(certificate_id: str, *, reason: str, by: str | None, as_json: bool) -> None:
    """Revoke a certificate; its page and the status list say so at once."""
    with parts() as tool:
        tool.certificates.revoke(certificate_id, reason, by)
    tell("Revoked.", {"certificate": certificate_id, "state": "revoked"}, as_json=as_json)


@certificate.command()
@click.argument("file", type=DOCUMENT)
@click.option("--did", type=DOCUMENT, help="The issuer's did.json; default: the keys of this installation.")
@click.option("--jwks", type=DOCUMENT, help="The issuer's key set (jwks.json).")
@click.option("--status", "statuses", type=DOCUMENT, multiple=True, help="The issuer's status list; repeat for more.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the answer.")
@json_option
def verify(
    file: Path, *, did: Path | None, jwks: Path | None, statuses: tuple[Path, ...], language: str, as_json: bool
) -> None:
    """Check a certificate FILE (PDF, PNG, SVG, JSON or JWT) offline.

    Trusted are the keys of this installation, or the documents of the issuer that are given. Nothing is fetched. The exit
    code is 0 when the certificate is valid; altered, revoked and what cannot be verified is 1.
    """
    load()
    from lti_tool.certificates.verdict import VerdictState
    from lti_tool.certificates.verify import verify as check
    from lti_tool.clock import utc_now
    from lti_tool.errors import Invalid

    if did is None and (jwks or statuses):
        raise click.UsageError("--jwks and --status belong to --did")
    if file.stat().st_size > LARGEST:
        raise Invalid(f"{file.name}: too large for a certificate")
    content = file.read_bytes()
    trust = _own_trust() if did is None else _given_trust(did, jwks, *statuses)
    verdict = check(content, trust, now=utc_now())
    _tell(verdict, language, as_json=as_json)
    if verdict.state is not VerdictState.VALID:
        raise Invalid(f"{file.name}: {verdict.title.get(language)}. {verdict.explanation.get(language)}")


def _given_trust(*documents: Path | None) -> "Trust":
    from lti_tool.certificates.trust import Trust, TrustUnreadable
    from lti_tool.errors import Invalid

    try:
        return Trust.from_files([path for path in documents if path is not None])
    except TrustUnreadable as problem:
        raise Invalid(str(problem)) from None


def _own_trust() -> "Trust":
    from lti_tool.errors import SettingsError

    try:
        with parts() as tool:
            return tool.certificates.trust()
    except SettingsError as error:
        raise SettingsError(f"{error.detail}; or give the issuer's documents with --did, --jwks and --status") from None


def _tell(verdict: "Verdict", language: str, *, as_json: bool) -> None:
    if as_json:
        from lti_tool.certificates.verdict import as_json as plain

        echo_json(plain(verdict, language))
        return
    click.echo(verdict.title.get(language))
    for one in verdict.checks:
        click.echo(f"  {MARKS[one.state]}  {one.words.get(language)}")
    if verdict.facts is not None:
        facts = verdict.facts
        click.echo(
            f"\n  {facts.name}\n  {facts.achievement}, {facts.issuer_name}, {facts.awarded_at:%Y-%m-%d}\n  {facts.id}"
        )
