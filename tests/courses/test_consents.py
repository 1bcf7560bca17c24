"""Words that people agree to do not change without a new version."""

from hashlib import sha256

import pytest

from lti_tool.courses.consents import DIRECTORY, MAIL, SHARING, Consent

DIGESTS = {
    ("sharing", 1): "a5df79c4b3d4c5ab",
    ("directory", 1): "eb11d1a3dbef7659",
    ("mail", 1): "ffa9697f5ab45efd",
}
"""Of the Dutch words of each version. A new text is a new line here, and the old line stays: somebody agreed to it."""


@pytest.mark.parametrize(("name", "consent"), [("sharing", SHARING), ("directory", DIRECTORY), ("mail", MAIL)])
def test_words_that_change_get_a_new_version(name: str, consent: Consent) -> None:
    words = str(consent.words)
    assert DIGESTS.get((name, consent.version)) == sha256(words.encode()).hexdigest()[:16], (
        "the words changed: raise the version and add its digest"
    )
    assert consent.version == max(version for known, version in DIGESTS if known == name)
