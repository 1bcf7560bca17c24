"""What clients change: the deeds of `certificates`, with the client's name at the decision and in the audit trail."""

from lti_tool.api import schemas
from lti_tool.api.clients import Client
from lti_tool.api.reading import ReadingService
from lti_tool.audit import AuditTrail
from lti_tool.certificates.by_hand import ByHandService
from lti_tool.certificates.replacing import ReplacementService
from lti_tool.certificates.service import CertificateService
from lti_tool.database import Database


class CertificateWriter:
    """Issues, revokes and replaces.

    Args:
        database: for the notes in the trail.
        trail: holds which client did what to which certificate.
        reading: what is answered.
        by_hand, certificates, replacements: do it.
    """

    def __init__(
        self,
        database: Database,
        trail: AuditTrail,
        reading: ReadingService,
        by_hand: ByHandService,
        certificates: CertificateService,
        replacements: ReplacementService,
    ) -> None:
        self._database = database
        self._trail = trail
        self._reading = reading
        self._by_hand = by_hand
        self._certificates = certificates
        self._replacements = replacements

    def issue(self, client: Client, award_id: str, wanted: schemas.IssueRequest) -> schemas.Award:
        """Have the certificate of an award made. Raises as `ByHandService.issue`."""
        self._by_hand.issue(award_id, wanted.reason, _by(client), name=wanted.name)
        self._note(client, "api.issue", award_id)
        return self._reading.award(award_id)

    def revoke(self, client: Client, certificate_id: str, wanted: schemas.RevokeRequest) -> schemas.Certificate:
        """Revoke a certificate. Raises as `CertificateService.revoke`."""
        self._certificates.revoke(certificate_id, wanted.reason, _by(client))
        self._note(client, "api.revoke", certificate_id)
        return self._reading.certificate(certificate_id)

    def replace(self, client: Client, certificate_id: str, wanted: schemas.ReplaceRequest) -> schemas.Certificate:
        """Replace a certificate and return the new one. Raises as `ReplacementService.replace`."""
        made = self._replacements.replace(certificate_id, wanted.name, wanted.reason, _by(client))
        self._note(client, "api.replace", certificate_id)
        return self._reading.certificate(made)

    def _note(self, client: Client, what: str, target_id: str) -> None:
        with self._database.session() as session:
            self._trail.done(session, client.id, what, target_id)


def _by(client: Client) -> str:
    return f"API: {client.name}"
