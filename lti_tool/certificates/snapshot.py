"""The frozen facts that a certificate rests on: who, what, when, accepted by whom, under which version of the training.

Everything that the credential and the PDF show comes from here, texts included, so that both can be made again years
later from the stored JSON alone, whatever the training has become since. It knows no other type of the training than
texts in two languages.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from lti_tool.certificates.problems import SnapshotUnreadable
from mappings.texts import Text, Words

KIND = 1
"""The kind of snapshot that is written now; a reader refuses later kinds."""


class Language(StrEnum):
    """In which language the certificate speaks."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """A phase that was completed."""

    key: str
    name: Text
    """Short, such as `Oriëntatie`."""
    result: Text
    """As a result, such as `Fase 1: Oriëntatie`."""
    evidence: Text
    completed_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """An assignment that was accepted."""

    assignment: str
    """The key of the assignment."""
    phase: str
    """The key of its phase."""
    title: Text
    accepted_at: AwareDatetime
    accepted_by: str
    """A random reference to the trainer, never a name."""
    version: int
    """Which version of the work was accepted."""
    content_sha256: str
    """SHA-256 of that version's content, in hex. The content itself is in no certificate."""


@dataclass(frozen=True, slots=True)
class AttendedMeeting:
    """A meeting that the holder was at."""

    title: str
    starts_at: AwareDatetime
    minutes: int
    """For how long it counted."""


@dataclass(frozen=True, slots=True)
class ContactHoursMet:
    """The hours of meetings that the award rule asked for, and those that there were; in minutes."""

    needed: int
    attended: int
    meetings: tuple[AttendedMeeting, ...]
    """The first one first."""


@dataclass(frozen=True, slots=True)
class AwardedAchievement:
    """The achievement as it was when it was awarded (Open Badges 3.0, `Achievement`)."""

    key: str
    version: int
    human_code: str
    type: str
    """An `achievementType` of Open Badges 3.0."""
    name: Text
    description: Text
    criteria: Text
    """Markdown."""
    tags: Words


@dataclass(frozen=True, slots=True)
class CertificateLines:
    """The lines of the PDF. Braces hold placeholders: name start end hours edition issuer date url."""

    heading: Text
    body: Text
    period: Text
    edition: Text
    award: Text
    verify: Text
    seal: Text


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """The organisation that awards the certificate, as it was then."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a certificate says, frozen. Moments are aware; whole seconds are what the credential shows."""

    certificate_id: str
    """22 letters and digits (131 bits); the last part of the certificate's address."""
    subject_id: str
    """A random `urn:uuid:…` for the holder in this one credential."""
    base_url: str
    """Where certificates are served, without a slash at the end, such as `https://icc.example.org`."""
    language: Language
    name: str
    """The name as the participant confirmed it."""
    training_key: str
    training_version: int
    achievement: AwardedAchievement
    hours: int
    started_at: AwareDatetime
    ended_at: AwareDatetime
    awarded_at: AwareDatetime
    edition: str
    phases: tuple[PhaseResult, ...]
    accepted: tuple[Accepted, ...]
    rule: Text
    """The award rule in words."""
    lines: CertificateLines
    issuer: IssuerFacts
    school: str | None = None
    contact_hours: ContactHoursMet | None = None
    """None where attendance was no part of the rule; then the JSON does not name it either."""
    kind: int = KIND

    @property
    def url(self) -> str:
        """The address of the certificate's page, which is also the id of the credential."""
        return f"{self.base_url}/c/{self.certificate_id}"

    def text(self, text: Text) -> str:
        """Return a text in the certificate's language."""
        return text.get(self.language)

    def canonical_json(self) -> str:
        """Return the snapshot as JSON with sorted keys and no spaces: the same snapshot always gives the same text."""
        left_out = {"contact_hours"} if self.contact_hours is None else None
        plain = _ADAPTER.dump_python(self, mode="json", exclude=left_out)
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def sha256(self) -> str:
        """Return the SHA-256 of `canonical_json`, in hex."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


_ADAPTER: TypeAdapter[Snapshot] = TypeAdapter(Snapshot)


def snapshot_from_json(text: str | bytes) -> Snapshot:
    """Read a snapshot that `canonical_json` wrote, by this version or an earlier one.

    Raises:
        SnapshotUnreadable: not a snapshot, or of a later kind; the message names the fields.
    """
    try:
        snapshot = _ADAPTER.validate_json(text)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in one["loc"]) or "(whole)" for one in error.errors()})
        raise SnapshotUnreadable(f"not a snapshot: {', '.join(fields)}") from None
    if snapshot.kind > KIND:
        raise SnapshotUnreadable(f"snapshot of kind {snapshot.kind}; this version reads up to {KIND}")
    return snapshot


def utc_seconds(moment: datetime) -> str:
    """Return an aware moment as the credential writes it: UTC, whole seconds, `2026-11-20T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
