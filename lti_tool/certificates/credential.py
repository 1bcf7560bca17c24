"""From a snapshot to the Open Badges 3.0 credential and its achievement (OB 3.0 final, VC Data Model 2.0).

One language a credential, that of the snapshot. The holder is a random `urn:uuid`; no e-mail address, hashed or not.
Evidence is a description and the hash of the work, never the work. No level, credits or register hours are claimed.
"""

from collections.abc import Sequence
from typing import Any

from lti_tool.certificates.conformance import SCHEMA_URL
from lti_tool.certificates.contexts import CREDENTIALS, EXTENSIONS, OPEN_BADGES
from lti_tool.certificates.identity import achievement_image_url, achievement_url, issuer_did
from lti_tool.certificates.snapshot import (
    Accepted,
    AwardedAchievement,
    IssuerFacts,
    Language,
    PhaseResult,
    Snapshot,
    utc_seconds,
)
from lti_tool.certificates.status import StatusEntry, credential_status
from mappings.texts import Text

CONTEXTS = [CREDENTIALS, OPEN_BADGES, EXTENSIONS]
_IMAGE = Text("Badge: {name}", "Badge: {name}")
_HOURS = Text("Studielast in uren", "Study load in hours")
_PROOF_OF_WORK = Text(
    "Akkoord bevonden op {date}, versie {version}. SHA-256 van het werk: {sha256}",
    "Accepted on {date}, version {version}. SHA-256 of the work: {sha256}",
)
_SCHOOL = Text("School: {school}", "School: {school}")


def build_credential(snapshot: Snapshot, entry: StatusEntry) -> dict[str, Any]:
    """Return the credential of a snapshot, without a proof.

    Args:
        snapshot: the frozen facts.
        entry: its slot in a status list.
    """
    awarded = utc_seconds(snapshot.awarded_at)
    return {
        "@context": list(CONTEXTS),
        "id": snapshot.url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{snapshot.text(snapshot.lines.heading)} {snapshot.text(snapshot.achievement.name)}",
        "issuer": _issuer(snapshot.issuer, snapshot.base_url),
        "validFrom": awarded,
        "awardedDate": awarded,
        "credentialSubject": _subject(snapshot),
        "evidence": [_evidence(snapshot, one) for one in snapshot.accepted],
        "credentialSchema": [{"id": SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": credential_status(snapshot.base_url, entry),
    }


def build_achievement(
    achievement: AwardedAchievement,
    phases: Sequence[tuple[str, Text]],
    issuer: IssuerFacts,
    *,
    hours: int,
    base_url: str,
    language: Language,
) -> dict[str, Any]:
    """Return an achievement in one language, as it stands in a credential and at its own address.

    Args:
        achievement: what is awarded.
        phases: key and name of each result, in order.
        issuer: who awards it.
        hours: the study load.
        base_url: of the installation.
        language: of the texts; the other one is named as related.
    """
    own = achievement_url(base_url, achievement.key, achievement.version)
    other = Language.EN if language is Language.NL else Language.NL
    return {
        "id": own,
        "type": ["Achievement"],
        "achievementType": achievement.type,
        "inLanguage": language.value,
        "version": str(achievement.version),
        "humanCode": achievement.human_code,
        "name": achievement.name.get(language),
        "description": achievement.description.get(language),
        "criteria": {"id": f"{own}#criteria", "narrative": achievement.criteria.get(language)},
        "image": {
            "id": achievement_image_url(base_url, achievement.key, achievement.version, language),
            "type": "Image",
            "caption": _IMAGE.fill(language, name=achievement.name.get(language)),
        },
        "creator": _issuer(issuer, base_url),
        "tag": list(achievement.tags.get(language)),
        "related": [
            {"id": f"{own}/{other}", "type": ["Related"], "inLanguage": other.value, "version": str(achievement.version)}
        ],
        "resultDescription": [
            *(
                {
                    "id": f"{own}#{key}",
                    "type": ["ResultDescription"],
                    "name": name.get(language),
                    "resultType": "Status",
                    "requiredValue": "Completed",
                }
                for key, name in phases
            ),
            {
                "id": f"{own}#study-load",
                "type": ["ResultDescription"],
                "name": _HOURS.get(language),
                "resultType": "ext:StudyLoadHours",
                "requiredValue": str(hours),
            },
        ],
    }


def _issuer(issuer: IssuerFacts, base_url: str) -> dict[str, Any]:
    return {"id": issuer_did(base_url), "type": ["Profile"], "name": issuer.name, "url": issuer.url}


def _subject(snapshot: Snapshot) -> dict[str, Any]:
    achievement = snapshot.achievement
    own = achievement_url(snapshot.base_url, achievement.key, achievement.version)
    subject = {
        "id": snapshot.subject_id,
        "type": ["AchievementSubject"],
        "name": snapshot.name,
        "identifier": [{"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": snapshot.name}],
        "activityStartDate": utc_seconds(snapshot.started_at),
        "activityEndDate": utc_seconds(snapshot.ended_at),
        "term": snapshot.edition,
        "achievement": build_achievement(
            achievement,
            [(phase.key, phase.result) for phase in snapshot.phases],
            snapshot.issuer,
            hours=snapshot.hours,
            base_url=snapshot.base_url,
            language=snapshot.language,
        ),
        "result": [
            *(
                {"type": ["Result"], "resultDescription": f"{own}#{phase.key}", "status": "Completed"}
                for phase in snapshot.phases
            ),
            {"type": ["Result"], "resultDescription": f"{own}#study-load", "value": str(snapshot.hours)},
        ],
    }
    if snapshot.school:
        subject["narrative"] = _SCHOOL.fill(snapshot.language, school=snapshot.school)
    return subject


def _evidence(snapshot: Snapshot, accepted: Accepted) -> dict[str, Any]:
    phase = _phase(snapshot, accepted)
    return {
        "id": f"{snapshot.url}#{accepted.assignment}",
        "type": ["Evidence"],
        "name": f"{snapshot.text(phase.result)} – {snapshot.text(accepted.title)}",
        "description": snapshot.text(phase.evidence),
        "narrative": _PROOF_OF_WORK.fill(
            snapshot.language,
            date=utc_seconds(accepted.accepted_at)[:10],
            version=accepted.version,
            sha256=accepted.content_sha256,
        ),
    }


def _phase(snapshot: Snapshot, accepted: Accepted) -> PhaseResult:
    return next(phase for phase in snapshot.phases if phase.key == accepted.phase)
