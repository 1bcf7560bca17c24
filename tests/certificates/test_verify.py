"""Verification of what an issuer really made: each form, and each honest state."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.documents import did_document, key_set
from lti_tool.certificates.snapshot import Language
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import CheckCode, CheckState, Verdict, VerdictState
from lti_tool.certificates.verify import verify
from tests.certificates.issuer import ENTRY, NOW, issuer
from tests.certificates.samples import AWARDED, BASE_URL, NAME, sample_snapshot

URL = "https://icc.example.org/c/HxlOrWIvbwaJhcLtGgypPg"
NEXT = "https://icc.example.org/c/Bq3VbZk8sWm1rT6yXe0uLd"
FIXTURES = Path(__file__).parent.parent / "fixtures" / "openbadges"


def codes(verdict: Verdict) -> dict[str, str]:
    return {check.code.value: check.state.value for check in verdict.checks}


@pytest.fixture(scope="module")
def forms() -> dict[str, bytes]:
    signed = issuer().certificate()
    return {"json": signed.json.encode(), "jwt": signed.jwt.encode(), "pdf": issuer().pdf(signed.json)}


@pytest.mark.parametrize("form", ["json", "jwt", "pdf"])
def test_every_form_is_valid_and_says_the_same(forms: dict[str, bytes], form: str) -> None:
    verdict = issuer().verdict(forms[form])
    assert verdict.state is VerdictState.VALID
    assert {check.state for check in verdict.checks} == {CheckState.PASSED}
    assert verdict.title.nl == "Dit certificaat is geldig"
    assert "niet gewijzigd en niet ingetrokken" in verdict.explanation.nl
    facts = verdict.facts
    assert facts is not None
    assert (facts.id, facts.name, facts.achievement) == (URL, NAME, "Cultuurcoördinator VO")
    assert (facts.issuer_id, facts.issuer_name) == ("did:web:icc.example.org", "LKCA")
    assert (facts.awarded_at, facts.hours) == (AWARDED, "40")
    assert facts.results == ("Fase 1: Oriëntatie", "Fase 2: Onderzoek", "Fase 3: Uitvoering", "Fase 4: Evaluatie")
    assert verdict.status_as_of == AWARDED


def test_each_check_has_a_code_and_words_in_two_languages(forms: dict[str, bytes]) -> None:
    verdict = issuer().verdict(forms["pdf"])
    assert [check.code for check in verdict.checks] == [
        CheckCode.SEAL,
        CheckCode.READABLE,
        CheckCode.ISSUER,
        CheckCode.KEY,
        CheckCode.SIGNATURE,
        CheckCode.CONTENT,
        CheckCode.STANDARD,
        CheckCode.DATES,
        CheckCode.STATUS,
    ]
    assert all(check.words.nl and check.words.en for check in verdict.checks)


def test_an_english_certificate_is_valid() -> None:
    snapshot = replace(sample_snapshot(), language=Language.EN)
    assert issuer().verdict(issuer().certificate(snapshot).json).state is VerdictState.VALID


def test_white_space_and_a_byte_order_mark_around_it_do_not_matter(forms: dict[str, bytes]) -> None:
    pretty = json.dumps(json.loads(forms["json"]), indent=2, sort_keys=True).encode()
    assert issuer().verdict(b"\xef\xbb\xbf\n" + pretty + b"\n").state is VerdictState.VALID
    assert issuer().verdict(b" " + forms["jwt"] + b"\r\n").state is VerdictState.VALID


@pytest.mark.parametrize("form", ["json", "jwt", "pdf"])
def test_a_revoked_certificate_is_revoked_in_every_form(forms: dict[str, bytes], form: str) -> None:
    verdict = verify(forms[form], issuer().trust([ENTRY.index]), NOW)
    assert verdict.state is VerdictState.REVOKED
    assert codes(verdict)["status"] == "failed"
    assert verdict.facts is not None
    assert verdict.title.nl == "Dit certificaat is ingetrokken"


def test_the_neighbours_of_a_revoked_certificate_stay_valid(forms: dict[str, bytes]) -> None:
    trust = issuer().trust([ENTRY.index - 1, ENTRY.index + 1])
    assert verify(forms["json"], trust, NOW).state is VerdictState.VALID


def test_a_revoked_certificate_with_a_successor_is_replaced(forms: dict[str, bytes]) -> None:
    verdict = verify(forms["json"], issuer().trust([ENTRY.index], **{URL: NEXT}), NOW)
    assert (verdict.state, verdict.successor) == (VerdictState.REPLACED, NEXT)
    assert verdict.explanation.nl == "Er is een nieuwere versie van dit certificaat."


def test_a_successor_alone_replaces_nothing(forms: dict[str, bytes]) -> None:
    verdict = verify(forms["json"], issuer().trust([], **{URL: NEXT}), NOW)
    assert (verdict.state, verdict.successor) == (VerdictState.VALID, None)


def test_the_status_list_counts_as_json_too(forms: dict[str, bytes]) -> None:
    for revoked, state in (([], VerdictState.VALID), ([ENTRY.index], VerdictState.REVOKED)):
        status = json.loads(issuer().status(revoked).json)
        trust = Trust.from_documents([issuer().did()], status_lists=[status])
        assert verify(forms["json"], trust, NOW).state is state


def test_without_a_status_list_it_cannot_be_verified_but_the_signature_is_told(forms: dict[str, bytes]) -> None:
    verdict = verify(forms["json"], Trust.from_documents([issuer().did()]), NOW)
    assert verdict.state is VerdictState.UNKNOWN
    assert (codes(verdict)["signature"], codes(verdict)["status"]) == ("passed", "unsure")
    assert "De handtekening klopt wel" in verdict.explanation.nl
    assert verdict.facts is not None


def test_an_issuer_that_is_not_trusted_is_not_repeated(forms: dict[str, bytes]) -> None:
    stranger = issuer("https://elders.example")
    verdict = verify(forms["json"], stranger.trust(), NOW)
    assert verdict.state is VerdictState.UNKNOWN
    assert codes(verdict)["issuer"] == "unsure"
    assert verdict.facts is None


def test_a_certificate_of_a_retired_key_stays_valid(forms: dict[str, bytes]) -> None:
    jwks = {**issuer().keys.public_jwks, "ed25519-2031-1": issuer(made=2).keys.public_jwks["ed25519-2026-1"]}
    trust = Trust.from_documents([did_document(BASE_URL, jwks)], status_lists=[issuer().status().jwt])
    assert {verify(data, trust, NOW).state for data in forms.values()} == {VerdictState.VALID}


def test_an_installation_on_a_port_and_without_https_verifies() -> None:
    local = issuer("http://localhost:8401")
    signed = local.certificate(replace(sample_snapshot(), base_url="http://localhost:8401"))
    for form in (signed.json, signed.jwt):
        assert local.verdict(form).state is VerdictState.VALID


def test_what_has_no_end_does_not_expire(forms: dict[str, bytes]) -> None:
    assert issuer().verdict(forms["json"], now=NOW + timedelta(days=36500)).state is VerdictState.VALID


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_an_end_that_has_passed_is_told(form: str) -> None:
    credential = {**build_credential(sample_snapshot(), ENTRY), "validUntil": "2026-06-04T12:00:00Z"}
    data = getattr(issuer().sign(credential), form)
    assert issuer().verdict(data, now=datetime(2026, 6, 4, 11, tzinfo=UTC)).state is VerdictState.VALID
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.EXPIRED
    assert codes(verdict)["dates"] == "failed"
    assert verdict.title.nl == "Dit certificaat is verlopen"


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_dates_are_judged_by_the_given_moment_and_not_by_the_machine(form: str) -> None:
    later = datetime(2226, 6, 4, tzinfo=UTC)
    data = getattr(issuer().certificate(replace(sample_snapshot(), awarded_at=later)), form)
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.UNKNOWN
    assert codes(verdict)["dates"] == "unsure"
    assert issuer().verdict(data, now=later).state is VerdictState.VALID


def test_a_clock_that_is_a_little_slow_is_forgiven(forms: dict[str, bytes]) -> None:
    assert issuer().verdict(forms["json"], now=AWARDED - timedelta(seconds=90)).state is VerdictState.VALID
    assert issuer().verdict(forms["json"], now=AWARDED - timedelta(minutes=3)).state is VerdictState.UNKNOWN


def test_trust_is_read_from_the_files_of_an_issuer(tmp_path: Path, forms: dict[str, bytes]) -> None:
    (tmp_path / "did.json").write_text(json.dumps(issuer().did()))
    (tmp_path / "jwks.json").write_text(json.dumps(key_set(BASE_URL, issuer().keys.public_jwks)))
    (tmp_path / "status.json").write_text(issuer().status().json)
    trust = Trust.from_files(sorted(tmp_path.iterdir()))
    assert {verify(data, trust, NOW).state for data in forms.values()} == {VerdictState.VALID}


@pytest.mark.parametrize("name", ["good.json", "good.rs256.jwt"])
def test_a_certificate_that_other_software_made_verifies(name: str) -> None:
    trust = Trust.from_files([FIXTURES / "did.json", FIXTURES / "status-1.json"])
    verdict = verify((FIXTURES / name).read_bytes(), trust, datetime(2026, 11, 24, tzinfo=UTC))
    assert verdict.state is VerdictState.VALID
    assert verdict.facts is not None
    assert verdict.facts.name == "Zoë van 't Höfen-Çelik"
