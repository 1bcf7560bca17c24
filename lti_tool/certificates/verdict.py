"""What verification finds, in codes for machines and in words for people (Dutch and English).

Nothing of what a file claims is repeated unless its signature holds: `Verdict.facts` is None otherwise.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mappings.texts import Text


class VerdictState(StrEnum):
    """What a certificate amounts to."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    ALTERED = "altered"
    """Changed, or not signed by the issuer that it names."""
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """It cannot be verified: not a certificate, an issuer or key that is not known, or no status list."""


class CheckCode(StrEnum):
    """What was looked at."""

    READABLE = "readable"
    ISSUER = "issuer"
    KEY = "key"
    SEAL = "seal"
    SIGNATURE = "signature"
    CONTENT = "content"
    """Whether the signature covers everything that the file says."""
    STANDARD = "standard"
    DATES = "dates"
    STATUS = "status"


class CheckState(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNSURE = "unsure"
    """It could not be decided with what was at hand."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code, how it ended and what that means."""

    code: CheckCode
    state: CheckState
    words: Text


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says, once its signature holds."""

    id: str
    """The address of its page."""
    name: str
    achievement: str
    issuer_id: str
    issuer_name: str
    issuer_url: str | None
    awarded_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    hours: str | None
    results: tuple[str, ...]
    """The names of what was completed, in order."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found."""

    state: VerdictState
    checks: tuple[Check, ...]
    facts: Facts | None = None
    status_as_of: datetime | None = None
    """When the status list was made that says whether the certificate is revoked."""
    successor: str | None = None
    """The address of the certificate that replaces this one, when it is known."""

    @property
    def title(self) -> Text:
        """The verdict as one sentence."""
        return TITLES[self.state]

    @property
    def explanation(self) -> Text:
        """What decided it: the words of the first check that did not pass, or of the verdict itself."""
        decisive = [check for check in self.checks if check.state is not CheckState.PASSED]
        failed = [check for check in decisive if check.state is CheckState.FAILED]
        return (failed or decisive)[0].words if decisive else VALID


def as_json(verdict: Verdict, language: str) -> dict[str, Any]:
    """Return a verdict for machines, with its words in one language and moments in ISO 8601."""
    facts = asdict(verdict.facts) if verdict.facts else None
    return {
        "state": verdict.state,
        "title": verdict.title.get(language),
        "explanation": verdict.explanation.get(language),
        "status_as_of": _plain(verdict.status_as_of),
        "successor": verdict.successor,
        "facts": {name: _plain(value) for name, value in facts.items()} if facts else None,
        "checks": [
            {"code": check.code, "state": check.state, "words": check.words.get(language)} for check in verdict.checks
        ],
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


TITLES = {
    VerdictState.VALID: Text("Dit certificaat is geldig", "This certificate is valid"),
    VerdictState.REVOKED: Text("Dit certificaat is ingetrokken", "This certificate was revoked"),
    VerdictState.REPLACED: Text("Dit certificaat is vervangen", "This certificate was replaced"),
    VerdictState.ALTERED: Text("Dit certificaat is gewijzigd", "This certificate was altered"),
    VerdictState.EXPIRED: Text("Dit certificaat is verlopen", "This certificate has expired"),
    VerdictState.UNKNOWN: Text("Dit is niet te controleren", "This cannot be verified"),
}
VALID = Text(
    "Toegekend door de organisatie die erop staat, niet gewijzigd en niet ingetrokken.",
    "Awarded by the organisation it names, not altered and not revoked.",
)
