"""Whether a document or a JWT was signed by the issuer that it names, with a key that a trusted DID document lists.

Which key and which algorithm count is decided here and never by the document: RS256 for a JWT, eddsa-rdfc-2022 for a
proof. Everything raises `Stopped` with the finding; coming back means that it holds.
"""

from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lti_tool.certificates.findings import Finding, Stopped
from lti_tool.certificates.presented import PresentedJwt
from lti_tool.certificates.reading import issuer_of
from lti_tool.certificates.trust import PublicKey, Trust, method_of_kid

_HEADER = {"alg", "kid", "typ"}


def trusted_issuer(document: Mapping[str, Any], trust: Trust) -> str:
    """Return the issuer that a document names, when it is trusted.

    Raises:
        Stopped: it is not.
    """
    issuer = issuer_of(document)
    if issuer is None or issuer not in trust.issuers:
        raise Stopped(Finding.ISSUER_UNKNOWN)
    return issuer


def proof_key(document: Mapping[str, Any], issuer: str, trust: Trust) -> Ed25519PublicKey:
    """Return the issuer's key that a document's Data Integrity proof names.

    Raises:
        Stopped: no proof, not of the one kind that counts, or not with a key of the issuer.
    """
    proof = document.get("proof")
    if proof is None:
        raise Stopped(Finding.NOT_SIGNED)
    expected = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod"}
    if not isinstance(proof, Mapping) or any(proof.get(member) != value for member, value in expected.items()):
        raise Stopped(Finding.ALGORITHM_REFUSED)
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or not method.startswith(f"{issuer}#"):
        raise Stopped(Finding.KEY_FOREIGN)
    key = _known(issuer, method, trust)
    if not isinstance(key, Ed25519PublicKey):
        raise Stopped(Finding.ALGORITHM_REFUSED)
    return key


def token_key(presented: PresentedJwt, issuer: str, trust: Trust) -> RSAPublicKey:
    """Return the issuer's key that the header of a JWT names.

    Raises:
        Stopped: another algorithm, a header with more in it than belongs there, or not a key of the issuer.
    """
    header = presented.header
    kid = header.get("kid")
    if header.get("alg") != "RS256" or header.get("typ", "JWT") != "JWT" or not set(header) <= _HEADER:
        raise Stopped(Finding.ALGORITHM_REFUSED)
    method = method_of_kid(issuer, kid) if isinstance(kid, str) else None
    if method is None:
        raise Stopped(Finding.KEY_FOREIGN)
    key = _known(issuer, method, trust)
    if not isinstance(key, RSAPublicKey):
        raise Stopped(Finding.ALGORITHM_REFUSED)
    published = trust.key_sets.get(str(kid))
    if published is not None and public_pem(published) != public_pem(key):
        raise Stopped(Finding.KEY_FOREIGN)
    return key


def check_token(presented: PresentedJwt, key: RSAPublicKey) -> None:
    """Check the signature of a JWT.

    Raises:
        Stopped: it does not hold.
    """
    # Only the signature: the dates are judged later, with the moment that the caller gave.
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        jwt.decode(presented.token, key, algorithms=["RS256"], options=options)
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise Stopped(Finding.NOT_SIGNED) from None


def public_pem(key: PublicKey) -> bytes:
    """Return a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _known(issuer: str, method: str, trust: Trust) -> PublicKey:
    key = trust.key(issuer, method)
    if key is None:
        raise Stopped(Finding.KEY_UNKNOWN)
    return key
