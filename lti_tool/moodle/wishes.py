"""What a trainer wants of an activity, and everything that can be wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Invalid, Words
from mappings.activities import HAND_IN_KIND, Counts, NativeActivity
from mappings.training import Training

WAYS: Mapping[Counts, Words] = {
    Counts.SUBMITTED: _l("Ingeleverd"),
    Counts.GRADED: _l("Beoordeeld met een cijfer"),
    Counts.COMPLETED: _l("Voltooid"),
}


class Part(StrEnum):
    """A part of a wish; the names of the form's fields begin so."""

    ASSIGNMENT = "assignment"
    ACTIVITY = "activity"
    COUNTS = "counts"
    GRADE = "grade"
    TRAINER = "trainer"
    COMPLETE = "complete"
    WRITE = "write"


@dataclass(frozen=True)
class Wish:
    """That an activity stands for an assignment, what of it counts, and what goes back."""

    assignment_key: str
    cm_id: int
    counts: Counts
    from_grade: float | None = None
    needs_trainer: bool = True
    writes_completion: bool = False
    writes_grade: bool = False


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong with a wish."""

    assignment_key: str
    part: Part
    words: Words
    """For people, on a page."""
    detail: str
    """The same in one English line, for the command line and the log."""

    def __str__(self) -> str:
        return f"{self.assignment_key}: {self.detail}"


class WishesRefused(Invalid):
    """Wishes that cannot be kept; nothing was stored."""

    code = "M-MAPPING"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        more = len(mistakes) - 1
        suffix = f" (and {more} more mistake{'' if more == 1 else 's'})" if more else ""
        super().__init__(f"{mistakes[0]}{suffix}", explanation=mistakes[0].words)
        self.mistakes = tuple(mistakes)


def mistakes_in(training: Training, activities: Mapping[int, NativeActivity], wishes: Sequence[Wish]) -> Sequence[Mistake]:
    """Return everything that is wrong with wishes.

    Args:
        training: whose assignments they are for.
        activities: those of the course that can count, by cm id.
        wishes: all that is to be kept for the course and cohort together.
    """
    return [*_taken_twice(wishes), *(mistake for wish in wishes for mistake in _mistakes(training, activities, wish))]


def taken(wish: Wish, by: str) -> Mistake:
    """Return that an activity stands for another assignment already."""
    words = _l("Deze activiteit staat al voor een andere opdracht. Kies een andere.")
    return Mistake(wish.assignment_key, Part.ACTIVITY, words, f"activity {wish.cm_id} stands for {by} already")


def _taken_twice(wishes: Sequence[Wish]) -> Iterator[Mistake]:
    keys: set[str] = set()
    by_activity: dict[int, str] = {}
    for wish in wishes:
        if wish.assignment_key in keys:
            words = _l("Voor deze opdracht kies je één activiteit.")
            yield Mistake(wish.assignment_key, Part.ASSIGNMENT, words, "this assignment has an activity already")
        keys.add(wish.assignment_key)
        first = by_activity.setdefault(wish.cm_id, wish.assignment_key)
        if first != wish.assignment_key:
            yield taken(wish, first)


def _mistakes(training: Training, activities: Mapping[int, NativeActivity], wish: Wish) -> Iterator[Mistake]:
    key = wish.assignment_key
    if not training.has_assignment(key):
        words = _l("Deze opdracht hoort niet (meer) bij de training.")
        yield Mistake(key, Part.ASSIGNMENT, words, f"the training {training.key} has no such assignment")
    activity = activities.get(wish.cm_id)
    if activity is None:
        words = _l("Deze activiteit staat niet (meer) in de cursus, of kan niet meetellen. Kies een andere.")
        detail = f"activity {wish.cm_id} is not in this course, or cannot count in any way"
        yield Mistake(key, Part.ACTIVITY, words, detail)
        return
    if wish.counts not in activity.ways:
        yield Mistake(key, Part.COUNTS, _impossible(wish.counts), f"{activity.title}: cannot count as {wish.counts}")
    yield from _grade_mistakes(activity, wish)
    yield from _write_mistakes(activity, wish)


def _grade_mistakes(activity: NativeActivity, wish: Wish) -> Iterator[Mistake]:
    key, grade, maximum = wish.assignment_key, wish.from_grade, activity.maximum
    if grade is None:
        return
    if wish.counts is not Counts.GRADED:
        words = _l("Een cijfer telt alleen als je ‘Zodra er een cijfer is’ kiest.")
        yield Mistake(key, Part.GRADE, words, f"a least grade, but it counts as {wish.counts}")
    elif grade < 0:
        yield Mistake(key, Part.GRADE, _l("Vul een cijfer van 0 of hoger in."), "the least grade is below 0")
    elif maximum is None:
        words = _l("Deze activiteit heeft een schaal in plaats van punten. Laat dit veld leeg: elke beoordeling telt dan.")
        yield Mistake(key, Part.GRADE, words, f"{activity.title}: has a scale, so no least grade")
    elif grade > maximum:
        words = _l("In Moodle zijn hier hooguit %(maximum)s punten te halen.", maximum=f"{maximum:g}")
        yield Mistake(
            key, Part.GRADE, words, f"{activity.title}: the least grade {grade:g} is above its maximum {maximum:g}"
        )


def _write_mistakes(activity: NativeActivity, wish: Wish) -> Iterator[Mistake]:
    key = wish.assignment_key
    if not wish.needs_trainer and (wish.writes_completion or wish.writes_grade):
        part = Part.COMPLETE if wish.writes_completion else Part.WRITE
        words = _l("Terug naar Moodle gaat alleen iets als hier een trainer akkoord geeft.")
        yield Mistake(key, part, words, "writes back, but no trainer accepts here")
    if wish.writes_completion and not activity.tracked:
        words = _l("Moodle houdt van deze activiteit geen voltooiing bij. Zet dat in Moodle aan, of vink dit uit.")
        yield Mistake(key, Part.COMPLETE, words, f"{activity.title}: its completion is not tracked")
    elif wish.writes_completion and wish.counts is Counts.COMPLETED:
        words = _l("Wat meetelt, is hier al voltooid in Moodle. Vink dit uit.")
        yield Mistake(key, Part.COMPLETE, words, "marks complete what counts only once it is complete")
    if wish.writes_grade and (activity.kind != HAND_IN_KIND or activity.maximum is None):
        words = _l("Een cijfer kan alleen terug naar een Moodle-opdracht met punten. Vink dit uit.")
        yield Mistake(key, Part.WRITE, words, f"{activity.title}: grades are written only to an assignment with points")
    elif wish.writes_grade and wish.counts is Counts.GRADED:
        words = _l("Het cijfer komt hier al uit Moodle. Vink dit uit.")
        yield Mistake(key, Part.WRITE, words, "writes the grade that counts")


def _impossible(counts: Counts) -> Words:
    return {
        Counts.SUBMITTED: _l("In deze activiteit levert niemand iets in. Kies een andere manier van meetellen."),
        Counts.GRADED: _l("Deze activiteit heeft geen cijfer dat te lezen is. Kies een andere manier van meetellen."),
        Counts.COMPLETED: _l(
            "Moodle houdt van deze activiteit geen voltooiing bij. Zet dat in Moodle aan, of kies een andere manier van"
            " meetellen."
        ),
    }[counts]
