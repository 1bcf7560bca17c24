"""In words what activities of a learning environment say of work: facts are kept, words are chosen when they are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.training.importing import NativeFacts
from lti_tool.training.outcomes import NativeMark, NativeState
from mappings.activities import Counts

Shown: TypeAlias = Mapping[str, Any]

_HOW: Mapping[str, Words] = {
    Counts.SUBMITTED: _l("Ingeleverd in Moodle"),
    Counts.GRADED: _l("Beoordeeld in Moodle"),
    Counts.COMPLETED: _l("Voltooid in Moodle"),
}
_STATES: Mapping[NativeState, Words] = {
    "reopened": _l("Staat in Moodle weer open"),
    "differs": _l("Na akkoord veranderd in Moodle"),
    "older": _l("Eerder ook ingeleverd in Moodle"),
    "left": _l("Niet meer in de cursus in Moodle"),
}
_MEANING: Mapping[NativeState, Words] = {
    "reopened": _l(
        "Er komt daar misschien nog iets: een nieuwe poging, of werk dat is teruggenomen. Wat hier staat, blijft."
    ),
    "differs": _l("Wat akkoord was, blijft akkoord. De nieuwste versie is wat er nu in Moodle staat."),
    "older": _l("Wat hier is ingeleverd, is nieuwer en telt. Het eerdere werk staat nog in Moodle."),
    "left": _l(
        "De maker is daar uitgeschreven of op non-actief gezet, of is voor ons niet meer te zien. Het werk en het"
        " oordeel blijven staan."
    ),
}


def natives_shown(natives: Sequence[NativeMark]) -> Sequence[Shown]:
    """Return what activities hold, each as a state of the macros, its words, and what it means."""
    return [
        {
            "state": f"native_{mark.state}",
            "text": str(_STATES[mark.state]) if mark.state in _STATES else str(_HOW[mark.counts]),
            "meaning": _MEANING.get(mark.state),
            "mark": mark,
        }
        for mark in natives
    ]


def how_done(facts: NativeFacts) -> str:
    """Return what made a version in the learning environment: ``Ingeleverd in Moodle``."""
    return str(_HOW[facts.counts])


def said_there(facts: NativeFacts) -> str:
    """Return what the learning environment says of a version besides what was handed in; empty: nothing."""
    if facts.counts == Counts.COMPLETED:
        return str(_("Moodle zegt dat deze activiteit voltooid is."))
    if facts.counts != Counts.GRADED or facts.grade is None:
        return ""
    grade = format_decimal(facts.grade)
    if facts.maximum is None:
        return str(_("Beoordeeld in Moodle."))
    return str(_("Cijfer in Moodle: %(grade)s van %(maximum)s.", grade=grade, maximum=format_decimal(facts.maximum)))
