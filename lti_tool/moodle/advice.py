"""What to do about a problem of a connected Moodle, in words for who administers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.moodle import problems
from lti_tool.web.lights import THE_ADMIN, THE_OPERATOR, THE_SERVER, THE_TRAINER

_PASSES = _l("Je hoeft niets te doen: ICC Bridge probeert het vanzelf opnieuw.")


@dataclass(frozen=True)
class Advice:
    """A problem: what is the matter, who can solve it, and how."""

    what: Words
    who: Words
    steps: Sequence[Words] = ()


_UNKNOWN = Advice(_l("Er ging iets mis dat we niet hadden verwacht. Wat eerder is gelezen, is bewaard."), THE_OPERATOR)
_ADVICE: Mapping[str, Advice] = {
    problems.TOKEN_REFUSED: Advice(
        _l(
            "Moodle neemt het token niet aan. Het klopt niet, is ingetrokken of verlopen, mag niet vanaf dit IP-adres, of"
            " het account ervan mag geen webservices gebruiken. Moodle zegt niet welke van deze het is."
        ),
        THE_ADMIN,
        (
            _l("Kijk bij Sitebeheer, Server, Webservices, Tokens beheren of het token er nog staat en geldig is."),
            _l("Staat daar een beperking op IP-adres? Zet het adres van ICC Bridge erbij."),
            _l("Kijk of de service aan staat en of het account erin mag."),
            _l("Geef het account op siteniveau een rol met het recht webservice/rest:use."),
            _l("Maak zo nodig een nieuw token en koppel opnieuw."),
        ),
    ),
    problems.SERVICES_OFF: Advice(
        _l("Webservices staan uit in deze Moodle, of het REST-protocol staat uit."),
        THE_ADMIN,
        (
            _l("Zet bij Sitebeheer, Algemeen, Geavanceerde mogelijkheden ‘Webservices’ aan."),
            _l("Zet bij Sitebeheer, Server, Webservices, Protocollen beheren ‘REST’ aan."),
        ),
    ),
    problems.FUNCTION_MISSING: Advice(
        _l("In de service van het token ontbreekt een functie die altijd nodig is."),
        THE_ADMIN,
        (_l("Test de koppeling: daar staat welke functie ontbreekt en hoe je die toevoegt."),),
    ),
    problems.NOT_ALLOWED: Advice(
        _l("Het account van het token mag dit niet, of mag de cursus niet in."),
        THE_ADMIN,
        (_l("Test de koppeling met deze cursus: daar staat welke rechten nodig zijn."),),
    ),
    problems.COURSE_GONE: Advice(
        _l("Deze cursus is er niet (meer) in Moodle."),
        THE_ADMIN,
        (_l("Kijk in Moodle of de cursus nog bestaat."),),
    ),
    problems.MAINTENANCE: Advice(_l("Aan deze Moodle wordt nu onderhoud gedaan."), _PASSES),
    problems.UNREACHABLE: Advice(
        _l("Deze Moodle geeft geen antwoord, of niet het antwoord dat een Moodle geeft."),
        THE_SERVER,
        (
            _l("Probeer het over een paar minuten opnieuw."),
            _l(
                "Blijft het zo? Kijk of de site van buiten het schoolnetwerk via https bereikbaar is, met een geldig"
                " certificaat."
            ),
            _l("Zet in Moodle het tonen van foutmeldingen (debuggen) uit."),
        ),
    ),
    problems.WRONG_ADDRESS: Advice(
        _l("Op dit adres is geen Moodle, of een andere Moodle dan die waar jullie deelnemers vandaan komen."),
        THE_ADMIN,
        (_l("Gebruik het adres dat op de voorpagina van Moodle in de adresbalk staat."),),
    ),
    problems.NOT_CONNECTED: Advice(
        _l("De webservices van deze Moodle zijn niet (meer) gekoppeld."),
        THE_ADMIN,
        (_l("Koppel ze opnieuw, met een token."),),
    ),
    problems.PLATFORM_DISABLED: Advice(_l("De koppeling met deze leeromgeving staat uit."), THE_OPERATOR),
    problems.FILE_GONE: Advice(_l("Dit bestand is er niet meer in Moodle."), THE_TRAINER),
    problems.FILE_REPLACED: Advice(
        _l("In Moodle staat nu een ander bestand op deze plek. Dit bestand was hier nog niet geopend."), THE_TRAINER
    ),
    problems.FILE_INFECTED: Advice(
        _l("In dit bestand zit volgens de virusscanner iets schadelijks. Open het ook in Moodle niet."),
        THE_TRAINER,
        (_l("Vraag wie het inleverde om een schoon bestand, en meld het bij de ICT-beheerder van de school."),),
    ),
    problems.FILE_REFUSED: Advice(_l("Dit bestand ligt buiten Moodle. Open het daar."), THE_TRAINER),
    problems.FILE_TOO_LARGE: Advice(_l("Dit bestand is te groot om hier te openen. Open het in Moodle."), THE_TRAINER),
    problems.NOT_SET_UP: Advice(
        _l("De activiteit is in Moodle niet ingesteld op wat hier is gekozen: voltooiing volgen, of een cijfer in punten."),
        THE_TRAINER,
    ),
    problems.NOT_STORED: Advice(
        _l("Moodle neemt dit voor deze persoon niet aan. Vaak is iemand daar niet (meer) deelnemer."), THE_TRAINER
    ),
    problems.CHANGED_THERE: Advice(
        _l("Iemand heeft dit in Moodle zelf anders beoordeeld. Wij laten dat staan, tot jij iets anders zegt."),
        _l("Jij kunt dit oplossen."),
    ),
    problems.KEPT_THERE: Advice(_l("Wat in Moodle staat, geldt."), ""),
    problems.ADDRESS: Advice(
        _l("Dit adres mag ICC Bridge niet aanroepen: het is niet https, of het ligt in een privénetwerk."),
        THE_SERVER,
        (_l("Maak de site van buiten het schoolnetwerk bereikbaar via https."),),
    ),
}


def advice_for(problem: str) -> Advice:
    """Return what to do about a problem (`moodle.problems`)."""
    return _ADVICE.get(problem, _UNKNOWN)
