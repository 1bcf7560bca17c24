"""What can go wrong with embedding.

::

    Refused
    ├── AlreadyAnswered   E-ANSWERED   the choice of this request was sent before    (trainer)
    └── ChoiceExpired     E-EXPIRED    choosing took too long                        (trainer)
"""

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Refused

_AGAIN = (
    _l("Ga terug naar je cursus in de leeromgeving."),
    _l("Voeg de activiteit daar opnieuw toe. Dan kun je weer kiezen."),
)


class AlreadyAnswered(Refused):
    """A deep-linking request is answered once."""

    code = "E-ANSWERED"
    status = 409
    title = _l("Je keuze is al verstuurd")
    explanation = _l("Wat je koos, is al naar je leeromgeving gegaan. Kijk in je cursus of het er staat.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = _AGAIN


class ChoiceExpired(Refused):
    """The platform waits no longer for an answer."""

    code = "E-EXPIRED"
    status = 410
    title = _l("Het kiezen duurde te lang")
    explanation = _l("Je leeromgeving wacht niet meer op je keuze. Er is niets toegevoegd.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = _AGAIN
