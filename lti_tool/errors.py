"""The error tree of the tool. Each error says what happened, who can solve it and what to do.

::

    IccError                      anything that a person is told about
    ├── SettingsError             the installation's settings are wrong            (operator)
    ├── Refused                   a request that is not accepted
    │   ├── NotFound              no such thing, or not for this person            (user)
    │   ├── NotAllowed            the person may not do this                       (user)
    │   ├── Invalid               the form is incomplete or wrong                  (user)
    │   ├── SessionExpired        no valid session                                 (user)
    │   └── LaunchRefused …       a launch that failed verification (`launch`)     (user, school admin)
    └── OutsideError              another system did not answer as it should
        ├── AddressRefused        an address that we do not call                   (school admin)
        ├── Unreachable           time-out, connection refused, 5xx                (waits; school admin)
        └── BadAnswer             an answer that is not what the protocol says     (school admin)

The texts are lazy, so that the page shows them in the reader's language. `code` names the kind, in capitals; the error
page adds a random reference that leads an administrator to the log line.
"""

from collections.abc import Sequence
from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

Words: TypeAlias = str | LazyString


class IccError(Exception):
    """Base of all errors that a person is told about.

    Args:
        detail: one line for the log and the command line, without names, tokens or foreign responses.
        explanation: what happened, for the page; the class's own by default.
        reference: a short reference; the error page makes one when missing.
    """

    code: str = "ICC"
    status: int = 500
    title: Words = _l("Er ging iets mis")
    explanation: Words = _l("Dit hadden we niet verwacht. Wat je eerder bewaarde, is er nog.")
    who: Words = _l("De beheerder van ICC Bridge kan dit oplossen.")
    steps: Sequence[Words] = (_l("Probeer het over een paar minuten opnieuw."),)

    def __init__(self, detail: str = "", *, explanation: Words | None = None, reference: str | None = None) -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail
        self.reference = reference
        if explanation is not None:
            self.explanation = explanation


class SettingsError(IccError):
    """The settings of this installation are missing or wrong; the detail says which one and what was expected."""

    code = "S-SETTINGS"


class Refused(IccError):
    """A request that is not accepted; nothing was stored."""

    code = "R-REFUSED"
    status = 400


class NotFound(Refused):
    """No such thing, or not for this person: the two are not told apart."""

    code = "R-NOT-FOUND"
    status = 404
    title = _l("Deze pagina is er niet")
    explanation = _l("Wat je zoekt bestaat niet (meer), of het hoort niet bij jouw cursus.")
    who = _l("Je kunt dit zelf oplossen.")
    steps: Sequence[Words] = (_l("Ga terug naar je cursus in de leeromgeving."), _l("Open de opdracht daar opnieuw."))


class NotAllowed(Refused):
    """The person is known but may not do this."""

    code = "R-NOT-ALLOWED"
    status = 403
    title = _l("Dit mag je hier niet")
    explanation = _l("Met jouw rol in deze cursus kun je dit niet openen of veranderen.")
    who = _l("De trainer van je cursus kan je verder helpen.")
    steps: Sequence[Words] = (
        _l("Ga terug naar je cursus in de leeromgeving."),
        _l("Vraag je trainer of je de juiste rol hebt."),
    )


class Invalid(Refused):
    """A form or an argument that is incomplete or wrong.

    `field` names the form field that needs attention, if there is one.
    """

    code = "R-INVALID"
    status = 422
    title = _l("Er klopt nog iets niet")
    explanation = _l("Niet alles is goed ingevuld.")
    who = _l("Je kunt dit zelf oplossen.")
    steps: Sequence[Words] = (_l("Ga terug, pas het aan en probeer het opnieuw."),)

    def __init__(self, detail: str = "", *, explanation: Words | None = None, field: str | None = None) -> None:
        super().__init__(detail, explanation=explanation)
        self.field = field


class SessionExpired(Refused):
    """There is no valid session for this page."""

    code = "R-SESSION"
    status = 401
    title = _l("Je sessie is verlopen")
    explanation = _l("Je was een tijd weg, of je opende dit als iemand anders. Wat je bewaarde, is er nog.")
    who = _l("Je kunt dit zelf oplossen.")
    steps: Sequence[Words] = (_l("Ga terug naar je cursus in de leeromgeving."), _l("Klik de opdracht opnieuw aan."))


class OutsideError(IccError):
    """Another system did not answer as it should."""

    code = "O-OUTSIDE"
    status = 502
    title = _l("De leeromgeving geeft geen goed antwoord")
    explanation = _l("ICC Bridge kon de leeromgeving van je school niet goed bereiken.")
    who = _l("De beheerder van de leeromgeving kan dit oplossen.")


class AddressRefused(OutsideError):
    """An address from outside that we do not call: not https, or in a private network."""

    code = "O-ADDRESS"
    explanation = _l("Dit adres mag ICC Bridge niet aanroepen: het is niet https, of het ligt in een privénetwerk.")


class Unreachable(OutsideError):
    """No answer in time, connection refused, or a server error.

    `retry_after` is the number of seconds that the server asked us to wait, when it did.
    """

    code = "O-UNREACHABLE"

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class BadAnswer(OutsideError):
    """An answer that is not what the protocol says (HTML instead of JSON, too large, a missing member)."""

    code = "O-ANSWER"
