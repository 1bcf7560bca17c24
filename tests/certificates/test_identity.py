"""did:web and the addresses in a credential."""

import pytest

from lti_tool.certificates.identity import did_document_path, issuer_did, key_url, method_id


@pytest.mark.parametrize(
    ("base_url", "did", "path"),
    [
        ("https://icc.example.org", "did:web:icc.example.org", "/.well-known/did.json"),
        ("https://ICC.example.org", "did:web:icc.example.org", "/.well-known/did.json"),
        ("http://localhost:8401", "did:web:localhost%3A8401", "/.well-known/did.json"),
        ("https://example.org/icc/vo", "did:web:example.org:icc:vo", "/icc/vo/did.json"),
    ],
)
def test_the_did_follows_from_the_base_address(base_url: str, did: str, path: str) -> None:
    assert issuer_did(base_url) == did
    assert did_document_path(base_url) == path


@pytest.mark.parametrize("base_url", ["ftp://example.org", "https://", "icc.example.org", "https://me:secret@example.org"])
def test_an_address_that_cannot_be_a_did_is_refused_without_repeating_it(base_url: str) -> None:
    with pytest.raises(ValueError, match="base address") as caught:
        issuer_did(base_url)
    assert "secret" not in str(caught.value)


def test_a_key_has_an_address_and_a_did_url() -> None:
    assert key_url("https://icc.example.org", "rs256-2026-1") == "https://icc.example.org/keys/rs256-2026-1.jwk"
    assert method_id("http://localhost:8401", "ed25519-2026-1") == "did:web:localhost%3A8401#ed25519-2026-1"
