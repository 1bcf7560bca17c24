"""Whatever is presented: a verdict, at once, and never an exception."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.certificates.presented import (
    MAX_CREDENTIAL_BYTES,
    MAX_FILE_BYTES,
    PresentedJson,
    PresentedJwt,
    PresentedPdf,
    TooLarge,
    Unreadable,
    parse_object,
    read_presented,
)
from lti_tool.certificates.trust import Trust, TrustUnreadable, method_of_kid
from lti_tool.certificates.verdict import VerdictState
from tests.certificates.forgeries import signed
from tests.certificates.issuer import issuer

OURS = "did:web:icc.example.org"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_the_kinds_are_told_apart() -> None:
    assert isinstance(read_presented(b'{"a": 1}'), PresentedJson)
    assert isinstance(read_presented(f"{encoded('{}')}.{encoded('{}')}.AA".encode()), PresentedJwt)
    assert isinstance(read_presented(b"%PDF-1.7 ..."), PresentedPdf)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"hallo",
        b"\x89PNG\r\n\x1a\n",
        b"<svg/>",
        b"[]",
        b"{",
        b'{"a": 1}}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a": ' * 30_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b"a.b.c",
        b"e30.e30",
        b"W10.W10.AA",
    ],
)
def test_what_is_malformed_is_not_read(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_presented(data)
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.UNKNOWN
    assert [check.code.value for check in verdict.checks] == ["readable"]


def test_what_is_too_large_is_not_parsed() -> None:
    for data in (b"%PDF-" + b"x" * MAX_FILE_BYTES, b'{"a": "' + b"x" * MAX_CREDENTIAL_BYTES + b'"}'):
        with pytest.raises(TooLarge):
            read_presented(data)
        assert "te groot" in issuer().verdict(data).explanation.nl


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"type": ["VerifiableCredential"]}',
        b'{"type": "OpenBadgeCredential", "issuer": "did:web:icc.example.org"}',
        b'{"type": ["Assertion"], "@context": "https://w3id.org/openbadges/v2"}',
        f"{encoded('{}')}.{encoded('{}')}.AA".encode(),
    ],
)
def test_what_is_no_certificate_is_told_so(data: bytes) -> None:
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.UNKNOWN
    assert "geen certificaat" in verdict.explanation.nl


@pytest.mark.parametrize("issuer_id", [None, 1, [], {}, {"id": 1}, {"id": None}])
def test_an_issuer_of_any_kind_is_survived(issuer_id: object) -> None:
    document = {**json.loads(signed().json), "issuer": issuer_id}
    assert issuer().verdict(json.dumps(document)).state is VerdictState.UNKNOWN


NONSENSE: list[object] = [None, -1.5, "", {}, [[]], {"@id": 1}]
MEMBERS = ["@context", "id", "type", "credentialSubject", "evidence", "credentialSchema", "credentialStatus", "proof"]


@pytest.mark.parametrize("member", MEMBERS)
def test_nonsense_in_any_member_is_survived(member: str) -> None:
    for value in NONSENSE:
        document = {**json.loads(signed().json), member: value}
        verdict = issuer().verdict(json.dumps(document))
        assert verdict.state in (VerdictState.ALTERED, VerdictState.UNKNOWN), value
        assert verdict.facts is None


@pytest.mark.parametrize("member", ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"])
def test_nonsense_in_the_proof_is_survived(member: str) -> None:
    for value in NONSENSE:
        document = json.loads(signed().json)
        document["proof"][member] = value
        assert issuer().verdict(json.dumps(document)).state is VerdictState.ALTERED, value


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"{", b"e30."]))
def test_any_bytes_get_a_verdict(data: bytes, start: bytes) -> None:
    assert issuer().verdict(start + data).state is VerdictState.UNKNOWN


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_changed_letter_is_never_valid(data: st.DataObject) -> None:
    genuine = signed().json
    place = data.draw(st.integers(0, len(genuine) - 1))
    letter = data.draw(st.characters(codec="utf-8", exclude_categories=["Cs"]))
    changed = genuine[:place] + letter + genuine[place + 1 :]
    verdict = issuer().verdict(changed)
    assert verdict.state is not VerdictState.VALID or json.loads(changed) == json.loads(genuine)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_cut_or_turned_token_is_never_valid(data: st.DataObject) -> None:
    genuine = signed().jwt
    place = data.draw(st.integers(0, len(genuine) - 2))
    for changed in (genuine[:place], genuine[:place] + genuine[place + 1] + genuine[place] + genuine[place + 2 :]):
        verdict = issuer().verdict(changed)
        assert verdict.state is not VerdictState.VALID or changed == genuine


def pdf_with_a_range(numbers: str, contents: str = "<00>") -> bytes:
    return f"%PDF-1.7\n/ByteRange [{numbers}] /Contents {contents}\n%%EOF\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        pdf_with_a_range("0 10 20 30"),
        pdf_with_a_range("0 0 0 0"),
        pdf_with_a_range("10 10 20 30"),
        pdf_with_a_range("999999999 999999999 999999999 999999999"),
        pdf_with_a_range("0 20 10 99"),
    ],
)
def test_a_seal_that_covers_something_else_is_broken(data: bytes) -> None:
    assert issuer().verdict(data).state is VerdictState.ALTERED


@pytest.mark.parametrize("seal", ["<>", "<00>", "<30820000>", "<3003020100>", "<" + "30" * 3000 + ">"])
def test_a_seal_of_nonsense_is_broken(seal: str) -> None:
    head = b"%PDF-1.7\n/ByteRange [0 00000 00000 00000] /Contents "
    tail = b"\n%%EOF\n"
    after = len(head) + len(seal)
    data = head.replace(b"0 00000 00000 00000", b"0 %05d %05d %05d" % (len(head), after, len(tail))) + seal.encode() + tail
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.ALTERED
    assert [check.code.value for check in verdict.checks] == ["seal"]


def test_an_object_is_read_once_and_exactly() -> None:
    assert parse_object('{"naam": "Zoë", "n": [1, 2.5, null, true]}'.encode()) == {
        "naam": "Zoë",
        "n": [1, 2.5, None, True],
    }


@pytest.mark.parametrize(
    ("kid", "method"),
    [
        ("https://icc.example.org/keys/rs256-2026-1.jwk", f"{OURS}#rs256-2026-1"),
        ("http://icc.example.org/keys/rs256-2026-1.jwk", f"{OURS}#rs256-2026-1"),
        (f"{OURS}#rs256-2026-1", f"{OURS}#rs256-2026-1"),
        ("https://icc.example.org.evil/keys/rs256-2026-1.jwk", None),
        ("https://icc.example.org:444/keys/rs256-2026-1.jwk", None),
        ("https://icc.example.org/other/keys/rs256-2026-1.jwk", None),
        ("https://icc.example.org/keys/rs256-2026-1.jwk?x=/keys/a.jwk", None),
        ("https://icc.example.org/keys/../rs256-2026-1.jwk", None),
        ("did:web:icc.example.evil#rs256-2026-1", None),
        ("", None),
    ],
)
def test_only_a_key_of_the_issuer_itself_is_recognised(kid: str, method: str | None) -> None:
    assert method_of_kid(OURS, kid) == method


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": "did:key:z6Mk", "verificationMethod": []},
        {"id": OURS, "verificationMethod": "x"},
        {
            "id": OURS,
            "verificationMethod": [{"id": f"{OURS}#a", "controller": OURS, "publicKeyMultibase": "zzz"}],
            "assertionMethod": [f"{OURS}#a"],
        },
    ],
)
def test_a_did_document_that_is_none_is_told(document: dict[str, object]) -> None:
    with pytest.raises(TrustUnreadable):
        Trust.from_documents([document])


def test_a_short_rsa_key_is_not_trusted() -> None:
    modulus = base64.urlsafe_b64encode(b"\xc1" * 128).decode().rstrip("=")
    short = {"kty": "RSA", "n": modulus, "e": "AQAB"}
    method = {"id": f"{OURS}#a", "type": "JsonWebKey", "controller": OURS, "publicKeyJwk": short}
    with pytest.raises(TrustUnreadable, match="too short"):
        Trust.from_documents([{"id": OURS, "verificationMethod": [method], "assertionMethod": [f"{OURS}#a"]}])


@pytest.mark.parametrize("content", ["", "{", "[]", "hallo", "{}", '{"keys": 1, "verificationMethod": 1}'])
def test_a_file_that_is_no_document_of_an_issuer_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "iets.json"
    path.write_text(content)
    with pytest.raises(TrustUnreadable):
        Trust.from_files([path])


def test_files_without_a_did_document_are_not_enough(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text(issuer().status().json)
    with pytest.raises(TrustUnreadable, match=r"did\.json"):
        Trust.from_files(sorted(tmp_path.iterdir()))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrustUnreadable, match=r"did\.json cannot be read"):
        Trust.from_files([tmp_path / "did.json"])
