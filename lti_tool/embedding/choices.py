"""What a trainer chose, read from the form: which items, and for which cohort."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from lti_tool.courses.copies import CERTIFICATE, WHOLE_TRAINING
from lti_tool.errors import Invalid
from mappings.training import Training

WHOLE = WHOLE_TRAINING
"""The item that stands for the overview of the whole training."""
_LONGEST = 500


class CohortKind(StrEnum):
    """How the form names a cohort; the values of the radio buttons for the last two."""

    KNOWN = "known"
    NEW = "new"
    CODE = "code"


_FIELDS = {CohortKind.NEW: "new_cohort", CohortKind.CODE: "join_code"}
_MISSING = {
    CohortKind.NEW: _l("Geef de nieuwe editie een naam."),
    CohortKind.CODE: _l("Vul de eenmalige code in die je kreeg."),
}


@dataclass(frozen=True)
class CohortWish:
    """The cohort to show: one the person is trainer of (its id), a new one (its name), or one by trainer's code."""

    kind: CohortKind
    value: str

    def __repr__(self) -> str:
        return f"CohortWish({self.kind})"


@dataclass(frozen=True)
class Choice:
    """What to embed for whom. `items` holds `WHOLE`, keys of assignments and `CERTIFICATE`, in this order."""

    items: tuple[str, ...]
    cohort: CohortWish


def read_choice(form: MultiDict[str, str], training: Training) -> Choice:
    """Read the form of the picker or of the setup page.

    Args:
        form: `item` (any number), `phase` (any number), and `cohort`, `new_cohort` or `join_code`.
        training: the training that the items belong to.

    Raises:
        Invalid: naming the field that needs attention.
    """
    return Choice(_read_items(form, training), read_cohort(form))


def check_number(choice: Choice, *, multiple: bool) -> None:
    """See that there is one item where only one is taken.

    Raises:
        Invalid: there are more.
    """
    if len(choice.items) > 1 and not multiple:
        raise Invalid(
            "more than one item",
            explanation=_l("Hier past één onderdeel tegelijk. Kies er één."),
            field="item",
        )


def _read_items(form: MultiDict[str, str], training: Training) -> tuple[str, ...]:
    chosen = set(form.getlist("item"))
    phases = {phase.key: phase for phase in training.phases}
    unknown = chosen - {WHOLE, CERTIFICATE, *(assignment.key for assignment in training.assignments)}
    unknown |= set(form.getlist("phase")) - set(phases)
    if unknown:
        raise Invalid(
            "an item or phase that the training does not have",
            explanation=_l("Wat je koos, hoort niet (meer) bij deze training. Kies opnieuw."),
            field="item",
        )
    for key in form.getlist("phase"):
        chosen.update(phases[key].assignments)
    in_order = [WHOLE, *(assignment.key for assignment in training.assignments), CERTIFICATE]
    items = tuple(key for key in in_order if key in chosen)
    if not items:
        raise Invalid("no item", explanation=_l("Kies minstens één onderdeel."), field="item")
    return items


def read_cohort(form: MultiDict[str, str], suggested_name: str = "") -> CohortWish:
    """Return the cohort that a form names. What was typed wins over a radio button that stood on another one.

    Args:
        suggested_name: the name of a new cohort with which the form began; left as it was, nobody typed it.

    Raises:
        Invalid: naming the field that needs attention.
    """
    picked = form.get("cohort", "").strip()
    typed = {kind: form.get(field, "").strip() for kind, field in _FIELDS.items()}
    if typed[CohortKind.NEW] == suggested_name and picked != CohortKind.NEW:
        typed[CohortKind.NEW] = ""
    if typed[CohortKind.NEW] == suggested_name and typed[CohortKind.CODE]:
        typed[CohortKind.NEW] = ""
    filled = [kind for kind, text in typed.items() if text]
    if len(filled) > 1:
        filled = [kind for kind in filled if kind == picked]
        if not filled:
            raise Invalid(
                "more than one cohort",
                explanation=_l("Je gaf een naam én een code op. Maak een van de twee velden leeg."),
                field="new_cohort",
            )
    if filled:
        return CohortWish(filled[0], typed[filled[0]][:_LONGEST])
    if picked in _FIELDS:
        kind = CohortKind(picked)
        raise Invalid(f"empty {_FIELDS[kind]}", explanation=_MISSING[kind], field=_FIELDS[kind])
    if not picked:
        raise Invalid("no cohort", explanation=_l("Kies voor welke editie dit is."), field="cohort")
    return CohortWish(CohortKind.KNOWN, picked[:_LONGEST])
