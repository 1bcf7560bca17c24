"""Checking the seal of a PDF, and taking the credential out of it.

The seal is checked on the raw bytes first: everything in the file but the seal itself has to be signed by a key that is
trusted. Only then is the PDF parsed, so that no PDF from a stranger ever is.
"""

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto import cms
from asn1crypto.parser import peek
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from lti_tool.certificates.findings import Finding, Stopped
from lti_tool.certificates.presented import ATTACHMENT
from lti_tool.certificates.trust import PublicKey

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")
_MAX_SEAL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a PDF: what it signs and with what."""

    signed: bytes
    container: bytes


def find_seal(data: bytes) -> Seal:
    """Return the seal that covers the whole of a PDF.

    Raises:
        Stopped: there is none, or something was added after it.
    """
    ranges = _RANGE.findall(data)
    if not ranges:
        raise Stopped(Finding.NOT_SEALED)
    start, before, after, rest = (int(number) for number in ranges[-1])
    gap = data[before:after]
    whole = start == 0 and 0 < before < after and after + rest == len(data)
    if not whole or len(gap) > 2 * _MAX_SEAL_BYTES or not re.fullmatch(rb"<[0-9A-Fa-f]+>", gap) or len(gap) % 2:
        raise Stopped(Finding.SEAL_BROKEN)
    return Seal(data[:before] + data[after:], bytes.fromhex(gap[1:-1].decode()))


def sealing_issuer(seal: Seal, issuers: Mapping[str, Mapping[str, PublicKey]]) -> str:
    """Return the DID of the issuer whose key made a seal that holds.

    Raises:
        Stopped: the seal does not hold, or no trusted issuer has its key.
    """
    try:
        length = peek(seal.container)
        if any(seal.container[length:]):
            raise Stopped(Finding.SEAL_BROKEN)
        signed_data = cms.ContentInfo.load(seal.container[:length], strict=True)["content"]
        signer = extract_signer_info(signed_data)
        certificate = extract_certificate_info(signed_data).signer_cert
        public = load_der_public_key(certificate.public_key.dump())
        if signer["digest_algorithm"]["algorithm"].native != "sha256":
            raise Stopped(Finding.SEAL_BROKEN)
        intact, valid = validate_sig_integrity(
            signer, certificate, expected_content_type="data", actual_digest=hashlib.sha256(seal.signed).digest()
        )
    except (CMSExtractionError, SignatureValidationError, ValueError, TypeError, KeyError, AttributeError):
        raise Stopped(Finding.SEAL_BROKEN) from None
    if not (intact and valid):
        raise Stopped(Finding.SEAL_BROKEN)
    for issuer, keys in issuers.items():
        if any(_same(public, key) for key in keys.values()):
            return issuer
    raise Stopped(Finding.SEAL_UNKNOWN)


def attached_credential(data: bytes) -> bytes:
    """Return the credential that is attached to a PDF whose seal was checked.

    Raises:
        Stopped: there is not exactly one.
    """
    try:
        root = PdfFileReader(io.BytesIO(data)).root
        files = [entry.get_object() for entry in root["/AF"]]
        found = [one["/EF"]["/F"].data for one in files if isinstance(one, DictionaryObject) and one["/UF"] == ATTACHMENT]
    except (PdfError, KeyError, TypeError, AttributeError, ValueError):
        raise Stopped(Finding.NOT_READ) from None
    if len(found) != 1:
        raise Stopped(Finding.NOT_READ)
    return bytes(found[0])


def _same(one: object, other: PublicKey) -> bool:
    kinds = (EllipticCurvePublicKey, RSAPublicKey)
    if not (isinstance(one, kinds) and isinstance(other, kinds)):
        return False
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return one.public_bytes(*form) == other.public_bytes(*form)
