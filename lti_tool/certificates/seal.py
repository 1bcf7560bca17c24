"""The seal of a PDF: PAdES B-B with the issuer's P-256 key or eSeal, certifying that nothing may change any more.

Without a certificate that others trust, the seal is technical: it shows any change, and the DID document says whose key
made it. With the organisation's eSeal, a PDF reader finds its way to a root along the certificates in the seal. The field
is invisible and has a name that a screen reader can say (PDF/UA-1, 7.18.1).
"""

import io
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lti_tool.certificates.keys import SealKey
from lti_tool.certificates.problems import PdfNotMade
from lti_tool.certificates.snapshot import Language
from mappings.texts import Text

_FIELD = "seal"
_FIELD_NAMES = {
    False: Text("Technische verzegeling van dit certificaat", "Technical seal of this certificate"),
    True: Text("Elektronisch zegel van dit certificaat", "Electronic seal of this certificate"),
}
"""By whether somebody else vouches for the key."""
_REASONS = {
    False: Text("Technisch verzegeld", "Technically sealed"),
    True: Text("Elektronisch verzegeld", "Electronically sealed"),
}
_RESERVED = 8192
"""Room for the seal in hexadecimal digits, besides its certificates; a signature and its attributes take about 2,000."""


class Sealer:
    """Seals PDFs; the key stays parsed.

    Args:
        key: the key and its certificate.
    """

    def __init__(self, key: SealKey) -> None:
        self._signer = _KeptKey(key)
        self._certified = key.certified
        certificates = (key.certificate, *key.chain)
        self._reserved = _RESERVED + 2 * sum(len(one.public_bytes(Encoding.DER)) for one in certificates)

    def seal(self, pdf: bytes, *, now: datetime, language: Language) -> bytes:
        """Return the PDF sealed; its own bytes stay as they are, the seal follows them.

        Args:
            pdf: as rendered.
            now: the moment of sealing.
            language: of the words that a PDF reader shows with the seal.

        Raises:
            PdfNotMade: these bytes cannot be sealed.
        """
        metadata = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            reason=_REASONS[self._certified].get(language),
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        field = SigFieldSpec(_FIELD, readable_field_name=_FIELD_NAMES[self._certified].get(language))
        signer = _AtMoment(metadata, self._signer, new_field_spec=field)
        signer.moment = now.astimezone(UTC)
        try:
            sealed = signer.sign_pdf(_Addition(io.BytesIO(pdf)), bytes_reserved=self._reserved)
        except (PdfError, ValueError) as error:
            raise PdfNotMade(f"cannot be sealed: {type(error).__name__}") from error
        return bytes(sealed.getvalue())


class _KeptKey(Signer):
    """A signer for pyHanko that parses its key once; the library's own one parses it for every signature."""

    def __init__(self, key: SealKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        store.register_multiple([_asn1(one) for one in key.chain])
        super().__init__(signing_cert=_asn1(key.certificate), cert_registry=store)
        self._key = key.private

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002 - pyHanko's
        if digest_algorithm != "sha256":
            raise ValueError("seals are made with SHA-256")
        if isinstance(self._key, EllipticCurvePrivateKey):
            return self._key.sign(data, ECDSA(hashes.SHA256()))
        # pyHanko names this one in the signature unless it is told to prefer PSS
        return self._key.sign(data, PKCS1v15(), hashes.SHA256())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class _Addition(IncrementalPdfFileWriter):
    """An addition to a PDF that leaves version and metadata as they were, for they are part of PDF/A-3."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay PDF 1.7; pyHanko would make it 2.0, where P-256 is at home (ISO/TS 32002)."""

    def _update_meta(self) -> None:
        """Change nothing; pyHanko would write the whole metadata anew."""


class _AtMoment(PdfSigner):
    """A PDF signer that takes the time from outside."""

    moment: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session
