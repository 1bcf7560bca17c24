"""Both proofs of a credential."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from openbadgeslib.ob3 import add_data_integrity_proof

from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.keys import IssuingKeys
from lti_tool.certificates.problems import KeysUnusable, UndefinedTerms
from lti_tool.certificates.proofs import LocalSigner, sign_credential
from tests.certificates.issuer import ENTRY, issuer
from tests.certificates.samples import AWARDED, BASE_URL, NAME, sample_snapshot


def payload(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return decoded


def test_the_header_of_the_jwt_holds_three_members() -> None:
    header = jwt.get_unverified_header(issuer().certificate().jwt)
    assert header == {"alg": "RS256", "kid": "https://icc.example.org/keys/rs256-2026-1.jwk", "typ": "JWT"}


def test_the_payload_of_the_jwt_is_the_signed_credential_with_its_claims() -> None:
    signed = issuer().certificate()
    credential = json.loads(signed.json)
    claims = {
        "iss": "did:web:icc.example.org",
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": int(AWARDED.timestamp()),
    }
    assert payload(signed.jwt) == {**credential, **claims}


def test_an_end_of_validity_becomes_a_claim() -> None:
    credential = {**build_credential(sample_snapshot(), ENTRY), "validUntil": "2031-06-04T09:30:00Z"}
    assert payload(issuer().sign(credential).jwt)["exp"] == int(datetime(2031, 6, 4, 9, 30, tzinfo=UTC).timestamp())


def test_the_proof_names_the_key_and_the_moment() -> None:
    proof = json.loads(issuer().certificate().json)["proof"]
    value = proof.pop("proofValue")
    assert value.startswith("z")
    assert proof == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-06-04T09:30:00Z",
        "verificationMethod": "did:web:icc.example.org#ed25519-2026-1",
        "proofPurpose": "assertionMethod",
    }


def test_the_same_credential_gets_the_same_proof() -> None:
    assert issuer().certificate().json == issuer().certificate().json


def test_the_name_stands_readable_in_the_json() -> None:
    assert NAME in issuer().certificate().json


def test_nothing_is_signed_that_a_proof_would_not_cover() -> None:
    credential = {**build_credential(sample_snapshot(), ENTRY), "cijfer": "10"}
    with pytest.raises(UndefinedTerms):
        issuer().sign(credential)


class Mistaken(LocalSigner):
    """A signer whose proofs are made with another key than the one it publishes."""

    def add_proof(self, document: Mapping[str, Any], created: datetime) -> dict[str, Any]:
        proof: dict[str, Any] = add_data_integrity_proof(
            dict(document), issuer(made=2).keys.proof.private, "did:web:icc.example.org#ed25519-2026-1", created=created
        )
        return proof


class Stale(LocalSigner):
    """A signer whose tokens are made with another key than the one it publishes."""

    def encode_jwt(self, payload: Mapping[str, Any]) -> str:
        return issuer(made=2).signer.encode_jwt(payload)


@pytest.mark.parametrize("kind", [Mistaken, Stale])
def test_what_does_not_verify_is_not_handed_out(kind: type[LocalSigner]) -> None:
    keys: IssuingKeys = issuer().keys
    with pytest.raises(KeysUnusable, match="does not verify"):
        sign_credential(build_credential(sample_snapshot(), ENTRY), kind(keys, BASE_URL), AWARDED)
