"""Certificates a second: credential and JWT, with PDF, with seal."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from benchmarks.stage import BASE
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.freezing import awarded_achievement
from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, new_key
from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.proofs import LocalSigner, sign_credential
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Accepted, CertificateLines, IssuerFacts, Language, PhaseResult, Snapshot
from lti_tool.certificates.status import StatusEntry
from lti_tool.ids import new_id
from mappings.loading import load_trainings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECONDS = 5.0


def rows() -> Iterator[tuple[str, float, str]]:
    """Yield name, certificates a second on one core, and a remark."""
    keys = IssuingKeys(new_key(purpose, now=NOW, taken=[], issuer_name="Issuer") for purpose in KeyPurpose)
    signer, sealer, base = LocalSigner(keys, BASE), Sealer(keys.seal), _snapshot()

    def signed() -> tuple[Snapshot, str]:
        snapshot = replace(base, certificate_id=new_id())
        return snapshot, sign_credential(build_credential(snapshot, StatusEntry(1, 7)), signer, NOW).json

    def with_pdf() -> tuple[Snapshot, bytes]:
        snapshot, credential = signed()
        return snapshot, render_pdf(snapshot, credential)

    def sealed() -> bytes:
        snapshot, pdf = with_pdf()
        return sealer.seal(pdf, now=NOW, language=snapshot.language)

    first = _rate(signed)
    yield "certificates: JSON and JWT", first, "a second, checked before and after signing"
    yield "certificates: with PDF", (second := _rate(with_pdf)), f"{second / first:.2f} of the first"
    yield "certificates: with seal", (third := _rate(sealed)), f"{third / first:.2f} of the first"


def _rate(work: Callable[[], object]) -> float:
    work()
    count, start = 0, perf_counter()
    while perf_counter() - start < SECONDS:
        work()
        count += 1
    return count / (perf_counter() - start)


def _snapshot() -> Snapshot:
    training = load_trainings()["icc-vo"]
    lines = training.certificate
    return Snapshot(
        certificate_id=new_id(),
        subject_id="urn:uuid:00000000-0000-4000-8000-000000000000",
        base_url=BASE,
        language=Language.NL,
        name="Zoë van ’t Höfen-Çelik",
        training_key=training.key,
        training_version=training.version,
        achievement=awarded_achievement(training),
        hours=training.hours,
        started_at=NOW,
        ended_at=NOW,
        awarded_at=NOW,
        edition="Regio Zuid",
        phases=tuple(
            PhaseResult(result.key, training.phase(result.key).name, result.name, result.evidence, NOW)
            for result in training.achievement.results
        ),
        accepted=tuple(
            Accepted(one.key, training.phase_of(one).key, one.title, NOW, new_id(), 1, "0" * 64)
            for one in training.assignments
        ),
        rule=training.award.text,
        lines=CertificateLines(
            lines.heading,
            lines.line_body,
            lines.line_period,
            lines.line_edition,
            lines.line_award,
            lines.line_verify,
            lines.line_seal,
        ),
        issuer=IssuerFacts("Issuer", "https://issuer.example"),
    )
