"""The credential that a snapshot becomes, and what it never says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.certificates.conformance import check_conformance, schema_problems, undefined_terms
from lti_tool.certificates.contexts import PINNED, fingerprint, offline_loader
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.problems import NotConformant, UndefinedTerms
from lti_tool.certificates.snapshot import Language
from tests.certificates.issuer import ENTRY
from tests.certificates.samples import NAME, sample_snapshot


@pytest.fixture
def credential() -> dict[str, Any]:
    return build_credential(sample_snapshot(), ENTRY)


def test_it_follows_the_standard_in_both_languages() -> None:
    for language in Language:
        check_conformance(build_credential(replace(sample_snapshot(), language=language), ENTRY))


def test_it_says_who_what_and_when(credential: dict[str, Any]) -> None:
    subject = credential["credentialSubject"]
    assert credential["id"] == "https://icc.example.org/c/HxlOrWIvbwaJhcLtGgypPg"
    assert credential["issuer"]["id"] == "did:web:icc.example.org"
    assert credential["validFrom"] == credential["awardedDate"] == "2026-06-04T09:30:00Z"
    assert subject["name"] == subject["identifier"][0]["identityHash"] == NAME
    assert subject["achievement"]["name"] == "Cultuurcoördinator VO"
    assert subject["activityEndDate"] == "2026-05-28T14:00:00Z"


def test_every_phase_is_a_result(credential: dict[str, Any]) -> None:
    subject = credential["credentialSubject"]
    described = {one["id"]: one["name"] for one in subject["achievement"]["resultDescription"]}
    completed = [described[one["resultDescription"]] for one in subject["result"] if one.get("status") == "Completed"]
    assert completed == ["Fase 1: Oriëntatie", "Fase 2: Onderzoek", "Fase 3: Uitvoering", "Fase 4: Evaluatie"]
    assert [one["value"] for one in subject["result"] if "value" in one] == ["40"]


def test_evidence_is_a_description_and_a_hash(credential: dict[str, Any]) -> None:
    assert [one["id"].partition("#")[2] for one in credential["evidence"]] == [
        one.assignment for one in sample_snapshot().accepted
    ]
    for evidence, accepted in zip(credential["evidence"], sample_snapshot().accepted, strict=True):
        assert accepted.content_sha256 in evidence["narrative"]
        assert "versie 2" in evidence["narrative"]


def test_it_has_one_status_object(credential: dict[str, Any]) -> None:
    assert credential["credentialStatus"] == {
        "id": "https://icc.example.org/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://icc.example.org/status/1",
    }


def test_it_claims_no_level_no_credits_and_no_post(credential: dict[str, Any]) -> None:
    text = json.dumps(credential)
    assert not any(word in text for word in ("alignment", "creditsEarned", "EQF", "NLQF", "role", "validUntil"))


def test_it_holds_no_address_of_a_person_and_no_trainer(credential: dict[str, Any]) -> None:
    text = json.dumps(credential)
    assert "@" not in text.replace('"@context"', "")
    assert not any(one.accepted_by in text for one in sample_snapshot().accepted)
    assert credential["credentialSubject"]["id"].startswith("urn:uuid:")


def test_the_school_stands_in_it_only_when_there_is_one(credential: dict[str, Any]) -> None:
    assert "De Maasbrug" in credential["credentialSubject"]["narrative"]
    without = build_credential(replace(sample_snapshot(), school=None), ENTRY)
    assert "narrative" not in without["credentialSubject"]


def test_it_speaks_one_language_and_names_the_other() -> None:
    english = build_credential(replace(sample_snapshot(), language=Language.EN), ENTRY)
    achievement = english["credentialSubject"]["achievement"]
    assert english["name"].startswith("Certificate ")
    assert achievement["inLanguage"] == "en"
    assert achievement["related"][0]["inLanguage"] == "nl"
    assert achievement["resultDescription"][0]["name"] == "Phase 1: Orientation"
    assert "Accepted on 2025-10-16" in english["evidence"][0]["narrative"]


@pytest.mark.parametrize("place", ["", "issuer", "credentialSubject", "credentialStatus", "credentialSchema"])
def test_a_member_that_no_context_defines_is_found(credential: dict[str, Any], place: str) -> None:
    target = credential[place] if place else credential
    (target[0] if isinstance(target, list) else target)["cijfer"] = "10"
    assert undefined_terms(credential) == ("cijfer",)


def test_a_member_in_the_wrong_place_is_found(credential: dict[str, Any]) -> None:
    credential["evidence"][0]["activityEndDate"] = "2026-05-28T14:00:00Z"
    assert undefined_terms(credential) == ("activityEndDate",)


def test_a_type_that_no_context_defines_is_found(credential: dict[str, Any]) -> None:
    credential["issuer"]["type"].append("Ministerie")
    assert undefined_terms(credential) == ("Ministerie",)


@pytest.mark.parametrize("address", ["evidence/1", "een adres", "https://x.example/ spatie", ""])
def test_an_identifier_that_is_no_address_is_found(credential: dict[str, Any], address: str) -> None:
    credential["issuer"]["url"] = address
    assert undefined_terms(credential) == (address,)


def test_a_context_of_somebody_else_is_found(credential: dict[str, Any]) -> None:
    credential["@context"].append({"cijfer": "https://example.org/cijfer"})
    assert undefined_terms(credential) == ("@context",)


def test_without_the_extensions_the_schema_type_is_undefined(credential: dict[str, Any]) -> None:
    credential["@context"].pop()
    assert undefined_terms(credential) == ("1EdTechJsonSchemaValidator2019",)


def test_what_is_checked_once_is_checked_again_for_another_shape(credential: dict[str, Any]) -> None:
    assert undefined_terms(credential) == ()
    credential["cijfer"] = "10"
    assert undefined_terms(credential) == ("cijfer",)
    with pytest.raises(UndefinedTerms, match="cijfer"):
        check_conformance(credential)


def test_breaking_the_schema_is_told_without_the_content(credential: dict[str, Any]) -> None:
    credential["credentialSubject"]["identifier"][0]["email"] = "zoe@example.org"
    del credential["credentialSubject"]["achievement"]["criteria"]
    with pytest.raises(NotConformant, match="credentialSubject/achievement") as caught:
        check_conformance(credential)
    assert "zoe" not in str(caught.value)


def test_a_status_list_of_entries_breaks_the_schema(credential: dict[str, Any]) -> None:
    credential["credentialStatus"] = [credential["credentialStatus"]]
    assert schema_problems(credential) == ("credentialStatus",)


def test_the_contexts_are_pinned_and_nothing_is_fetched() -> None:
    load = offline_loader()
    assert {url: fingerprint(load(url, {})["document"]) for url in PINNED} == PINNED
    with pytest.raises(Exception, match="never fetched"):
        load("https://example.org/context.json", {})
