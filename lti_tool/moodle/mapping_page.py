"""The page on which a trainer says which activity stands for which assignment: its form, and from it to wishes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from lti_tool.errors import Words
from lti_tool.moodle.advice import Advice, advice_for
from lti_tool.moodle.desks import Desk, is_number
from lti_tool.moodle.mapping import Kept, Looked, Mapped
from lti_tool.moodle.wishes import Mistake, Part, Wish
from mappings.activities import Counts, NativeActivity, usual_counts, usual_grade
from mappings.suggesting import Reason, Suggestion, Sureness, Why
from mappings.training import Assignment, Phase

KINDS: Mapping[str, Words] = {
    "assign": _l("Moodle-opdracht"),
    "bigbluebuttonbn": _l("Videovergadering"),
    "book": _l("Boek"),
    "choice": _l("Keuze"),
    "data": _l("Database"),
    "feedback": _l("Feedback"),
    "folder": _l("Map"),
    "forum": _l("Forum"),
    "glossary": _l("Begrippenlijst"),
    "h5pactivity": "H5P",
    "label": _l("Tekst"),
    "lesson": _l("Les"),
    "lti": _l("Externe tool"),
    "page": _l("Pagina"),
    "quiz": _l("Test"),
    "resource": _l("Bestand"),
    "scorm": "SCORM",
    "url": _l("Link"),
    "wiki": "Wiki",
    "workshop": _l("Workshop"),
}
_SURENESS: Mapping[Sureness, Words] = {
    Sureness.SURE: _l("vrij zeker"),
    Sureness.LIKELY: _l("waarschijnlijk"),
    Sureness.WEAK: _l("twijfelachtig"),
}


@dataclass(frozen=True)
class Filled:
    """What the fields of one assignment hold."""

    activity: str = ""
    """The cm id, or nothing."""
    counts: str = ""
    grade: str = ""
    trainer: bool = True
    complete: bool = False
    write: bool = False


@dataclass(frozen=True)
class Line:
    """One assignment of the training on the page."""

    assignment: Assignment
    phase: Phase
    filled: Filled
    mapped: Mapped | None
    """As it is kept."""
    suggestion: Suggestion | None
    """Shown while nothing is kept and nothing else was chosen."""
    errors: Mapping[Part, Words] = field(default_factory=dict)

    @property
    def lost(self) -> bool:
        """Whether its activity is to be chosen although the course does not show it (any more)."""
        return self.mapped is not None and self.filled.activity == str(self.mapped.activity.cm_id)


@dataclass(frozen=True)
class MappingPage:
    """The whole page."""

    desk: Desk
    kept: Kept
    looked: Looked
    lines: Sequence[Line]
    choices: Mapping[int, NativeActivity]
    stands_for: Mapping[int, Assignment]
    """The assignment that an activity stands for, as it is kept, by cm id."""

    @property
    def trouble(self) -> Advice | None:
        """Why Moodle's course is not shown."""
        return advice_for(self.looked.problem) if self.looked.problem else None

    @property
    def errors(self) -> Mapping[str, Words]:
        """What is wrong with the form, by the name of the field."""
        return {field_name(part, line.assignment.key): words for line in self.lines for part, words in line.errors.items()}


def field_name(part: Part, key: str) -> str:
    """Return the name of an assignment's field in the form."""
    return f"{part}-{key}"


def page_of(
    desk: Desk,
    kept: Kept,
    looked: Looked,
    suggestions: Sequence[Suggestion],
    typed: Mapping[str, Filled] | None = None,
    mistakes: Sequence[Mistake] = (),
) -> MappingPage:
    """Return the page.

    Args:
        typed: what the form holds, by the key of the assignment; None: nobody typed anything yet.
        mistakes: what is wrong with it.
    """
    suggested = {one.assignment_key: one for one in suggestions}
    training = desk.training

    def line(assignment: Assignment) -> Line:
        key = assignment.key
        mapped, suggestion = kept.mapped.get(key), suggested.get(key)
        filled = typed[key] if typed is not None else _filled(mapped, suggestion)
        if suggestion is not None and filled.activity != str(suggestion.activity.cm_id):
            suggestion = None
        errors = {one.part: one.words for one in reversed(mistakes) if one.assignment_key == key}
        return Line(assignment, training.phase_of(assignment), filled, mapped, suggestion, errors)

    return MappingPage(
        desk=desk,
        kept=kept,
        looked=looked,
        lines=[line(assignment) for assignment in training.assignments],
        choices=looked.choices(kept),
        stands_for={
            one.activity.cm_id: training.assignment(key) for key, one in kept.mapped.items() if training.has_assignment(key)
        },
    )


def read_form(form: MultiDict[str, str], desk: Desk) -> Mapping[str, Filled]:
    """Return what the form holds, by the key of the assignment."""

    def filled(key: str) -> Filled:
        return Filled(
            activity=form.get(field_name(Part.ACTIVITY, key), "").strip(),
            counts=form.get(field_name(Part.COUNTS, key), ""),
            grade=form.get(field_name(Part.GRADE, key), "").strip()[:20],
            trainer=form.get(field_name(Part.TRAINER, key)) != "no",
            complete=form.get(field_name(Part.COMPLETE, key)) == "1",
            write=form.get(field_name(Part.WRITE, key)) == "1",
        )

    return {assignment.key: filled(assignment.key) for assignment in desk.training.assignments}


def wishes_of(
    typed: Mapping[str, Filled], choices: Mapping[int, NativeActivity]
) -> tuple[Sequence[Wish], Sequence[Mistake]]:
    """Return what a trainer wants, and what could not be read of it; what usually counts where nothing was chosen."""
    wishes: list[Wish] = []
    mistakes: list[Mistake] = []
    for key, filled in typed.items():
        if not filled.activity:
            continue
        cm_id = int(filled.activity) if is_number(filled.activity) else 0
        activity = choices.get(cm_id)
        counts = _counts(filled, activity)
        grade = None
        if counts is Counts.GRADED and filled.grade:
            grade = _number(filled.grade)
            if grade is None:
                words = _l("Vul een getal in, zoals 5,5, of laat het veld leeg.")
                mistakes.append(Mistake(key, Part.GRADE, words, "the least grade is not a number"))
        wishes.append(
            Wish(
                key,
                cm_id,
                counts,
                grade,
                needs_trainer=filled.trainer,
                writes_completion=filled.complete,
                writes_grade=filled.write,
            )
        )
    return wishes, mistakes


def removed_of(form: MultiDict[str, str], typed: Mapping[str, Filled], kept: Kept) -> Sequence[str]:
    """Return the assignments that no activity is to stand for any more.

    Only where the form showed the mapping that is kept: what another trainer added meanwhile stays.
    """
    return [
        key
        for key, one in kept.mapped.items()
        if key in typed and not typed[key].activity and form.get(f"was-{key}") == one.id
    ]


def kind_of(activity: NativeActivity) -> Words:
    """Return what kind of activity it is, in words."""
    return KINDS.get(activity.kind, activity.kind)


def reason_of(reason: Reason) -> Words:
    """Return why something was suggested, in a few words."""
    return {
        Why.TITLE: _l("in de titel staat ‘%(words)s’", words=reason.words),
        Why.PHASE: _l("de titel noemt de fase"),
        Why.SECTION: _l("het staat bij ‘%(words)s’", words=reason.words),
        Why.NUMBER: _l("het nummer klopt (%(words)s)", words=reason.words),
        Why.HANDS_IN: _l("hier wordt ingeleverd"),
        Why.RIVAL: _l("maar iets anders lijkt er net zo op: kijk goed"),
    }[reason.why]


def sureness_of(suggestion: Suggestion) -> Words:
    """Return how sure a suggestion is, in words."""
    return _SURENESS[suggestion.sureness]


def _filled(mapped: Mapped | None, suggestion: Suggestion | None) -> Filled:
    if mapped is not None:
        wish = mapped.wish
        return Filled(
            activity=str(wish.cm_id),
            counts=wish.counts.value,
            grade=_shown(wish.from_grade),
            trainer=wish.needs_trainer,
            complete=wish.writes_completion,
            write=wish.writes_grade,
        )
    if suggestion is None:
        return Filled()
    activity = suggestion.activity
    counts = usual_counts(activity.kind, activity.ways)
    grade = usual_grade(activity.maximum) if counts is Counts.GRADED else None
    return Filled(str(activity.cm_id), counts.value if counts else "", _shown(grade))


def _counts(filled: Filled, activity: NativeActivity | None) -> Counts:
    if filled.counts in list(Counts):
        return Counts(filled.counts)
    usual = usual_counts(activity.kind, activity.ways) if activity else None
    return usual or Counts.SUBMITTED


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}".replace(".", ",")
