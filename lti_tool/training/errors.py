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
    │   │   ├── FileTooLarge  larger than fits                                    (participant)
    │   │   └── FileInfected  harmful, says the scanner                           (participant, their school's IT)
    │   ├── CodeRefused       a trainer's code that does not hold                 (trainer)
    │   ├── Moved             the work changed while somebody was looking at it   (participant, trainer)
    │   └── UploadRefused     a request about an upload that cannot be done       (whoever wrote the client)
    │       ├── OffsetWrong   a part that does not follow on what is there
    │       ├── PartBroken    a part that is not what its checksum says
    │       ├── UploadBusy    somebody makes a whole of its parts at this moment
    │       ├── PartTooLong   more bytes than the file was to have
    │       ├── PartUnknown   a part of another content type
    │       └── OtherProtocol another version of the protocol, or none
    └── StoreUnavailable      the file store does not take or give a file         (operator)
        └── NotScanned        the virus scanner does not answer                   (operator)
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


class FileTooLarge(FileRefused):
    """A file that is larger than fits."""

    status = 413


class FileInfected(FileRefused):
    """A file that carries something harmful, as the virus scanner says."""

    code = "F-INFECTED"


class CodeRefused(Invalid):
    """A one-time code that is unknown, used or too old; the three are not told apart."""

    code = "C-CODE"
    title = _l("Deze code werkt niet")
    explanation = _l("De code klopt niet, is al gebruikt of is ouder dan veertien dagen. Vraag om een nieuwe.")


class Moved(Invalid):
    """The work is not any more what somebody was looking at; nothing was changed."""

    code = "W-MOVED"
    title = _l("Er is intussen iets veranderd")


class UploadRefused(Invalid):
    """A request about an upload that cannot be done as it is; what was received before is kept."""

    code = "F-UPLOAD"
    status = 400
    explanation = _l("Dit stuk van je bestand paste niet. Wat al binnen was, is er nog.")
    steps = (_l("Kies het bestand opnieuw. We gaan verder waar we waren."),)


class OffsetWrong(UploadRefused):
    """A part that does not follow on what is there (tus 1.0, PATCH)."""

    status = 409


class PartBroken(UploadRefused):
    """A part that is not what its checksum says (tus 1.0, Checksum)."""

    status = 460


class UploadBusy(UploadRefused):
    """Somebody makes a whole of the parts at this moment, or removes them."""

    status = 423


class PartTooLong(UploadRefused):
    """More bytes than the file was to have."""

    status = 413


class PartUnknown(UploadRefused):
    """A part of another content type than tus prescribes."""

    status = 415


class OtherProtocol(UploadRefused):
    """A request that does not speak tus 1.0.0."""

    status = 412


class StoreUnavailable(IccError):
    """The file store does not take or give a file."""

    code = "F-STORE"
    status = 503
    title = _l("Bestanden zijn even niet bereikbaar")
    explanation = _l("We kunnen nu geen bestand bewaren of ophalen. Wat je eerder bewaarde, is er nog.")


class NotScanned(StoreUnavailable):
    """The virus scanner does not answer, and the settings say that then nothing is taken."""

    code = "F-SCANNER"
    title = _l("We kunnen nu geen bestanden aannemen")
    explanation = _l("De virusscanner geeft geen antwoord, en zonder controle nemen we niets aan. Er is niets verloren.")
    steps = (_l("Probeer het over een paar minuten opnieuw."),)
