"""Words that people agree to do not change without a new version, and every version stays readable."""

from hashlib import sha256

import pytest

from lti_tool.courses.consents import CONSENTS, Consent

DIGESTS = {
    ("sharing", 1): ("a5df79c4b3d4c5ab", "a687f57f835a4419"),
    ("directory", 1): ("eb11d1a3dbef7659", "2ae6b616703dc1a6"),
    ("mail", 1): ("ffa9697f5ab45efd", "3b55c5c3f646d251"),
    ("link_code", 1): ("c2c4e5eeba7e2296", "b5008f22df887fb3"),
    ("linking", 1): ("706f0577f91509ee", "e6f3a19e55a83c14"),
}
"""Of the words of each version, in Dutch and in English. A new text is a new line here, and the old line stays: somebody
agreed to it."""


@pytest.mark.parametrize("consent", CONSENTS.values(), ids=lambda one: one.key)
def test_words_that_change_get_a_new_version(consent: Consent) -> None:
    for version in range(1, consent.version + 1):
        words = consent.text(version)
        assert words is not None
        found = tuple(sha256(words[language].encode()).hexdigest()[:16] for language in ("nl", "en"))
        assert DIGESTS.get((consent.key, version)) == found, "the words changed: add a version with its digests"
    assert consent.version == max(version for known, version in DIGESTS if known == consent.key)
    assert consent.words == consent.text(consent.version)
    assert consent.text(0) is None
    assert consent.text(consent.version + 1) is None


def test_an_earlier_version_stays_readable() -> None:
    first, second = {"nl": "eerst", "en": "first"}, {"nl": "nu", "en": "now"}
    consent = Consent("x", {"nl": "X", "en": "X"}, (first, second))
    assert (consent.version, consent.words, consent.text(1)) == (2, second, first)
