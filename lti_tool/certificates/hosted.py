"""The certificate as hosted Open Badges 2.0: assertion, badge class and issuer, for Moodle, Mahara and Badgr.

A hosted badge proves itself by its address: a platform fetches the assertion there, and the badge class and the issuer
that it names. The recipient is a salted hash of the random id that the credential has for its holder, never an e-mail
address: so a backpack shows the badge, and one that binds badges to e-mail addresses cannot claim it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from lti_tool.certificates.identity import achievement_image_url, achievement_url, hosted_url
from lti_tool.certificates.snapshot import AwardedAchievement, IssuerFacts, Language, Snapshot, utc_seconds

CONTEXT = "https://w3id.org/openbadges/v2"


def assertion(snapshot: Snapshot) -> dict[str, Any]:
    """Return the assertion of a certificate.

    Args:
        snapshot: the frozen facts.
    """
    achievement = snapshot.achievement
    salt = snapshot.certificate_id
    identity = hashlib.sha256(f"{snapshot.subject_id}{salt}".encode()).hexdigest()
    return {
        "@context": CONTEXT,
        "id": hosted_url(snapshot.base_url, snapshot.certificate_id),
        "type": "Assertion",
        "recipient": {"type": "url", "hashed": True, "salt": salt, "identity": f"sha256${identity}"},
        "badge": badge_class_url(snapshot.base_url, achievement.key, achievement.version, snapshot.language),
        "verification": {"type": "HostedBadge"},
        "issuedOn": utc_seconds(snapshot.awarded_at),
        "image": f"{snapshot.url}.png",
        "evidence": [{"id": snapshot.url, "name": snapshot.text(achievement.name)}],
    }


def revoked_assertion(base_url: str, certificate_id: str, reason: str | None) -> dict[str, Any]:
    """Return what stands in the place of the assertion of a certificate that was revoked (Open Badges 2.0, Revocation).

    Args:
        base_url: of the installation.
        certificate_id: of the certificate.
        reason: why.
    """
    gone = {"@context": CONTEXT, "id": hosted_url(base_url, certificate_id), "type": "Assertion", "revoked": True}
    return {**gone, "revocationReason": reason} if reason else gone


def badge_class(achievement: AwardedAchievement, *, base_url: str, language: Language) -> dict[str, Any]:
    """Return the badge class of an achievement in one language.

    Args:
        achievement: what is awarded.
        base_url: of the installation.
        language: of the texts.
    """
    key, version = achievement.key, achievement.version
    return {
        "@context": CONTEXT,
        "id": badge_class_url(base_url, key, version, language),
        "type": "BadgeClass",
        "@language": language.value,
        "name": achievement.name.get(language),
        "description": achievement.description.get(language),
        "image": achievement_image_url(base_url, key, version, language),
        "criteria": {"id": achievement_url(base_url, key, version), "narrative": achievement.criteria.get(language)},
        "issuer": issuer_url(base_url),
        "tags": list(achievement.tags.get(language)),
    }


def issuer_profile(issuer: IssuerFacts, base_url: str, email: str | None) -> Mapping[str, Any]:
    """Return the profile of the issuer.

    Args:
        issuer: name and web site.
        base_url: of the installation.
        email: where the organisation is reached; platforms such as Badgr ask for it.
    """
    profile = {
        "@context": CONTEXT,
        "id": issuer_url(base_url),
        "type": "Issuer",
        "name": issuer.name,
        "url": issuer.url,
    }
    return {**profile, "email": email} if email else profile


def badge_class_url(base_url: str, key: str, version: int, language: str) -> str:
    """Return where a badge class is served, which is also its id."""
    return f"{base_url}/ob2/badges/{key}/v{version}/{language}"


def issuer_url(base_url: str) -> str:
    """Return where the issuer's profile is served, which is also its id."""
    return f"{base_url}/ob2/issuer"
