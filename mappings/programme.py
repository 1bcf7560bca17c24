"""What surrounds the assignments of a training: meetings, intervision, sharing, the trainer's guide, questions.

All of it is optional: a training without meetings simply has none.
"""

from dataclasses import dataclass
from enum import StrEnum

from mappings.texts import Text


class MeetingKind(StrEnum):
    """What kind of meeting it is."""

    TRAINING = "training"
    INTERVISION = "intervision"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the group."""

    number: int
    """From 1 upwards."""
    kind: MeetingKind
    phase: str
    hours: int
    when: Text
    theme: Text
    programme: tuple[Text, ...]
    prepare: Text
    """What participants do before."""
    result: Text
    """What they take home."""


@dataclass(frozen=True, slots=True)
class Round:
    """A part of an intervision, with its length in minutes."""

    minutes: int
    text: Text


@dataclass(frozen=True, slots=True)
class Intervision:
    """Peer consultation in a small group, by fixed rounds."""

    group_size: tuple[int, int]
    minutes: int
    cases: int
    purpose: Text
    agreements: tuple[Text, ...]
    schedule: tuple[Round, ...]
    rounds: tuple[Round, ...]
    note_prompt: Text


@dataclass(frozen=True, slots=True)
class SharingPrompt:
    """What participants are invited to share in a phase."""

    phase: str
    text: Text


@dataclass(frozen=True, slots=True)
class Sharing:
    """Sharing work with the group, by choice."""

    intro: Text
    question_openings: tuple[Text, ...]
    tip_openings: tuple[Text, ...]
    prompts: tuple[SharingPrompt, ...]
    """One a phase, in the order of the phases."""


@dataclass(frozen=True, slots=True)
class TrainerGuide:
    """What trainers promise and are advised."""

    review_within_days: int
    """Working days."""
    promise: Text
    review_advice: tuple[Text, ...]
    accept_feedback: tuple[Text, ...]
    nudge: Text


class Moment(StrEnum):
    """When the questions about oneself are asked."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class ScaleLabel:
    """What a number on the scale means."""

    value: int
    text: Text


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about oneself, on one aspect."""

    key: str
    aspect: str
    text: Text


@dataclass(frozen=True, slots=True)
class SelfAssessment:
    """Questions about oneself, the same at every moment. They decide nothing about the award."""

    moments: tuple[Moment, ...]
    scale: tuple[int, ...]
    intro_start: Text
    intro_end: Text
    labels: tuple[ScaleLabel, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An open question about the training itself."""

    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What participants say about the training itself."""

    intro: Text
    questions: tuple[Question, ...]
