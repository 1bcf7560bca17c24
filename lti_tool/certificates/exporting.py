"""All certificates in one file for the issuer's own archive: a spreadsheet, or a ZIP with every form."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select

from lti_tool.certificates.models import Award, Certificate
from lti_tool.certificates.package import Packed, zip_stream
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.snapshot import snapshot_from_json, utc_seconds
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid
from lti_tool.training.models import Enrolment

HEADINGS = (
    "certificate",
    "name",
    "achievement",
    "version",
    "edition",
    "awarded",
    "state",
    "reason",
    "replaced_by",
    "url",
    "snapshot_sha256",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportService:
    """Exports certificates.

    Args:
        database: read in short transactions.
        clock: for the dates in a ZIP file.
        certificates: their PDFs.
    """

    def __init__(self, database: Database, clock: Clock, certificates: CertificateService) -> None:
        self._database = database
        self._clock = clock
        self._certificates = certificates

    def export(self, target: Path, cohort_id: str | None = None) -> int:
        """Write all certificates to a file and return how many; those of erased holders appear by number alone.

        Args:
            target: `….csv` for a spreadsheet, `….zip` for the spreadsheet and every form.
            cohort_id: only of this cohort.

        Raises:
            Invalid: another kind of file.
            OSError: it cannot be written.
        """
        kind = target.suffix.lower()
        if kind not in (".csv", ".zip"):
            raise Invalid(f"{target.name}: expected a name that ends in .csv or .zip")
        ids = self._ids(cohort_id)
        partial = target.with_name(f".{target.name}.part")
        try:
            with partial.open("wb") as file:
                if kind == ".csv":
                    file.write(self._table(ids).encode("utf-8-sig"))
                else:
                    for chunk in zip_stream(self._files(ids), self._clock()):
                        file.write(chunk)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return len(ids)

    def _ids(self, cohort_id: str | None) -> Sequence[str]:
        query = select(Certificate.id).order_by(Certificate.issued_at, Certificate.id)
        if cohort_id is not None:
            of_cohort = query.join(Award, Award.id == Certificate.award_id).join(
                Enrolment, Enrolment.id == Award.enrolment_id
            )
            query = of_cohort.where(Enrolment.cohort_id == cohort_id)
        with self._database.reading() as session:
            return session.scalars(query).all()

    def _files(self, ids: Sequence[str]) -> Iterator[Packed]:
        yield Packed("certificates.csv", [self._table(ids).encode("utf-8-sig")])
        for certificate_id in ids:
            certificate = self._certificates.get(certificate_id)
            if certificate.erased_at is not None:
                continue
            yield Packed(f"{certificate_id}.json", [certificate.credential.encode()])
            yield Packed(f"{certificate_id}.jwt", [certificate.jwt.encode()])
            yield Packed(f"{certificate_id}.snapshot.json", [certificate.snapshot.encode()])
            yield Packed(f"{certificate_id}.pdf", [self._certificates.pdf(certificate_id).content], compress=False)

    def _table(self, ids: Sequence[str]) -> str:
        written = io.StringIO()
        table = csv.writer(written, delimiter=";")
        table.writerow(HEADINGS)
        for certificate_id in ids:
            table.writerow([_harmless(cell) for cell in self._row(self._certificates.get(certificate_id))])
        return written.getvalue()

    def _row(self, certificate: Certificate) -> Sequence[str]:
        state = "replaced" if certificate.replaced_by_id else "revoked" if certificate.revoked_at else "valid"
        ending = [state, certificate.revoked_reason or "", certificate.replaced_by_id or ""]
        if certificate.erased_at is not None:
            awarded = utc_seconds(certificate.issued_at)
            return [certificate.id, "", "", "", "", awarded, *ending, "", certificate.snapshot_sha256]
        snapshot = snapshot_from_json(certificate.snapshot)
        return [
            certificate.id,
            snapshot.name,
            snapshot.achievement.name.nl,
            str(snapshot.achievement.version),
            snapshot.edition,
            utc_seconds(snapshot.awarded_at),
            *ending,
            snapshot.url,
            certificate.snapshot_sha256,
        ]


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
