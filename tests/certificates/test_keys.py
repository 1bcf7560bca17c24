"""The issuer's keys, and what is published about them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from openbadgeslib.ob3 import resolve_verification_method

from lti_tool.certificates.documents import did_document, key_set, single_jwk
from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, KeyRecord, new_key, next_kid
from lti_tool.certificates.problems import KeysUnusable
from tests.certificates.issuer import issuer
from tests.certificates.samples import BASE_URL

FIXTURES = Path(__file__).parent.parent / "fixtures" / "openbadges"
LATER = datetime(2027, 1, 2, tzinfo=UTC)


def retired(record: KeyRecord) -> KeyRecord:
    return replace(record, private_pem=None)


def test_key_ids_name_kind_year_and_number() -> None:
    assert [record.kid for record in issuer().records] == ["ed25519-2026-1", "rs256-2026-1", "es256-2026-1"]
    assert next_kid(KeyPurpose.SEAL, 2026, {"es256-2026-1", "es256-2026-2"}) == "es256-2026-3"


def test_the_newest_key_signs_also_after_the_ninth() -> None:
    old, *others = issuer().records
    keys = [old, *(replace(old, kid=f"ed25519-2026-{number}") for number in (10, 9, 2)), *others]
    assert IssuingKeys(keys).proof.kid == "ed25519-2026-10"


def test_a_retired_key_stays_published_and_signs_no_more() -> None:
    old, *others = issuer().records
    new = new_key(KeyPurpose.ED25519, now=LATER, taken=[old.kid], issuer_name="LKCA")
    keys = IssuingKeys([new, retired(old), *others])
    assert keys.proof.kid == "ed25519-2027-1"
    assert list(keys.public_jwks) == ["ed25519-2026-1", "es256-2026-1", "rs256-2026-1", "ed25519-2027-1"]


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_every_purpose_needs_a_key_that_signs(purpose: KeyPurpose) -> None:
    records = [retired(one) if one.purpose is purpose else one for one in issuer().records]
    with pytest.raises(KeysUnusable, match=purpose):
        IssuingKeys(records)


def test_a_private_half_of_another_key_is_refused() -> None:
    first, *others = issuer().records
    stranger = issuer(made=2).records[0]
    with pytest.raises(KeysUnusable, match="does not belong"):
        IssuingKeys([replace(first, private_pem=stranger.private_pem), *others])


def test_a_key_of_another_kind_is_refused() -> None:
    _, signing, sealing = issuer().records
    with pytest.raises(KeysUnusable, match="kind"):
        IssuingKeys([replace(sealing, purpose=KeyPurpose.ED25519), signing, sealing])


def test_a_private_half_that_cannot_be_read_is_refused() -> None:
    first, *others = issuer().records
    with pytest.raises(KeysUnusable, match="cannot be read"):
        IssuingKeys([replace(first, private_pem="geheim"), *others])


def test_a_seal_key_without_certificate_is_refused() -> None:
    *others, sealing = issuer().records
    with pytest.raises(KeysUnusable, match="no certificate"):
        IssuingKeys([*others, replace(sealing, certificate_pem=None)])


def test_no_private_half_shows_in_a_repr() -> None:
    shown = f"{issuer().records!r} {issuer().keys.proof!r} {issuer().keys.seal!r}"
    assert "PRIVATE" not in shown
    assert "private" not in shown


def test_the_certificate_of_the_seal_can_only_sign() -> None:
    certificate = issuer().keys.seal.certificate
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert certificate.not_valid_after_utc.year >= 2040


def test_the_did_document_ties_every_key_to_the_issuer() -> None:
    document = issuer().did()
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]
    assert {method["controller"] for method in document["verificationMethod"]} == {document["id"]}
    assert {method["id"]: method["type"] for method in document["verificationMethod"]} == {
        "did:web:icc.example.org#ed25519-2026-1": "Multikey",
        "did:web:icc.example.org#es256-2026-1": "JsonWebKey",
        "did:web:icc.example.org#rs256-2026-1": "JsonWebKey",
    }


def test_nothing_private_is_published() -> None:
    jwks = issuer().keys.public_jwks
    published = [did_document(BASE_URL, jwks), key_set(BASE_URL, jwks), single_jwk(BASE_URL, "rs256-2026-1", jwks)]
    assert not any(f"'{member}'" in str(published) for member in ("d", "p", "q", "dp", "dq", "qi"))


def test_another_library_finds_each_key_in_the_did_document() -> None:
    document = json.dumps(issuer().did()).encode()
    for kid in issuer().keys.public_jwks:
        pem = resolve_verification_method(f"did:web:icc.example.org#{kid}", download=lambda _url: document)
        assert pem.startswith(b"-----BEGIN PUBLIC KEY")


def test_a_single_key_is_named_by_its_own_address() -> None:
    jwk = single_jwk(BASE_URL, "rs256-2026-1", issuer().keys.public_jwks)
    assert jwk is not None
    assert jwk["kid"] == "https://icc.example.org/keys/rs256-2026-1.jwk"
    assert jwk["kty"] == "RSA"
    other = json.loads((FIXTURES / "rs256-2026-1.jwk").read_text())
    assert set(jwk) == set(other)
    assert single_jwk(BASE_URL, "rs256-1999-1", issuer().keys.public_jwks) is None
