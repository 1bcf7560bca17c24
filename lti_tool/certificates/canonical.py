"""Hashing of our own documents for a Data Integrity proof (Data Integrity EdDSA Cryptosuites 1.0, 3.2.4: eddsa-rdfc-2022).

pyld does the work, once a document: openbadgeslib expands each one twice, to bound what a stranger's document may cost, and
is what verification uses. Here nothing comes from outside.
"""

import hashlib
import json
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyld import jsonld

from lti_tool.certificates.contexts import offline_loader
from lti_tool.certificates.problems import NotConformant

PROCESSING = threading.Lock()
"""The JSON-LD processor's cache of contexts is not thread-safe."""
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def hash_data(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """Return what an eddsa-rdfc-2022 proof signs: the hashes of proof options and document, 64 bytes.

    Args:
        document: without a proof.
        proof: its options, without the value.

    Raises:
        NotConformant: one of them is no JSON-LD.
    """
    options = {"@context": document.get("@context"), **proof}
    return _hashed(_text(options)) + _hashed(_text(document))


@lru_cache(maxsize=16)
def _hashed(text: str) -> bytes:
    """Return the hash of a document in its canonical form; kept, because what was signed is checked right after."""
    try:
        with PROCESSING:
            canonical: str = jsonld.normalize(
                json.loads(text),
                {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": offline_loader()},
            )
    except jsonld.JsonLdError as error:
        raise NotConformant(f"cannot be given a proof: {error.code or error.type}") from error
    return hashlib.sha256(canonical.encode()).digest()


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def base58(data: bytes) -> str:
    """Return bytes in base58btc with the multibase prefix (Controlled Identifiers 1.0, 2.4)."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\x00"))) + digits


def from_base58(text: str) -> bytes:
    """Return the bytes of `base58`.

    Raises:
        ValueError: it is none.
    """
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    digits = text[1:].lstrip("1")
    number = 0
    for digit in digits:
        number = number * 58 + _BASE58.index(digit)
    return b"\x00" * (len(text) - 1 - len(digits)) + number.to_bytes((number.bit_length() + 7) // 8)
