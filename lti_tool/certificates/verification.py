"""The check that the server does for who cannot do it in the browser: by our keys and lists, and nothing is kept."""

from collections.abc import Mapping
from typing import Any

from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.verdict import Verdict, VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.clock import Clock


class VerificationService:
    """Checks certificates of this installation.

    Args:
        certificates: has the keys, the status lists and the certificates.
        clock: the time, to judge dates by.
    """

    def __init__(self, certificates: CertificateService, clock: Clock) -> None:
        self._certificates = certificates
        self._clock = clock

    def verify(self, data: bytes) -> Verdict:
        """Return what a file amounts to.

        Args:
            data: the whole file, from anybody.
        """
        return verify(data, self._certificates.trust(), self._clock())

    def seconds(self) -> int:
        """Return the time in seconds since 1970, for scripts: the clock of a device may be wrong."""
        return int(self._clock().timestamp())

    def standing(self, certificate_id: str) -> Mapping[str, Any]:
        """Return how a certificate stands, without who has it: for programs that have seen the certificate itself.

        Raises:
            CertificateUnknown: there is none.
        """
        page = self._certificates.page(certificate_id)
        snapshot = page.snapshot
        state = VerdictState.REVOKED if page.revoked_at else VerdictState.VALID
        if page.replaced_by:
            state = VerdictState.REPLACED
        return {
            "id": snapshot.url,
            "state": state.value,
            "achievement": snapshot.text(snapshot.achievement.name),
            "issuer": snapshot.issuer.name,
            "awarded_at": snapshot.awarded_at.isoformat(),
            "revoked_at": page.revoked_at.isoformat() if page.revoked_at else None,
            "reason": page.revoked_reason,
            "successor": page.replaced_by,
            "checked_at": page.checked_at.isoformat(),
        }
