"""What an HTTP error of Flask and Werkzeug (RFC 9110, 15.5 and 15.6) means to a person, as errors of our own tree."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lti_tool.errors import IccError, NotAllowed, NotFound, Refused, SessionExpired
from lti_tool.web.formats import filesize


class FormExpired(SessionExpired):
    """A form whose token is too old, or from another session."""

    code = "R-FORM"
    status = 400
    explanation = _l("Dit formulier was te oud, of je opende de training intussen opnieuw. Er is niets verstuurd.")
    steps = (_l("Ga terug naar je cursus in de leeromgeving."), _l("Open de opdracht opnieuw vanuit je cursus."))


class BadRequest(Refused):
    """A request that cannot be read."""

    code = "R-REQUEST"
    title = _l("Dit verzoek begrijpen we niet")
    explanation = _l("Er ontbreekt iets, of het klopt niet. Er is niets veranderd.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Ga terug naar je cursus in de leeromgeving."), _l("Klik de opdracht opnieuw aan."))


class WrongMethod(BadRequest):
    """An address that exists, but not for this kind of request."""

    code = "R-METHOD"
    status = 405
    title = _l("Dit adres kun je zo niet openen")
    explanation = _l("Je leeromgeving opent dit adres voor je. Met een bladwijzer of gekopieerde link gaat dat niet.")


class TooLarge(Refused):
    """More bytes than the limit."""

    code = "R-TOO-LARGE"
    status = 413
    title = _l("Dit bestand is te groot")
    explanation = _l("Wat je stuurt, is groter dan er in past.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Maak het bestand kleiner, of deel een link."), _l("Ga terug en lever het opnieuw in."))


class TooMany(Refused):
    """More requests than the limit."""

    code = "R-TOO-MANY"
    status = 429
    title = _l("Even rustig aan")
    explanation = _l("Er kwamen heel veel verzoeken achter elkaar. Wat je bewaarde, is er nog.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Wacht een minuut."), _l("Probeer het daarna opnieuw."))


class Unavailable(IccError):
    """The tool itself cannot answer now."""

    code = "ICC-BUSY"
    status = 503
    title = _l("ICC Bridge is even niet bereikbaar")
    explanation = _l("Er wordt aan gewerkt, of het is heel druk. Wat je bewaarde, is er nog.")


_BY_STATUS: dict[int, type[IccError]] = {
    403: NotAllowed,
    404: NotFound,
    405: WrongMethod,
    410: NotFound,
    429: TooMany,
    503: Unavailable,
}


def of_http(error: HTTPException) -> IccError:
    """Return the error of our own that says the same; the status stays the HTTP error's."""
    if isinstance(error, CSRFError):
        return FormExpired(str(error.description))
    if isinstance(error, RequestEntityTooLarge):
        limit = current_app.config.get("MAX_CONTENT_LENGTH")
        if isinstance(limit, int):
            return TooLarge(explanation=_("Er past hooguit %(limit)s in.", limit=filesize(limit)))
        return TooLarge()
    kind = _BY_STATUS.get(error.code or 500)
    if kind is None:
        kind = IccError if (error.code or 500) >= 500 else BadRequest
    return kind(f"HTTP {error.code}")
