"""The status list: which certificates are revoked, one bit each (W3C Bitstring Status List 1.0).

A list has 131,072 slots, the least the standard allows, so that a number betrays nothing; indexes are drawn at random.
The list is signed like a certificate: a Data Integrity proof in the JSON, and a VC-JWT around it.
"""

import secrets
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import build_status_list_credential, decode_encoded_list, set_indices, status_entry

from lti_tool.certificates.identity import issuer_did, status_list_url
from lti_tool.certificates.problems import StatusListFull

SLOTS = 131_072
TTL = timedelta(minutes=5)
"""How long a verifier may keep a copy of the list."""
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """The slot of a certificate."""

    number: int
    """Of the status list."""
    index: int
    """From 0 up to `SLOTS`."""


def random_index(taken: Container[int], draw: Callable[[int], int] = secrets.randbelow) -> int:
    """Return a random index that is not taken.

    Args:
        taken: the indexes in use, as a set.
        draw: gives a random number below its argument.

    Raises:
        StatusListFull: none was found; time for the next list.
    """
    for _ in range(_DRAWS):
        index = draw(SLOTS)
        if index not in taken:
            return index
    raise StatusListFull("no free index in the status list")


def credential_status(base_url: str, entry: StatusEntry) -> dict[str, Any]:
    """Return the `credentialStatus` of a credential: one object, as the Open Badges schema asks."""
    made: dict[str, Any] = status_entry(status_list_url(base_url, entry.number), "revocation", entry.index)
    return made


def build_status_list(base_url: str, number: int, revoked: Iterable[int], *, now: datetime) -> dict[str, Any]:
    """Return the credential of a status list, not signed yet (`proofs.sign_document`).

    Args:
        base_url: of the installation.
        number: of the list.
        revoked: the indexes whose bit is set.
        now: from when the list holds.
    """
    made: dict[str, Any] = build_status_list_credential(
        issuer_did(base_url),
        status_list_url(base_url, number),
        "revocation",
        revoked,
        SLOTS,
        issued=now,
        ttl=int(TTL.total_seconds() * 1000),
    )
    return made


def revoked_indexes(status_list: Mapping[str, Any]) -> frozenset[int]:
    """Return the set bits of a status list credential whose signature was checked.

    Raises:
        ValueError: it holds no bitstring of at least `SLOTS` bits.
    """
    subject = status_list.get("credentialSubject")
    encoded = subject.get("encodedList") if isinstance(subject, Mapping) else None
    if not isinstance(encoded, str):
        raise ValueError("no encodedList")
    try:
        bits = decode_encoded_list(encoded)
    except LibOpenBadgesException as error:
        raise ValueError("the bitstring is too long") from error
    if len(bits) * 8 < SLOTS:
        raise ValueError("the bitstring is too short")
    return frozenset(set_indices(bits))
