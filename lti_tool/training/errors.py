"""What can go wrong with work and its files.

::

    IccError
    ├── NotFound
    │   └── TakesNoPart       a page of participants, for somebody who only reviews there (trainer)
    ├── NotAllowed
    │   └── OthersWork        the work of somebody whom the person does not train (participant, visitor)
    ├── Invalid
    │   ├── Incomplete        fields of the hand-in form that need attention      (participant)
    │   ├── FileRefused       a file that is not taken in                         (participant)
    │   ├── CodeRefused       a trainer's code that does not hold                 (trainer)
    │   └── Moved             the work changed while somebody was looking at it   (participant, trainer)
    └── StoreUnavailable      the file store does not take or give a file         (operator)
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from lti_tool.errors import IccError, Invalid, NotAllowed, NotFound, Words


class OthersWork(NotAllowed):
    """Somebody asks for the work of another, and is no trainer there."""

    code = "W-OTHERS"
    title = _l("Dit is het werk van iemand anders")
    explanation = _l(
        "Werk van een ander bekijkt alleen een trainer van deze cursus of editie. Jouw eigen werk kun je wel openen."
    )
    steps = (
        _l("Ga terug naar je cursus in de leeromgeving en open daar je eigen opdracht."),
        _l("Ben je hier trainer? Vraag dan of je de juiste rol hebt in de cursus."),
    )


class TakesNoPart(NotFound):
    """A page of the participants of a cohort, and the person is none of them but its trainer."""


class Incomplete(Invalid):
    """A form in which one or more fields need attention.

    `problems` maps a field's name to what has to be done about it.
    """

    code = "W-INCOMPLETE"

    def __init__(self, problems: Mapping[str, Words]) -> None:
        field, words = next(iter(problems.items()))
        super().__init__(f"fields: {', '.join(problems)}", explanation=words, field=field)
        self.problems = dict(problems)


class FileRefused(Invalid):
    """A file that is not taken in: too large, not of a kind that is asked for, not what its name says, one too many."""

    code = "F-REFUSED"
    title = _l("Dit bestand kunnen we niet aannemen")

    def __init__(self, detail: str, *, explanation: Words) -> None:
        super().__init__(detail, explanation=explanation, field="files")


class CodeRefused(Invalid):
    """A one-time code that is unknown, used or too old; the three are not told apart."""

    code = "C-CODE"
    title = _l("Deze code werkt niet")
    explanation = _l("De code klopt niet, is al gebruikt of is ouder dan veertien dagen. Vraag om een nieuwe.")


class Moved(Invalid):
    """The work is not any more what somebody was looking at; nothing was changed."""

    code = "W-MOVED"
    title = _l("Er is intussen iets veranderd")


class StoreUnavailable(IccError):
    """The file store does not take or give a file."""

    code = "F-STORE"
    status = 503
    title = _l("Bestanden zijn even niet bereikbaar")
    explanation = _l("We kunnen nu geen bestand bewaren of ophalen. Wat je eerder bewaarde, is er nog.")
