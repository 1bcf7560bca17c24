"""A training as data: phases, assignments, aspects, the award rule and the achievement.

Read and checked by `mappings.loading`; whoever holds a `Training` may rely on it being complete and consistent.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from mappings.award import Achievement, AwardRule, CertificateTexts
from mappings.errors import NotDefined
from mappings.file_kinds import FileKind
from mappings.programme import Evaluation, Intervision, Meeting, SelfAssessment, Sharing, TrainerGuide
from mappings.texts import Text

WHOLE_ITEM = "training"
"""Stands where an assignment's key would: the training as a whole."""
CERTIFICATE_ITEM = "certificate"
"""Stands where an assignment's key would: the certificate."""


class Requirement(StrEnum):
    """Whether something has to be handed in, may be, or cannot be."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class HandInKind(StrEnum):
    """In which form work is handed in."""

    TEXT = "text"
    FILES = "files"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class HandIn:
    """What is handed in for an assignment. At least one kind is required."""

    text: Requirement
    files: Requirement
    link: Requirement
    text_words: tuple[int, int] | None
    """From how many to how many words is a good length: a hint, never a reason to refuse. None without text."""
    files_max: int
    """How many files at most; 0 without files."""
    file_kinds: tuple[FileKind, ...]
    file_max_mb: int
    """How large a file may be, in MB of 1,000,000 bytes."""
    explanation: Text

    def requirement(self, kind: HandInKind) -> Requirement:
        """Return whether a kind is required, optional or not offered."""
        return {HandInKind.TEXT: self.text, HandInKind.FILES: self.files, HandInKind.LINK: self.link}[kind]

    def missing(self, *, text: str, files: int, link: str) -> tuple[HandInKind, ...]:
        """Return which required kinds are not there yet.

        Args:
            text: what was written; white space alone is nothing.
            files: how many files there are.
            link: the address that was given.
        """
        given = {HandInKind.TEXT: bool(text.strip()), HandInKind.FILES: files > 0, HandInKind.LINK: bool(link.strip())}
        return tuple(kind for kind in HandInKind if self.requirement(kind) is Requirement.REQUIRED and not given[kind])


@dataclass(frozen=True, slots=True)
class Criterion:
    """What work has to show; a review looks at all of them."""

    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """A comment that a trainer can insert and change when returning work."""

    key: str
    label: Text
    feedback: Text


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a participant does and hands in."""

    key: str
    order: int
    """From 1 upwards through the whole training."""
    phase: str
    required: bool
    hours: int
    aspects: tuple[str, ...]
    title: Text
    goal: Text
    why: Text
    steps: tuple[Text, ...]
    tips: tuple[Text, ...]
    questions: tuple[Text, ...]
    hand_in: HandIn
    criteria: tuple[Criterion, ...]
    return_reasons: tuple[ReturnReason, ...]
    example: Text
    """Markdown."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the training."""

    key: str
    order: int
    name: Text
    question: Text
    purpose: Text
    duration: Text
    contact_hours: int
    own_hours: int
    result: Text
    assignments: tuple[str, ...]
    """Keys, in order."""


@dataclass(frozen=True, slots=True)
class Level:
    """How far somebody is in an aspect. Levels serve the conversation and decide nothing."""

    key: str
    order: int
    name: Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that can be seen of an aspect, described for each level."""

    key: str
    descriptions: tuple[Text, ...]
    """In the order of the training's levels."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """A competence that runs through the training."""

    key: str
    order: int
    name: Text
    description: Text
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """A whole training. Everything that has an order stands in that order."""

    key: str
    version: int
    languages: tuple[str, ...]
    hours: int
    contact_hours: int
    name: Text
    subtitle: Text
    summary: Text
    """Markdown."""
    for_whom: Text
    what_you_need: Text
    start: Text
    agreements: Text
    phases: tuple[Phase, ...]
    levels: tuple[Level, ...]
    aspects: tuple[Aspect, ...]
    assignments: tuple[Assignment, ...]
    award: AwardRule
    achievement: Achievement
    certificate: CertificateTexts
    meetings: tuple[Meeting, ...] = ()
    intervision: Intervision | None = None
    sharing: Sharing | None = None
    trainer: TrainerGuide | None = None
    self_assessment: SelfAssessment | None = None
    evaluation: Evaluation | None = None
    source: str = field(default="", compare=False, repr=False)
    """The file it was read from."""

    @property
    def required_assignments(self) -> tuple[Assignment, ...]:
        """The assignments that the award takes, in order."""
        return tuple(assignment for assignment in self.assignments if assignment.required)

    def has_assignment(self, key: str) -> bool:
        """Return whether the training has this assignment."""
        return any(assignment.key == key for assignment in self.assignments)

    def assignment(self, key: str) -> Assignment:
        """Return an assignment by its key. Raises NotDefined when there is none."""
        return _by_key(self.assignments, key, self, "assignment")

    def phase(self, key: str) -> Phase:
        """Return a phase by its key. Raises NotDefined when there is none."""
        return _by_key(self.phases, key, self, "phase")

    def aspect(self, key: str) -> Aspect:
        """Return an aspect by its key. Raises NotDefined when there is none."""
        return _by_key(self.aspects, key, self, "aspect")

    def phase_of(self, assignment: Assignment | str) -> Phase:
        """Return the phase of an assignment or of its key. Raises NotDefined when there is none."""
        key = assignment if isinstance(assignment, str) else assignment.key
        return self.phase(self.assignment(key).phase)

    def assignments_of(self, phase: Phase | str) -> tuple[Assignment, ...]:
        """Return the assignments of a phase or of its key, in order. Raises NotDefined when there is no such phase."""
        key = phase if isinstance(phase, str) else phase.key
        return tuple(self.assignment(assignment) for assignment in self.phase(key).assignments)


_Keyed = TypeVar("_Keyed", Phase, Assignment, Aspect)


def _by_key(items: tuple[_Keyed, ...], key: str, training: Training, kind: str) -> _Keyed:
    for item in items:
        if item.key == key:
            return item
    raise NotDefined(f"training {training.key} has no {kind} {key!r}")
