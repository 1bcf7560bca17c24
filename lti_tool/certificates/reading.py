"""Reading a credential that came from outside: what is missing or of the wrong kind is None, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lti_tool.certificates.verdict import Facts

TYPE = "OpenBadgeCredential"
STATUS_LIST_TYPE = "BitstringStatusListCredential"
CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
"""What a VC-JWT adds to the credential."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when a credential holds; `until` is None when it has no end."""

    start: datetime
    until: datetime | None


def has_type(document: Mapping[str, Any], kind: str) -> bool:
    """Return whether a document says that it is of a kind of verifiable credential."""
    types = document.get("type")
    return isinstance(types, list) and kind in types and "VerifiableCredential" in types


def issuer_of(document: Mapping[str, Any]) -> str | None:
    """Return the issuer's identifier that a document claims."""
    issuer = document.get("issuer")
    return text_of(issuer.get("id")) if isinstance(issuer, Mapping) else text_of(issuer)


def period_of(document: Mapping[str, Any]) -> Period | None:
    """Return the period of validity that a document claims, None when it cannot be read."""
    start = moment_of(document.get("validFrom"))
    until = moment_of(document.get("validUntil"))
    if start is None or (until is None and "validUntil" in document):
        return None
    return Period(start, until)


def without_claims(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credential inside the payload of a VC-JWT."""
    return {key: value for key, value in payload.items() if key not in CLAIMS}


def claims_agree(payload: Mapping[str, Any]) -> bool:
    """Return whether the registered claims of a VC-JWT say what its credential says (Open Badges 3.0, 8.2.4.1)."""
    subject = payload.get("credentialSubject")
    period = period_of(payload)
    if period is None or not isinstance(subject, Mapping):
        return False
    return (
        payload.get("iss") == issuer_of(payload)
        and payload.get("jti") == payload.get("id")
        and payload.get("sub") == subject.get("id")
        and payload.get("nbf") == int(period.start.timestamp())
        and payload.get("exp") == (None if period.until is None else int(period.until.timestamp()))
    )


def facts_of(credential: Mapping[str, Any]) -> Facts | None:
    """Return what a credential says, None when it does not say the least of it."""
    subject, issuer = _object(credential, "credentialSubject"), _object(credential, "issuer")
    achievement = _object(subject, "achievement")
    awarded = moment_of(credential.get("awardedDate")) or moment_of(credential.get("validFrom"))
    name, title = text_of(subject.get("name")), text_of(achievement.get("name"))
    identifier, issuer_id = text_of(credential.get("id")), issuer_of(credential)
    if identifier is None or issuer_id is None or name is None or title is None or awarded is None:
        return None
    described = _objects(achievement, "resultDescription")
    results = _objects(subject, "result")
    done = {result.get("resultDescription") for result in results if result.get("status") == "Completed"}
    hours = [text_of(result.get("value")) for result in results if "value" in result]
    return Facts(
        id=identifier,
        name=name,
        achievement=title,
        issuer_id=issuer_id,
        issuer_name=text_of(issuer.get("name")) or issuer_id,
        issuer_url=text_of(issuer.get("url")),
        awarded_at=awarded,
        started_at=moment_of(subject.get("activityStartDate")),
        ended_at=moment_of(subject.get("activityEndDate")),
        hours=hours[0] if hours else None,
        results=tuple(str(one.get("name")) for one in described if one.get("id") in done),
    )


def text_of(value: object) -> str | None:
    """Return a value if it is a text."""
    return value if isinstance(value, str) else None


def moment_of(value: object) -> datetime | None:
    """Return the moment that a value writes, None when it is not a moment with a time zone."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _object(document: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = document.get(member)
    return value if isinstance(value, Mapping) else {}


def _objects(document: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    value = document.get(member)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
