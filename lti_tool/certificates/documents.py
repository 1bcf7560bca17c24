"""What the issuer publishes about its keys: the did:web document, the key set, and each key as a single JWK.

An Open Badges verifier fetches the single JWK that a VC-JWT's `kid` names; a Data Integrity verifier reads the DID
document. The DID document ties both kinds of keys to the issuer (`assertionMethod`).
"""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWK
from openbadgeslib.ob3 import multikey_from_pem

from lti_tool.certificates.identity import issuer_did, key_url

DID_CONTEXTS = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)


def did_document(base_url: str, public_jwks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the issuer's did:web document with every key, old and new.

    Args:
        base_url: of the installation.
        public_jwks: the public keys by key id (`IssuingKeys.public_jwks`).
    """
    did = issuer_did(base_url)
    methods = [_method(did, kid, jwk) for kid, jwk in public_jwks.items()]
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def single_jwk(base_url: str, kid: str, public_jwks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return one key as a JWK whose `kid` is its own address, None when there is no such key."""
    jwk = public_jwks.get(kid)
    return None if jwk is None else {**jwk, "kid": key_url(base_url, kid)}


def key_set(base_url: str, public_jwks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return every key as a JWK Set; each `kid` is the key's own address, as in the header of a VC-JWT."""
    return {"keys": [{**jwk, "kid": key_url(base_url, kid)} for kid, jwk in public_jwks.items()]}


def _method(did: str, kid: str, jwk: Mapping[str, Any]) -> dict[str, Any]:
    method = {"id": f"{did}#{kid}", "controller": did}
    if jwk["kty"] != "OKP":
        return {**method, "type": "JsonWebKey", "publicKeyJwk": dict(jwk)}
    # eddsa-rdfc-2022 verifiers expect a Multikey (vc-di-eddsa, 2.1.1)
    return {**method, "type": "Multikey", "publicKeyMultibase": multikey_from_pem(_pem(jwk))}


def _pem(jwk: Mapping[str, Any]) -> bytes:
    key = PyJWK(dict(jwk)).key
    return bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
