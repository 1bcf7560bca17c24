"""The two proofs of a credential: Data Integrity inside the JSON, then a VC-JWT around it (Open Badges 3.0, 8.2 and 8.3).

eddsa-rdfc-2022 is what wallets and Data Integrity verifiers take; RS256 is the one algorithm that every Open Badges
verifier of JWTs takes. The header of the JWT holds `alg`, `kid` and `typ` and nothing else; the payload is the signed
credential itself with the registered claims beside it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import jwt
from cryptography.exceptions import InvalidSignature

from lti_tool.certificates.canonical import base58, from_base58, hash_data
from lti_tool.certificates.conformance import check_conformance
from lti_tool.certificates.identity import key_url, method_id
from lti_tool.certificates.keys import IssuingKeys
from lti_tool.certificates.problems import KeysUnusable, NotConformant
from lti_tool.certificates.snapshot import utc_seconds


class Signer(Protocol):
    """Signs documents in the issuer's name: with keys in memory now, with a key service when there is one."""

    def add_proof(self, document: Mapping[str, Any], created: datetime) -> dict[str, Any]:
        """Return a JSON-LD document with an eddsa-rdfc-2022 proof."""

    def encode_jwt(self, payload: Mapping[str, Any]) -> str:
        """Return a payload as an RS256 JWT whose `kid` is the address of the key."""

    def check(self, document: Mapping[str, Any], token: str) -> None:
        """Verify a proof and a JWT with the published halves of the keys.

        Raises:
            KeysUnusable: one of them does not verify.
        """


class LocalSigner:
    """Signs with parsed keys in memory.

    Args:
        keys: of the issuer.
        base_url: of the installation that publishes them.
    """

    def __init__(self, keys: IssuingKeys, base_url: str) -> None:
        self._keys = keys
        self._base_url = base_url
        self._proof_public = keys.proof.private.public_key()
        self._jwt_public = keys.jwt.private.public_key()

    def add_proof(self, document: Mapping[str, Any], created: datetime) -> dict[str, Any]:
        """Return a JSON-LD document with an eddsa-rdfc-2022 proof."""
        if "proof" in document:
            raise NotConformant("it has a proof already")
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": utc_seconds(created),
            "verificationMethod": method_id(self._base_url, self._keys.proof.kid),
            "proofPurpose": "assertionMethod",
        }
        signature = self._keys.proof.private.sign(hash_data(document, proof))
        return {**document, "proof": {**proof, "proofValue": base58(signature)}}

    def encode_jwt(self, payload: Mapping[str, Any]) -> str:
        """Return a payload as an RS256 JWT whose `kid` is the address of the key."""
        header = {"kid": key_url(self._base_url, self._keys.jwt.kid), "typ": "JWT"}
        return jwt.encode(dict(payload), self._keys.jwt.private, algorithm="RS256", headers=header)

    def check(self, document: Mapping[str, Any], token: str) -> None:
        """Verify a proof and a JWT with the public halves of the keys.

        Raises:
            KeysUnusable: one of them does not verify.
        """
        unsecured = {member: value for member, value in document.items() if member != "proof"}
        proof = dict(document["proof"])
        try:
            self._proof_public.verify(from_base58(proof.pop("proofValue")), hash_data(unsecured, proof))
            # The moment does not matter here: whoever reads the certificate judges its dates.
            jwt.decode(token, self._jwt_public, algorithms=["RS256"], options={"verify_nbf": False, "verify_exp": False})
        except (InvalidSignature, ValueError, jwt.InvalidTokenError) as error:
            raise KeysUnusable(f"what was signed does not verify: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A credential in both its signed forms, as they are served."""

    json: str
    """JSON with a Data Integrity proof."""
    jwt: str


def sign_credential(
    credential: Mapping[str, Any], signer: Signer, created: datetime, *, self_check: bool = True
) -> SignedDocument:
    """Sign an Open Badges credential in both forms.

    Args:
        credential: of `build_credential`, without a proof.
        signer: holds the keys.
        created: the moment of the proof.
        self_check: verify the result before handing it out.

    Raises:
        NotConformant: it breaks the schema, or has members that a proof would not cover; nothing was signed.
        KeysUnusable: the result does not verify.
    """
    check_conformance(credential)
    return _sign(credential, signer, created, self_check=self_check)


def sign_status_list(status_list: Mapping[str, Any], signer: Signer, created: datetime) -> SignedDocument:
    """Sign the credential of a status list in both forms.

    Args:
        status_list: of `build_status_list`.
        signer: holds the keys.
        created: the moment of the proof.
    """
    return _sign(status_list, signer, created, self_check=False)


def _sign(document: Mapping[str, Any], signer: Signer, created: datetime, *, self_check: bool) -> SignedDocument:
    secured = signer.add_proof(document, created)
    token = signer.encode_jwt({**secured, **_registered_claims(secured)})
    served = json.dumps(secured, ensure_ascii=False)
    if self_check:
        signer.check(json.loads(served), token)
    return SignedDocument(served, token)


def _registered_claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    issuer = credential["issuer"]
    claims = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": _epoch(credential["validFrom"]),
    }
    return {**claims, "exp": _epoch(credential["validUntil"])} if "validUntil" in credential else claims


def _epoch(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
