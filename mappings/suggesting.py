"""Which activity of a course probably stands for which assignment of a training, how surely, and why.

Titles and sections are compared by their words, phases and numbers; where people hand in comes before where they read.
A suggestion decides nothing: a trainer confirms it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from mappings.activities import HAND_IN_KIND, OWN_KIND, NativeActivity
from mappings.likeness import (
    ABOUT_WORDS,
    ASSIGNMENT_WORDS,
    HAND_IN_WORDS,
    PHASE_WORDS,
    counted,
    found_in,
    share_found,
    telling,
    words_of,
)
from mappings.texts import Text
from mappings.training import Assignment, Phase, Training

_TITLE, _PART = 3.0, 2.6
_PHASE, _PHASE_OF_SECTION = 1.5, 0.9
_NUMBER, _PHASE_NUMBER, _PART_NUMBER, _SECTION_NUMBER = 1.2, 0.8, 0.6, 0.7
_HANDS_IN, _HAND_IN_WORD, _TESTS = 0.6, 0.4, 0.2
_CONTRADICTS, _BESIDE, _HIDDEN = 0.6, 0.9, 0.2
_ENOUGH, _ENOUGH_ELSEWHERE = 0.7, 1.5
"""How much of title, phase and number it takes where people hand in, and in other kinds or where they see nothing."""
_SURE, _LIKELY = 3.2, 1.7
_RIVAL = 0.4
"""So near another activity comes that the two can be taken for each other."""
_TEST_KINDS: Final = frozenset(("quiz", "workshop"))
_SILENT_KINDS: Final = frozenset((OWN_KIND, "label", "subsection"))
"""What is never suggested: our own links, and what nobody does anything in."""


class Sureness(IntEnum):
    """How sure a suggestion is."""

    WEAK = 1
    LIKELY = 2
    SURE = 3


class Why(StrEnum):
    """What speaks for a suggestion, or against it."""

    TITLE = "title"
    """Words of the assignment stand in the title."""
    PHASE = "phase"
    """The title names the phase."""
    SECTION = "section"
    """The section is the phase's."""
    NUMBER = "number"
    """The number in the title."""
    HANDS_IN = "hands_in"
    """People hand in here."""
    RIVAL = "rival"
    """Another activity, or another assignment, is as much like it: look well."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with the words or the number in question as they stand in the course."""

    why: Why
    words: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That an activity probably stands for an assignment."""

    assignment_key: str
    activity: NativeActivity
    sureness: Sureness
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    assignment: Assignment
    activity: NativeActivity
    score: float
    reasons: tuple[Reason, ...]


def suggest(
    training: Training, activities: Sequence[NativeActivity], leave_out: Collection[str] = ()
) -> tuple[Suggestion, ...]:
    """Return at most one suggestion an assignment, and one an activity, in the order of the assignments.

    Args:
        training: the training.
        activities: of the course, in its order; what is mapped already is left out by the caller.
        leave_out: keys of assignments that need none.
    """
    wanted = [assignment for assignment in training.assignments if assignment.key not in leave_out]
    candidates = [one for assignment in wanted for one in _candidates(training, assignment, activities)]
    chosen: dict[str, _Candidate] = {}
    taken: set[int] = set()
    # the sort is stable: of equals the earlier assignment gets the earlier activity
    for one in sorted(candidates, key=lambda candidate: -candidate.score):
        if one.assignment.key not in chosen and one.activity.cm_id not in taken:
            chosen[one.assignment.key] = one
            taken.add(one.activity.cm_id)
    return tuple(_suggestion(chosen[one.key], candidates, chosen, taken) for one in wanted if one.key in chosen)


def _suggestion(
    one: _Candidate, candidates: Sequence[_Candidate], chosen: Mapping[str, _Candidate], taken: Collection[int]
) -> Suggestion:
    near = [other for other in candidates if other is not one and other.score > one.score - _RIVAL]
    rival = any(
        (other.assignment is one.assignment and other.activity.cm_id not in taken)
        or (other.activity is one.activity and other.assignment.key not in chosen)
        for other in near
    )
    level = Sureness.SURE if one.score >= _SURE else Sureness.LIKELY if one.score >= _LIKELY else Sureness.WEAK
    if one.activity.kind != HAND_IN_KIND:
        level = min(level, Sureness.LIKELY)
    if rival:
        level = Sureness(max(level - 1, Sureness.WEAK))
    reasons = (*one.reasons, Reason(Why.RIVAL)) if rival else one.reasons
    return Suggestion(one.assignment.key, one.activity, level, reasons)


def _candidates(training: Training, assignment: Assignment, activities: Sequence[NativeActivity]) -> Iterator[_Candidate]:
    for activity in activities:
        if activity.kind in _SILENT_KINDS:
            continue
        found = list(_evidence(training, assignment, activity))
        evidence = sum(weight for weight, _ in found)
        hands_in = activity.kind == HAND_IN_KIND
        if evidence >= (_ENOUGH if hands_in and not activity.hidden else _ENOUGH_ELSEWHERE):
            reasons = [reason for weight, reason in found if weight > 0]
            if hands_in:
                reasons.append(Reason(Why.HANDS_IN))
            yield _Candidate(assignment, activity, evidence + _manner(activity), tuple(reasons))


def _evidence(training: Training, assignment: Assignment, activity: NativeActivity) -> Iterator[tuple[float, Reason]]:
    phase = training.phase_of(assignment)
    title, words = activity.title, telling(activity.title)
    likeness, matched = _likeness(assignment, words)
    if likeness:
        yield likeness, Reason(Why.TITLE, " ".join(matched))
    if _names(phase, words):
        yield _PHASE, Reason(Why.PHASE, title)
    yield from _section(training, phase, activity.section)
    yield from _numbers(assignment, phase, title)


def _section(training: Training, phase: Phase, section: str) -> Iterator[tuple[float, Reason]]:
    words = telling(section)
    named = [one for one in training.phases if _names(one, words)]
    numbers = {one.number for one in counted(section) if one.word not in ASSIGNMENT_WORDS}
    if phase in named:
        yield _PHASE_OF_SECTION, Reason(Why.SECTION, section)
    elif not named and phase.order in numbers:
        yield _SECTION_NUMBER, Reason(Why.SECTION, section)
    elif named:
        yield -_CONTRADICTS, Reason(Why.SECTION, section)


def _numbers(assignment: Assignment, phase: Phase, title: str) -> Iterator[tuple[float, Reason]]:
    for one in counted(title):
        reason = Reason(Why.NUMBER, str(one.number))
        if one.word in ASSIGNMENT_WORDS:
            yield (_NUMBER if assignment.order == one.number else -_CONTRADICTS), reason
        elif one.word in PHASE_WORDS:
            yield (_PHASE_NUMBER if phase.order == one.number else -_CONTRADICTS), reason
        elif one.number in (assignment.order, phase.order):
            yield _PART_NUMBER, reason


def _manner(activity: NativeActivity) -> float:
    """Return what speaks for an activity whatever the assignment."""
    words = words_of(activity.title)
    score = {HAND_IN_KIND: _HANDS_IN}.get(activity.kind, _TESTS if activity.kind in _TEST_KINDS else 0.0)
    score += _HAND_IN_WORD if any(word in HAND_IN_WORDS for word in words) else 0.0
    score -= _BESIDE if any(word in ABOUT_WORDS for word in words) else 0.0
    return score - (_HIDDEN if activity.hidden else 0.0)


def _likeness(assignment: Assignment, words: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    """Return how much of an assignment's own words stand in a title, and which words those are."""
    key = telling(assignment.key)
    best = 0.0
    matched: tuple[str, ...] = ()
    if key and share_found(key, words) == 1.0:
        best, matched = _TITLE, found_in(key, words)
    for position, part in _parts(assignment.title):
        share = share_found(part, words)
        whole = _TITLE if position == 0 else _PART if len(part) > 1 else 0.0
        weight = whole if share == 1.0 else whole * share / 2 if share >= 0.5 else 0.0
        if weight > best:
            best, matched = weight, found_in(part, words)
    return best, matched


def _parts(title: Text) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the telling words of each part of a title in each language: what stands before a colon is the first part."""
    for text in (title.nl, title.en):
        for position, part in enumerate(text.split(":")):
            if words := telling(part):
                yield position, words


def _names(phase: Phase, words: Sequence[str]) -> bool:
    names = (telling(phase.name.nl), telling(phase.name.en), telling(phase.key))
    return any(share_found(name, words) == 1.0 for name in names)
