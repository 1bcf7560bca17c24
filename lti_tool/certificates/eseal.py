"""The eSeal certificate of the issuer, when there is one: then a PDF's seal says who sealed it, to any PDF reader.

It comes from the settings, as PEM files or as one PKCS#12 file, and is read once a process. Without one the issuer's own
key seals: that shows any change, and proves nothing about the organisation to who does not know the key.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, pkcs12
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from lti_tool.config import Settings
from lti_tool.errors import SettingsError

SealPrivateKey = EllipticCurvePrivateKey | RSAPrivateKey
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Eseal:
    """A certificate with its key and the certificates above it."""

    private: SealPrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """Without the certificate itself."""

    def holds(self, now: datetime) -> bool:
        """Whether it is valid at a moment."""
        return self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc

    @property
    def subject(self) -> str:
        """Whose it is, for the operator."""
        return self.certificate.subject.rfc4514_string()

    def public_jwk(self) -> dict[str, Any]:
        """Return the public key as a JWK."""
        if isinstance(self.private, RSAPrivateKey):
            jwk = dict(RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True))
            algorithm = "RS256"
        else:
            jwk = dict(ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True))
            algorithm = "ES256" if isinstance(self.private.curve, SECP256R1) else "ES384"
        jwk.pop("key_ops", None)
        return {**jwk, "alg": algorithm, "use": "sig"}


def load_eseal(settings: Settings) -> Eseal | None:
    """Return the eSeal that the settings name, None when they name none.

    Raises:
        SettingsError: a file is missing or not what it should be, or the key does not belong to the certificate.
    """
    if settings.seal_certificate is None:
        for name in ("key", "chain", "password"):
            if getattr(settings, f"seal_{name}") is not None:
                raise SettingsError(f"ICC_SEAL_{name.upper()} belongs to ICC_SEAL_CERTIFICATE, which is not set")
        return None
    private, certificate, chain = _read(settings, settings.seal_certificate)
    if settings.seal_chain is not None:
        chain += tuple(_certificates(settings.seal_chain, "ICC_SEAL_CHAIN"))
    _check(private, certificate)
    return Eseal(private, certificate, tuple(one for one in dict.fromkeys(chain) if one != certificate))


def _read(settings: Settings, path: Path) -> tuple[SealPrivateKey, x509.Certificate, tuple[x509.Certificate, ...]]:
    password = settings.seal_password.get_secret_value().encode() if settings.seal_password else None
    content = _bytes(path, "ICC_SEAL_CERTIFICATE")
    if b"-----BEGIN" in content:
        certificate, *above = _certificates(path, "ICC_SEAL_CERTIFICATE")
        if settings.seal_key is None:
            raise SettingsError("ICC_SEAL_KEY: the key of ICC_SEAL_CERTIFICATE is needed, as a PEM file")
        try:
            private: object = load_pem_private_key(_bytes(settings.seal_key, "ICC_SEAL_KEY"), password)
        except (ValueError, TypeError):
            raise SettingsError("ICC_SEAL_KEY: not a private key in PEM, or ICC_SEAL_PASSWORD does not open it") from None
        return _usable(private, "ICC_SEAL_KEY"), certificate, tuple(above)
    try:
        private, found, above = pkcs12.load_key_and_certificates(content, password)
    except ValueError:
        raise SettingsError("ICC_SEAL_CERTIFICATE: neither PEM nor PKCS#12, or ICC_SEAL_PASSWORD does not open it") from None
    if found is None:
        raise SettingsError("ICC_SEAL_CERTIFICATE: there is no certificate in this PKCS#12 file")
    return _usable(private, "ICC_SEAL_CERTIFICATE"), found, tuple(above)


def _usable(private: object, setting: str) -> SealPrivateKey:
    if isinstance(private, RSAPrivateKey) and private.key_size >= _LEAST_RSA_BITS:
        return private
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1 | SECP384R1):
        return private
    raise SettingsError(f"{setting}: expected an RSA key of {_LEAST_RSA_BITS} bits or more, or one on P-256 or P-384")


def _check(private: SealPrivateKey, certificate: x509.Certificate) -> None:
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise SettingsError("ICC_SEAL_KEY: this key does not belong to ICC_SEAL_CERTIFICATE")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SettingsError("ICC_SEAL_CERTIFICATE: this certificate is not for signatures")


def _certificates(path: Path, setting: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_bytes(path, setting))
    except ValueError:
        raise SettingsError(f"{setting}: {path} has no certificates in PEM") from None


def _bytes(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{setting}: {path} cannot be read ({error.strerror})") from None
