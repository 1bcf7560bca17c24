"""The adversaries: nothing that was changed, forged or made up is valid, and each is told what it is."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lti_tool.certificates.documents import did_document, key_set
from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Language
from lti_tool.certificates.status import build_status_list
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import CheckState, Verdict, VerdictState
from lti_tool.certificates.verify import verify
from tests.certificates import forgeries as made
from tests.certificates.cases import FALSE_LISTS, IMAGE_CASES, JSON_CASES, SUBJECT, THEIRS, TOKEN_CASES, Case, each
from tests.certificates.forgeries import changed, proven, put
from tests.certificates.issuer import ENTRY, NOW, issuer
from tests.certificates.samples import AWARDED, BASE_URL, NAME, sample_snapshot

ALTERED, UNKNOWN = VerdictState.ALTERED, VerdictState.UNKNOWN


def assert_refused(verdict: Verdict, state: VerdictState | None, code: str) -> None:
    """Assert what was found; and that nothing of a certificate without a proof is repeated."""
    decisive = [check for check in verdict.checks if check.state is not CheckState.PASSED]
    assert (verdict.state, decisive[0].code.value) == (state, code)
    assert verdict.explanation == decisive[0].words
    if state is ALTERED:
        assert verdict.facts is None
        assert NAME not in repr(verdict)


@pytest.mark.parametrize("case", each([*JSON_CASES, *TOKEN_CASES, *IMAGE_CASES]))
def test_a_false_certificate_is_refused(case: Case) -> None:
    verdict = issuer().verdict(case.data())
    assert_refused(verdict, case.finding.leads_to, case.finding.check.code.value)
    assert verdict.explanation == case.finding.words


def test_the_issuers_did_document_of_somebody_else_helps_nobody() -> None:
    attacker = issuer(made=2)
    data = attacker.certificate()
    for form in (data.json, data.jwt):
        assert attacker.verdict(form).state is VerdictState.VALID
        assert_refused(issuer().verdict(form), ALTERED, "signature")


def test_a_key_that_the_issuer_does_not_assert_with_does_not_count() -> None:
    document = issuer().did()
    document["assertionMethod"] = [name for name in document["assertionMethod"] if "rs256" not in name]
    trust = Trust.from_documents([document], status_lists=[json.loads(issuer().status().json)])
    assert verify(made.signed().json.encode(), trust, NOW).state is VerdictState.VALID
    assert_refused(verify(made.signed().jwt.encode(), trust, NOW), UNKNOWN, "key")


def test_a_key_that_another_controls_does_not_count() -> None:
    document = issuer().did()
    for method in document["verificationMethod"]:
        method["controller"] = THEIRS
    trust = Trust.from_documents([document], status_lists=[issuer().status().jwt])
    assert_refused(verify(made.signed().json.encode(), trust, NOW), UNKNOWN, "key")


def test_a_key_set_that_disagrees_with_the_did_document_stops_it() -> None:
    other = key_set(BASE_URL, issuer(made=2).keys.public_jwks)
    trust = Trust.from_documents([issuer().did()], status_lists=[issuer().status().jwt], key_sets=[other])
    assert_refused(verify(made.signed().jwt.encode(), trust, NOW), ALTERED, "key")


FALSE_TOKENS: dict[str, Callable[[], str]] = {
    "JWT of another key": lambda: issuer(made=2).status([]).jwt,
    "a bomb": lambda: made.bomb().jwt,
    "a certificate as list": lambda: made.token(put("id", value=f"{BASE_URL}/status/1")).decode(),
}


@pytest.mark.parametrize("status", [*FALSE_LISTS.values(), *FALSE_TOKENS.values()], ids=[*FALSE_LISTS, *FALSE_TOKENS])
def test_a_false_status_list_decides_nothing(status: Callable[[], Mapping[str, Any] | str]) -> None:
    trust = Trust.from_documents([issuer().did()], status_lists=[status()])
    assert_refused(verify(made.signed().json.encode(), trust, NOW), UNKNOWN, "status")


def test_a_list_from_the_future_decides_nothing() -> None:
    status = json.loads(issuer().status(made=made.LATER).json)
    trust = Trust.from_documents([issuer().did()], status_lists=[status])
    assert_refused(verify(made.signed().json.encode(), trust, NOW), UNKNOWN, "status")


def test_a_list_that_is_over_decides_nothing() -> None:
    over = {**build_status_list(BASE_URL, 1, [], now=AWARDED), "validUntil": "2026-06-04T12:00:00Z"}
    trust = Trust.from_documents([issuer().did()], status_lists=[json.loads(proven(over))])
    assert_refused(verify(made.signed().json.encode(), trust, NOW), UNKNOWN, "status")
    assert verify(made.signed().json.encode(), trust, AWARDED).state is VerdictState.VALID


def test_the_list_of_another_number_is_not_used() -> None:
    other = json.loads(proven(build_status_list(BASE_URL, 2, [], now=AWARDED)))
    trust = Trust.from_documents([issuer().did()], status_lists=[other])
    assert_refused(verify(made.signed().json.encode(), trust, NOW), UNKNOWN, "status")
    moved = replace(trust, status_lists={f"{BASE_URL}/status/1": other})
    assert_refused(verify(made.signed().json.encode(), moved, NOW), UNKNOWN, "status")


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return issuer().pdf(made.signed().json)


def test_any_changed_byte_of_the_pdf_is_noticed(pdf: bytes) -> None:
    seal = pdf.index(b"/Contents <")
    for place in (20, 2000, len(pdf) // 2, seal + 300, seal + 8000, len(pdf) - 30):
        broken = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        verdict = issuer().verdict(broken)
        assert verdict.state is ALTERED
        assert verdict.facts is None


def test_a_pdf_with_something_added_is_altered(pdf: bytes) -> None:
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    added = io.BytesIO()
    writer.write(added)
    assert_refused(issuer().verdict(added.getvalue()), ALTERED, "seal")
    assert_refused(issuer().verdict(pdf + b"\n"), ALTERED, "seal")


def test_a_pdf_without_its_seal_cannot_be_verified(pdf: bytes) -> None:
    plain = render_pdf(sample_snapshot(), made.signed().json)
    assert pdf.startswith(plain)
    assert_refused(issuer().verdict(plain), UNKNOWN, "seal")


def test_a_pdf_that_somebody_else_sealed_cannot_be_verified() -> None:
    forged = render_pdf(replace(sample_snapshot(), name="Iemand Anders"), made.signed().json)
    sealed = Sealer(issuer(made=2).keys.seal).seal(forged, now=AWARDED, language=Language.NL)
    assert_refused(issuer().verdict(sealed), UNKNOWN, "seal")


def test_a_pdf_that_one_trusted_issuer_sealed_for_another_is_refused() -> None:
    other = issuer("https://elders.example", made=2)
    documents = [did_document(one.base_url, one.keys.public_jwks) for one in (issuer(), other)]
    trust = Trust.from_documents(documents, status_lists=[issuer().status().jwt])
    sealed = Sealer(other.keys.seal).seal(
        render_pdf(sample_snapshot(), made.signed().json), now=AWARDED, language=Language.NL
    )
    assert_refused(verify(sealed, trust, NOW), ALTERED, "seal")


def test_a_sealed_pdf_with_a_false_credential_is_altered() -> None:
    false = changed(put(SUBJECT, "name", value="Iemand Anders")).decode()
    assert_refused(issuer().verdict(issuer().pdf(false)), ALTERED, "signature")


def test_a_sealed_pdf_with_something_else_inside_cannot_be_verified() -> None:
    verdict = issuer().verdict(issuer().pdf("geen credential"))
    assert_refused(verdict, UNKNOWN, "readable")


def test_a_seal_with_room_for_more_is_refused(pdf: bytes) -> None:
    start = pdf.index(b"/Contents <") + len("/Contents <")
    filled = pdf[:start] + b"zz" + pdf[start + 2 :]
    assert_refused(issuer().verdict(filled), ALTERED, "seal")


def test_the_revoked_certificate_of_the_sealed_pdf_is_revoked(pdf: bytes) -> None:
    assert verify(pdf, issuer().trust([ENTRY.index]), NOW).state is VerdictState.REVOKED


def test_the_library_of_tokens_agrees_that_the_genuine_one_is_genuine() -> None:
    public = issuer().keys.jwt.private.public_key()
    assert jwt.decode(made.signed().jwt, public, algorithms=["RS256"])["jti"] == sample_snapshot().url
