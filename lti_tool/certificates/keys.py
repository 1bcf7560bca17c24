"""The issuer's keys: Ed25519 for Data Integrity, RSA for the VC-JWT, P-256 for the seal of the PDF.

They are apart from the keys for LTI. A key id names its kind, year and number, such as `ed25519-2026-1`. Public halves
of all keys, old and new, stay in the DID document for ever, so that old certificates stay verifiable. Private halves
are parsed once and kept: parsing an RSA key takes longer than signing with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from lti_tool.certificates.problems import KeysUnusable
from lti_tool.rsa_keys import MakeRsa, new_rsa_key

SEAL_YEARS = 15
"""How long the certificate of a seal key is valid; a seal made in that time stays verifiable by the key itself."""

Json = dict[str, Any]
AnyPrivateKey: TypeAlias = Ed25519PrivateKey | RSAPrivateKey | EllipticCurvePrivateKey
PrivateKey = TypeVar("PrivateKey", Ed25519PrivateKey, RSAPrivateKey)


class KeyPurpose(StrEnum):
    """What a key signs."""

    ED25519 = "ed25519"
    """Data Integrity proofs (eddsa-rdfc-2022)."""
    RS256 = "rs256"
    """VC-JWTs."""
    SEAL = "seal"
    """PDFs (ES256)."""


_PREFIXES = {KeyPurpose.ED25519: "ed25519", KeyPurpose.RS256: "rs256", KeyPurpose.SEAL: "es256"}
_ALGORITHMS = {KeyPurpose.ED25519: "EdDSA", KeyPurpose.RS256: "RS256", KeyPurpose.SEAL: "ES256"}


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as it is stored; the caller encrypts the private half at rest."""

    kid: str
    purpose: KeyPurpose
    public_jwk: Json
    private_pem: str | None = field(repr=False)
    """PKCS#8, not encrypted; None once the key is retired."""
    certificate_pem: str | None = None
    """The certificate of a seal key."""


@dataclass(frozen=True, slots=True)
class ActiveKey(Generic[PrivateKey]):
    """A parsed key that signs."""

    kid: str
    private: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealKey:
    """The parsed key that seals, with its certificate."""

    kid: str
    private: EllipticCurvePrivateKey | RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    """The certificates above it."""
    certified: bool = False
    """Somebody else vouches for it: the organisation's eSeal."""


def next_kid(purpose: KeyPurpose, year: int, taken: Collection[str]) -> str:
    """Return the next free key id of a purpose in a year: `ed25519-2026-1`, then `ed25519-2026-2`."""
    number = 1
    while (kid := f"{_PREFIXES[purpose]}-{year}-{number}") in taken:
        number += 1
    return kid


def new_key(
    purpose: KeyPurpose, *, now: datetime, taken: Collection[str], issuer_name: str, make_rsa: MakeRsa = new_rsa_key
) -> KeyRecord:
    """Make a key.

    Args:
        purpose: what it will sign.
        now: gives the year of the key id and the certificate's validity.
        taken: the key ids that exist already.
        issuer_name: for the certificate of a seal key.
        make_rsa: makes what is RSA.
    """
    kid = next_kid(purpose, now.year, taken)
    private: AnyPrivateKey
    certificate = None
    match purpose:
        case KeyPurpose.ED25519:
            private = Ed25519PrivateKey.generate()
        case KeyPurpose.RS256:
            private = make_rsa()
        case KeyPurpose.SEAL:
            private = generate_ec(SECP256R1())
            certificate = _seal_certificate(private, kid, issuer_name, now)
    published = {**_public_jwk(private), "kid": kid, "alg": _ALGORITHMS[purpose], "use": "sig"}
    return KeyRecord(kid, purpose, published, _pem(private), certificate)


class IssuingKeys:
    """All keys of the issuer: the newest of each purpose signs, all of them verify.

    Args:
        records: every key there ever was, the retired ones without their private half.

    Raises:
        KeysUnusable: a purpose without a key that signs, or a key that is not what its record says.
    """

    def __init__(self, records: Iterable[KeyRecord]) -> None:
        self._records = sorted(records, key=lambda record: age_of(record.kid))
        proving, signing, sealing = (self._newest(purpose) for purpose in KeyPurpose)
        proof, token, seal = _parse(proving), _parse(signing), _parse(sealing)
        if not (
            isinstance(proof, Ed25519PrivateKey)
            and isinstance(token, RSAPrivateKey)
            and isinstance(seal, EllipticCurvePrivateKey)
        ):
            raise KeysUnusable("a key is not of the kind that its purpose asks")
        if sealing.certificate_pem is None:
            raise KeysUnusable(f"seal key {sealing.kid} has no certificate")
        self.proof: ActiveKey[Ed25519PrivateKey] = ActiveKey(proving.kid, proof)
        self.jwt: ActiveKey[RSAPrivateKey] = ActiveKey(signing.kid, token)
        self.seal = SealKey(sealing.kid, seal, x509.load_pem_x509_certificate(sealing.certificate_pem.encode()))

    @property
    def public_jwks(self) -> Mapping[str, Json]:
        """The public half of every key by key id, oldest first."""
        return {record.kid: record.public_jwk for record in self._records}

    def _newest(self, purpose: KeyPurpose) -> KeyRecord:
        able = [record for record in self._records if record.purpose is purpose and record.private_pem is not None]
        if not able:
            raise KeysUnusable(f"no key for {purpose} that signs")
        return able[-1]


def _parse(record: KeyRecord) -> AnyPrivateKey:
    try:
        # Of parsing an RSA key nearly all is a check that our own do not need again, see `platforms/keys.py`; what does not
        # belong to the public half is refused below.
        private = serialization.load_pem_private_key(
            (record.private_pem or "").encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
    except ValueError:
        raise KeysUnusable(f"the private half of {record.kid} cannot be read") from None
    if not isinstance(private, Ed25519PrivateKey | RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeysUnusable(f"key {record.kid} is of a kind that is not used")
    own = _public_jwk(private)
    if any(record.public_jwk.get(member) != value for member, value in own.items()):
        raise KeysUnusable(f"the private half of {record.kid} does not belong to its public half")
    return private


def _public_jwk(private: AnyPrivateKey) -> Json:
    """Return the members of the public key alone."""
    match private:
        case Ed25519PrivateKey():
            jwk: Json = dict(OKPAlgorithm.to_jwk(private.public_key(), as_dict=True))
        case RSAPrivateKey():
            jwk = dict(RSAAlgorithm.to_jwk(private.public_key(), as_dict=True))
        case EllipticCurvePrivateKey():
            jwk = dict(ECAlgorithm.to_jwk(private.public_key(), as_dict=True))
    jwk.pop("key_ops", None)
    return jwk


def age_of(kid: str) -> tuple[int, int, str]:
    """Return year, number and kind of a key id: what comes later is newer.

    Raises:
        KeysUnusable: it is no key id.
    """
    prefix, _, rest = kid.partition("-")
    year, _, number = rest.partition("-")
    if not (year.isdecimal() and number.isdecimal()):
        raise KeysUnusable(f"{kid} is no key id")
    return int(year), int(number), prefix


def _pem(private: AnyPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _seal_certificate(private: EllipticCurvePrivateKey, kid: str, issuer_name: str, now: datetime) -> str:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer_name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{issuer_name[:40]} ({kid})"),
        ]
    )
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=366 * SEAL_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
