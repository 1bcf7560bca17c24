"""Identifiers: of the promised letters, each equally likely, and never the same twice."""

import string
from collections import Counter

import pytest

from lti_tool.ids import ID_LENGTH, new_code, new_id, new_reference

READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
MANY = 3_000


def test_an_id_is_of_letters_and_digits() -> None:
    ids = {new_id() for _ in range(MANY)}
    assert len(ids) == MANY
    assert {len(one) for one in ids} == {ID_LENGTH}
    assert set("".join(ids)) == set(string.ascii_letters + string.digits)


@pytest.mark.parametrize("make", [new_id, new_reference, lambda: new_code().replace("-", "")])
def test_no_letter_is_likelier_than_another(make: object) -> None:
    assert callable(make)
    counts = Counter("".join(make() for _ in range(MANY)))
    expected = counts.total() / len(counts)
    # eight standard deviations: chance does not get there, a letter that is drawn a fifth more often does
    assert all(abs(count - expected) < 8 * expected**0.5 for count in counts.values())


def test_codes_and_references_can_be_read_aloud() -> None:
    code, reference = new_code(), new_reference()
    assert [len(part) for part in code.split("-")] == [4, 4, 4]
    assert len(reference) == 6
    assert set(code.replace("-", "") + reference) <= set(READABLE)
