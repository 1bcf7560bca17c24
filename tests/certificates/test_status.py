"""The status list."""

import base64
import gzip
import json

import pytest
from openbadgeslib.ob3 import decode_encoded_list

from lti_tool.certificates.problems import StatusListFull
from lti_tool.certificates.status import SLOTS, build_status_list, random_index, revoked_indexes
from tests.certificates.issuer import issuer
from tests.certificates.samples import AWARDED, BASE_URL


def test_exactly_the_revoked_bits_are_set() -> None:
    revoked = {0, 7, 8, 94567, SLOTS - 1}
    assert revoked_indexes(build_status_list(BASE_URL, 1, revoked, now=AWARDED)) == revoked


def test_a_list_has_the_size_that_hides_its_numbers() -> None:
    subject = build_status_list(BASE_URL, 1, [], now=AWARDED)["credentialSubject"]
    assert len(decode_encoded_list(subject["encodedList"])) * 8 == SLOTS == 131072
    assert subject["encodedList"].startswith("u")
    assert subject["ttl"] == 300000


def test_a_list_is_named_by_its_address() -> None:
    made = build_status_list(BASE_URL, 3, [], now=AWARDED)
    assert made["id"] == "https://icc.example.org/status/3"
    assert made["issuer"] == "did:web:icc.example.org"


def test_a_signed_list_carries_the_same_bits_in_both_forms() -> None:
    signed = issuer().status([5])
    assert revoked_indexes(json.loads(signed.json)) == {5}
    assert signed.jwt.count(".") == 2


@pytest.mark.parametrize("index", [-1, SLOTS])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        build_status_list(BASE_URL, 1, [index], now=AWARDED)


def test_a_taken_index_is_not_drawn() -> None:
    draws = iter([5, 9, 7])
    assert random_index({5, 9}, draw=lambda _below: next(draws)) == 7


def test_indexes_are_drawn_from_the_whole_list() -> None:
    assert random_index(set(), draw=lambda below: below - 1) == SLOTS - 1


def test_a_full_list_says_so() -> None:
    with pytest.raises(StatusListFull):
        random_index(range(SLOTS))


@pytest.mark.parametrize("encoded", [None, "", "u", "uAAAA", "u" + "A" * 40])
def test_a_list_that_cannot_be_read_is_refused(encoded: str | None) -> None:
    with pytest.raises(ValueError, match=r".+"):
        revoked_indexes({"credentialSubject": {"encodedList": encoded}})


@pytest.mark.parametrize(("octets", "problem"), [(SLOTS // 8 - 1, "too short"), (6 * 1024 * 1024, "too long")])
def test_a_list_of_another_size_is_refused(octets: int, problem: str) -> None:
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(octets))).decode().rstrip("=")
    with pytest.raises(ValueError, match=problem):
        revoked_indexes({"credentialSubject": {"encodedList": f"u{packed}"}})
