"""What a training ends in, as data: the award rule, the achievement and the lines of the certificate.

The achievement follows Open Badges 3.0 (`Achievement`, `ResultDescription`).
"""

from dataclasses import dataclass
from enum import StrEnum

from mappings.texts import Text, Words


class AwardCondition(StrEnum):
    """When the award is due."""

    ALL_REQUIRED_ACCEPTED = "all_required_accepted"
    """Every required assignment was accepted by a trainer."""


class AwardMode(StrEnum):
    """Who sets the award going."""

    AUTOMATIC = "automatic"
    """It is awarded as soon as the rule holds, in a cohort that the issuer has approved."""
    APPROVAL = "approval"
    """Once the rule holds a trainer proposes it, and the issuer approves or declines: two pairs of eyes."""


@dataclass(frozen=True, slots=True)
class AwardRule:
    """What the award takes. `mappings.progress.award_holds` applies it."""

    rule: AwardCondition
    assignments: tuple[str, ...]
    """The required assignments, all of them."""
    needs_confirmed_name: bool
    mode: AwardMode
    contact_hours_minimum: int
    """How many hours of meetings the programme offers at least, or asks for."""
    contact_hours_count: bool
    """Whether somebody has to have been there for so many."""
    self_assessment_counts: bool
    text: Text
    name_question: Text
    waiting_for_name: Text
    congratulations: Text

    @property
    def contact_minutes_needed(self) -> int:
        """For how many minutes of meetings somebody has to have been there; 0: attendance is no part of the rule."""
        return self.contact_hours_minimum * 60 if self.contact_hours_count else 0


@dataclass(frozen=True, slots=True)
class AchievementResult:
    """What one phase amounts to on the certificate. Its key is the phase's."""

    key: str
    name: Text
    evidence: Text


@dataclass(frozen=True, slots=True)
class Achievement:
    """What is awarded, in the words of Open Badges 3.0 (`Achievement`)."""

    key: str
    version: int
    human_code: str
    type: str
    """An `achievementType` of Open Badges 3.0."""
    hours: int
    tags: Words
    name: Text
    short: Text
    description: Text
    """Markdown."""
    criteria: Text
    """Markdown."""
    results: tuple[AchievementResult, ...]
    """One a phase, in the order of the phases."""


@dataclass(frozen=True, slots=True)
class CertificateTexts:
    """The lines of the certificate. Braces hold placeholders, filled by `Text.fill`."""

    heading: Text
    line_name: Text
    line_body: Text
    line_period: Text
    line_edition: Text
    line_award: Text
    line_verify: Text
    line_seal: Text
    line_phases: Text
    file_name: Text
    """Without extension: lower-case letters, digits and hyphens."""
    says: tuple[Text, ...]
    does_not_say: tuple[Text, ...]
    portfolio: Text
    validity: Text
