"""From outcomes to phases to the award: how far somebody is, what is next, and whether the award is due.

Outcomes of assignments that the training does not have (any more) are ignored; an assignment without an outcome is
open. The order in which outcomes are given never matters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mappings.training import Assignment, Phase, Training


class OutcomeState(StrEnum):
    """What an assignment amounts to so far."""

    OPEN = "open"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Origin(StrEnum):
    """Where the work was handed in."""

    TOOL = "tool"
    MOODLE = "moodle"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one assignment amounts to for one enrolment."""

    assignment: str
    state: OutcomeState
    origin: Origin = Origin.TOOL
    at: datetime | None = None
    """When the state changed last, with a time zone."""
    accepted_by: str | None = None
    """Which trainer accepted it; the award rests on it."""

    def __post_init__(self) -> None:
        if self.at is not None and self.at.utcoffset() is None:
            raise ValueError(f"outcome of {self.assignment}: expected a time with a time zone")


class PhaseState(StrEnum):
    """Where a phase stands on the path."""

    COMPLETE = "complete"
    """All its required assignments are accepted."""
    CURRENT = "current"
    """The first one that is not complete."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How far one phase is."""

    phase: Phase
    done: int
    """How many of its required assignments are accepted."""
    total: int
    """How many of its assignments are required; at least one."""
    state: PhaseState
    complete_at: datetime | None
    """When the last required one was accepted; None while the phase is not complete or a moment is unknown."""
    outcomes: tuple[Outcome, ...]
    """One for each assignment of the phase, in order, optional ones included."""


class AwardFinding(StrEnum):
    """What the award rule says about one assignment."""

    MET = "met"
    NOT_ACCEPTED = "not_accepted"
    NO_TRAINER = "no_trainer"
    """Accepted, but it is not known by which trainer: that does not count."""


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One line of the explanation: an assignment, what it amounts to, and whether that is enough."""

    assignment: Assignment
    outcome: Outcome
    finding: AwardFinding


@dataclass(frozen=True, slots=True)
class ContactHours:
    """For how long somebody was at meetings, beside what the award takes; both in minutes."""

    attended: int
    needed: int
    """0: attendance is no part of the award rule."""

    @property
    def missing(self) -> int:
        """How many minutes are still wanting."""
        return max(self.needed - self.attended, 0)

    @property
    def counts(self) -> bool:
        """Whether attendance is part of the award rule."""
        return self.needed > 0


@dataclass(frozen=True, slots=True)
class AwardResult:
    """Whether the award is due, and why (not)."""

    holds: bool
    missing: tuple[str, ...]
    """Keys of the assignments that are still wanting, in order."""
    rows: tuple[AwardRow, ...]
    """One for each required assignment, in order."""
    hours: ContactHours


def phase_progress(training: Training, outcomes: Iterable[Outcome]) -> tuple[PhaseProgress, ...]:
    """Return how far each phase is, in order.

    Raises:
        ValueError: two outcomes for one assignment.
    """
    by_key = _by_assignment(outcomes)
    progress: list[PhaseProgress] = []
    ahead = PhaseState.CURRENT
    for phase in training.phases:
        assignments = training.assignments_of(phase)
        own = tuple(_outcome(by_key, assignment) for assignment in assignments)
        required = [outcome for outcome, assignment in zip(own, assignments, strict=True) if assignment.required]
        accepted = [outcome for outcome in required if outcome.state is OutcomeState.ACCEPTED]
        moments = [outcome.at for outcome in accepted if outcome.at is not None]
        complete = len(accepted) == len(required)
        complete_at = max(moments) if complete and moments and len(moments) == len(required) else None
        state = PhaseState.COMPLETE if complete else ahead
        ahead = ahead if complete else PhaseState.LATER
        progress.append(PhaseProgress(phase, len(accepted), len(required), state, complete_at, own))
    return tuple(progress)


def current_phase(training: Training, outcomes: Iterable[Outcome]) -> Phase | None:
    """Return the first phase that is not complete, None when all are."""
    for progress in phase_progress(training, outcomes):
        if progress.state is PhaseState.CURRENT:
            return progress.phase
    return None


def last_phase_open(training: Training, outcomes: Iterable[Outcome]) -> bool:
    """Return whether all phases but the last are complete: then the name for the certificate is asked."""
    return all(progress.state is PhaseState.COMPLETE for progress in phase_progress(training, outcomes)[:-1])


def award_holds(training: Training, outcomes: Iterable[Outcome], attended: int = 0) -> AwardResult:
    """Apply the award rule: every required assignment accepted, by a trainer who is known; and hours where they count.

    Args:
        attended: for how many minutes somebody was at meetings.

    Raises:
        ValueError: two outcomes for one assignment.
    """
    by_key = _by_assignment(outcomes)
    rows: list[AwardRow] = []
    for key in training.award.assignments:
        assignment = training.assignment(key)
        outcome = _outcome(by_key, assignment)
        finding = AwardFinding.MET if outcome.accepted_by else AwardFinding.NO_TRAINER
        if outcome.state is not OutcomeState.ACCEPTED:
            finding = AwardFinding.NOT_ACCEPTED
        rows.append(AwardRow(assignment, outcome, finding))
    missing = tuple(row.assignment.key for row in rows if row.finding is not AwardFinding.MET)
    hours = ContactHours(attended, training.award.contact_minutes_needed)
    return AwardResult(not missing and not hours.missing, missing, tuple(rows), hours)


def next_assignment(training: Training, outcomes: Iterable[Outcome]) -> Assignment | None:
    """Return what to do now: what was returned first, then a draft, then the first open one. None: nothing to hand in.

    An optional assignment that nobody has begun is not pressed upon anybody.
    """
    by_key = _by_assignment(outcomes)
    for wanted in (OutcomeState.RETURNED, OutcomeState.DRAFT, OutcomeState.OPEN):
        for assignment in training.assignments:
            begun = assignment.required or wanted is not OutcomeState.OPEN
            if begun and _outcome(by_key, assignment).state is wanted:
                return assignment
    return None


def _by_assignment(outcomes: Iterable[Outcome]) -> Mapping[str, Outcome]:
    by_key: dict[str, Outcome] = {}
    for outcome in outcomes:
        if outcome.assignment in by_key:
            raise ValueError(f"expected one outcome for each assignment, found two for {outcome.assignment!r}")
        by_key[outcome.assignment] = outcome
    return by_key


def _outcome(by_key: Mapping[str, Outcome], assignment: Assignment) -> Outcome:
    return by_key.get(assignment.key) or Outcome(assignment.key, OutcomeState.OPEN)
