"""What an error says on a page of our own window, where nobody came from a course in a learning environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.errors import IccError, NotAllowed, NotFound, SessionExpired, Words
from lti_tool.web.http_errors import BadRequest, FormExpired, WrongMethod


@dataclass(frozen=True)
class OwnWords:
    """What stands in the place of a class's own words."""

    explanation: Words
    who: Words
    steps: Sequence[Words]


_SELF, _OPERATOR = _l("Je kunt dit zelf oplossen."), _l("Wie ICC Bridge beheert, kan je verder helpen.")
_BACK = _l("Ga terug naar de vorige pagina en laad die opnieuw.")
_IN_OWN_WINDOW: Mapping[type[IccError], OwnWords] = {
    NotFound: OwnWords(
        _l("Wat je zoekt bestaat niet (meer), of het is niet voor jou."),
        _OPERATOR,
        (_l("Ga terug naar de vorige pagina."), _l("Klopt het adres? Vraag dan of je er de juiste rol voor hebt.")),
    ),
    NotAllowed: OwnWords(
        _l("Met jouw rol kun je dit niet openen of veranderen."),
        _OPERATOR,
        (_l("Ga terug naar de vorige pagina."), _l("Vraag of je er de juiste rol voor hebt.")),
    ),
    SessionExpired: OwnWords(
        _l("Je was een tijd weg, of je bent uitgelogd. Wat je bewaarde, is er nog."), _SELF, (_l("Log opnieuw in."),)
    ),
    FormExpired: OwnWords(
        _l("Dit formulier was te oud, of je logde intussen opnieuw in of uit. Er is niets verstuurd."),
        _SELF,
        (
            _BACK,
            _l("Log opnieuw in als daarom wordt gevraagd."),
            _l("Gebeurt het weer? Sta dan cookies toe voor dit adres: zonder cookies kun je niet inloggen."),
        ),
    ),
    BadRequest: OwnWords(_l("Er ontbreekt iets, of het klopt niet. Er is niets veranderd."), _SELF, (_BACK,)),
    WrongMethod: OwnWords(_l("Dit adres hoort bij een knop. Als link werkt het niet."), _SELF, (_BACK,)),
}


def in_own_words(error: IccError) -> OwnWords:
    """Return what to say of an error: what stands here for its class, unless it brought an explanation of its own."""
    kind = type(error)
    if kind in _IN_OWN_WINDOW and error.explanation is kind.explanation:
        return _IN_OWN_WINDOW[kind]
    return OwnWords(error.explanation, error.who, _IN_OWN_WINDOW[kind].steps if kind in _IN_OWN_WINDOW else error.steps)
