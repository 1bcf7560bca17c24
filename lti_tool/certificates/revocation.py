"""Whether a certificate is revoked, according to a status list that the issuer signed (Bitstring Status List 1.0, 3.2).

A proof covers the RDF that the JSON stands for, not the JSON. So a list has to have exactly the members that ours have,
under exactly that context: then there is no second reading of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import verify_data_integrity_proof

from lti_tool.certificates.authenticity import check_token, proof_key, public_pem, token_key
from lti_tool.certificates.contexts import CREDENTIALS
from lti_tool.certificates.findings import Finding, Stopped
from lti_tool.certificates.presented import PresentedJwt, Unreadable, read_presented
from lti_tool.certificates.reading import (
    STATUS_LIST_TYPE,
    claims_agree,
    has_type,
    issuer_of,
    moment_of,
    period_of,
    without_claims,
)
from lti_tool.certificates.status import revoked_indexes
from lti_tool.certificates.trust import Trust

SKEW = timedelta(minutes=2)
"""How far two clocks may differ."""
_LIST_MEMBERS = {"@context", "id", "type", "issuer", "validFrom", "credentialSubject", "proof"}
_SUBJECT_MEMBERS = {"id", "type", "statusPurpose", "encodedList", "ttl"}


@dataclass(frozen=True, slots=True)
class Revocation:
    """What the status list says of one certificate."""

    finding: Finding
    as_of: datetime | None = None
    """When the list was made."""


def look_up(credential: Mapping[str, Any], issuer: str, trust: Trust, now: datetime) -> Revocation:
    """Return whether a certificate whose signature holds is revoked.

    Args:
        credential: it.
        issuer: its issuer; only a list of the same issuer counts.
        trust: has the lists that are at hand.
        now: to judge the dates of the list by.
    """
    slot = _slot(credential.get("credentialStatus"))
    if slot is None:
        return Revocation(Finding.NO_STATUS_LIST)
    address, index = slot
    found = trust.status_lists.get(address)
    if found is None:
        return Revocation(Finding.NO_STATUS_LIST)
    try:
        status_list = _authentic(found, issuer, trust)
        revoked = revoked_indexes(status_list)
    except (Stopped, Unreadable, LibOpenBadgesException, ValueError):
        return Revocation(Finding.BAD_STATUS_LIST)
    period = period_of(status_list)
    if status_list["id"] != address or period is None or period.start > now + SKEW:
        return Revocation(Finding.BAD_STATUS_LIST)
    if period.until is not None and period.until < now - SKEW:
        return Revocation(Finding.BAD_STATUS_LIST)
    if index not in revoked:
        return Revocation(Finding.NOT_REVOKED, period.start)
    replaced = credential.get("id") in trust.successors
    return Revocation(Finding.IS_REPLACED if replaced else Finding.IS_REVOKED, period.start)


def _slot(entry: object) -> tuple[str, int] | None:
    if not isinstance(entry, Mapping):
        return None
    address, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    known = entry.get("type") == "BitstringStatusListEntry" and entry.get("statusPurpose") == "revocation"
    if not known or "statusSize" in entry or not isinstance(address, str) or not isinstance(index, str):
        return None
    return (address, int(index)) if index.isdecimal() and len(index) < 10 else None


def _authentic(status_list: Mapping[str, Any] | str, issuer: str, trust: Trust) -> Mapping[str, Any]:
    content = status_list
    if isinstance(content, str):
        presented = read_presented(content.encode())
        if not isinstance(presented, PresentedJwt) or not claims_agree(presented.payload):
            raise Stopped(Finding.BAD_STATUS_LIST)
        check_token(presented, token_key(presented, issuer, trust))
        content = without_claims(presented.payload)
    else:
        key = proof_key(content, issuer, trust)
        verify_data_integrity_proof(dict(content), public_pem(key))
    _check_form(content, issuer)
    return content


def _check_form(content: Mapping[str, Any], issuer: str) -> None:
    subject = content.get("credentialSubject")
    plain = (
        content.get("@context") == [CREDENTIALS]
        and content.get("issuer") == issuer == issuer_of(content)
        and has_type(content, STATUS_LIST_TYPE)
        and isinstance(content.get("id"), str)
        and moment_of(content.get("validFrom")) is not None
        and set(content) <= _LIST_MEMBERS | {"validUntil"}
        and isinstance(subject, Mapping)
        and set(subject) <= _SUBJECT_MEMBERS
        and subject.get("type") == "BitstringStatusList"
        and subject.get("statusPurpose") == "revocation"
    )
    if not plain:
        raise Stopped(Finding.BAD_STATUS_LIST)
