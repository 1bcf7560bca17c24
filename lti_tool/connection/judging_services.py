"""What came of the platform's services, as findings: access, the Authorization header, grades, members."""

from collections.abc import Callable, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from lti_tool.connection.probing import Probed
from lti_tool.connection.questions import Outcome, Tried
from lti_tool.errors import Words
from lti_tool.outgoing import origin
from lti_tool.platforms.asking import SERVICES
from lti_tool.platforms.scopes import SCORE
from lti_tool.platforms.service import PlatformInfo
from lti_tool.web.lights import THE_ADMIN, THE_SERVER, Finding, Light

_SAID: dict[Outcome, Words] = {
    Outcome.DONE: _l("toegestaan"),
    Outcome.SCOPE: _l("niet toegestaan"),
    Outcome.SILENT: _l("geen antwoord"),
}
_REFUSED = _l("geweigerd")
_OPEN_ONE = _l("Open in de leeromgeving een opdracht en test daarna opnieuw.")


def access(probed: Probed, platform: PlatformInfo) -> Finding:
    """Say to which services the platform gives us access."""
    title, tokens = _l("Toegang tot de diensten"), probed.tokens
    items = [
        _l("%(what)s: %(said)s", what=service.what, said=_SAID.get(tokens[service.name].outcome, _REFUSED))
        for service in SERVICES
    ]
    outcomes = {tried.outcome for tried in tokens.values()}
    technical = "; ".join(sorted({tried.detail for tried in tokens.values() if tried.detail}))
    if outcomes == {Outcome.DONE}:
        meaning = _l("De leeromgeving geeft toegang tot alle diensten die ICC Bridge gebruikt.")
        return Finding("access", Light.OK, title, meaning, items)
    if outcomes <= {Outcome.DONE, Outcome.SCOPE}:
        meaning = _l("De leeromgeving staat niet alle diensten toe. Wat niet is toegestaan, werkt niet.")
        steps: Sequence[Words] = (
            _l("Zet in de instellingen van de tool de diensten voor cijfers en voor namen en rollen aan."),
        )
        light = Light.ATTENTION if tokens[SCORE].done else Light.WRONG
        return Finding("access", light, title, meaning, items, THE_ADMIN, steps, technical)
    if outcomes <= {Outcome.DONE, Outcome.SILENT}:
        meaning = _l("De leeromgeving gaf geen antwoord op de vraag om toegang. Resultaten wachten tot dat weer lukt.")
        steps = (
            _l(
                "Controleer of %(host)s van buiten het schoolnetwerk via https bereikbaar is.",
                host=origin(platform.token_url),
            ),
            _l("Laat de firewall van de school ICC Bridge door."),
        )
        return Finding("access", Light.WRONG, title, meaning, items, THE_SERVER, steps, technical)
    meaning = _l("De leeromgeving weigert ICC Bridge toegang. Resultaten komen niet aan.")
    steps = (
        _l("Kijk of de tool in de leeromgeving nog bestaat en actief is, met client-id %(id)s.", id=platform.client_id),
        _l("Kijk bij ‘Sleutels van ICC Bridge’ of de leeromgeving onze sleutels kan lezen."),
    )
    return Finding("access", Light.WRONG, title, meaning, items, THE_ADMIN, steps, technical)


def authorization(probed: Probed) -> Finding:
    """Say whether the Authorization header arrives: some web servers drop it on its way to the application."""
    title = _l("Authorization-header")
    tried = [one for one in (probed.line_items, probed.results, probed.roster) if one.outcome is not Outcome.NOT_TRIED]
    denied = [one for one in tried if one.outcome is Outcome.DENIED]
    if any(one.done for one in tried):
        return Finding("authorization", Light.OK, title, _l("De leeromgeving herkent de toegang die ze gaf."))
    if not denied:
        meaning = _l("Niet te zien, want geen enkele dienst kon worden gebruikt.")
        return Finding("authorization", Light.NOT_TRIED, title, meaning, (), "", (_OPEN_ONE,))
    meaning = _l(
        "De leeromgeving geeft ICC Bridge toegang en weigert die meteen daarna. Meestal laat de webserver (Apache, nginx of"
        " een proxy) de header ‘Authorization’ vallen. Resultaten komen dan niet aan."
    )
    steps = (
        _l("Apache: zet ‘CGIPassAuth On’ in de configuratie van de site."),
        _l("nginx: zet ‘fastcgi_param HTTP_AUTHORIZATION $http_authorization;’ bij de andere regels met fastcgi_param."),
        _l("Een proxy ervoor: laat de header ‘Authorization’ ongewijzigd door."),
        _l("Herstart de webserver en test opnieuw."),
    )
    return Finding("authorization", Light.WRONG, title, meaning, (), THE_SERVER, steps, denied[0].detail)


def line_items(probed: Probed) -> Finding:
    """Say whether columns of the gradebook can be read; nothing is made or changed."""
    return _service(
        "line_items",
        _l("Kolommen in de cijferlijst"),
        probed.line_items,
        lambda count: lazy_ngettext(
            "ICC Bridge zag %(num)s eigen kolom. Er is niets veranderd.",
            "ICC Bridge zag %(num)s eigen kolommen. Er is niets veranderd.",
            count,
        ),
        _l("Er is nog geen opdracht geopend waarbij de leeromgeving een cijferlijst aanbood."),
    )


def results(probed: Probed) -> Finding:
    """Say whether results can be read back."""
    return _service(
        "results",
        _l("Resultaten teruglezen"),
        probed.results,
        lambda count: _l("ICC Bridge kon de resultaten van een opdracht lezen: %(count)s.", count=count),
        _l("Er is nog geen opdracht geopend met een eigen kolom in de cijferlijst."),
    )


def roster(probed: Probed) -> Finding:
    """Say whether the members of a course can be read; only how many is kept."""
    return _service(
        "roster",
        _l("Deelnemerslijst"),
        probed.roster,
        lambda count: lazy_ngettext(
            "ICC Bridge kon de lijst van een cursus lezen: %(num)s persoon. Namen zijn niet bewaard.",
            "ICC Bridge kon de lijst van een cursus lezen: %(num)s personen. Namen zijn niet bewaard.",
            count,
        ),
        _l("Er is nog geen opdracht geopend waarbij de leeromgeving een deelnemerslijst aanbood."),
    )


def _service(key: str, title: Words, tried: Tried, seen: Callable[[int], Words], unknown: Words) -> Finding:
    if tried.done:
        items = (_l("Er staan er meer op een volgende bladzijde."),) if tried.more else ()
        return Finding(key, Light.OK, title, seen(tried.count), items)
    if tried.outcome is Outcome.NOT_TRIED:
        return Finding(key, Light.NOT_TRIED, title, unknown, (), "", (_OPEN_ONE,))
    if tried.outcome in (Outcome.NO_TOKEN, Outcome.SCOPE):
        meaning = _l("Niet te testen zonder toegang; zie ‘Toegang tot de diensten’.")
        return Finding(key, Light.NOT_TRIED, title, meaning, technical=tried.detail)
    if tried.outcome is Outcome.DENIED:
        meaning = _l("De leeromgeving herkende de toegang niet die ze zelf gaf; zie ‘Authorization-header’.")
        return Finding(key, Light.WRONG, title, meaning, (), THE_SERVER, (), tried.detail)
    if tried.outcome is Outcome.REFUSED and tried.status in (403, 404, 410):
        meaning = _l("De leeromgeving weigerde dit voor de laatst geopende opdracht. Misschien bestaat die niet meer.")
        return Finding(key, Light.ATTENTION, title, meaning, (), THE_ADMIN, (_OPEN_ONE,), tried.detail)
    if tried.outcome is Outcome.SILENT:
        meaning = _l("De leeromgeving gaf geen antwoord. ICC Bridge probeert het bij elk resultaat later opnieuw.")
        return Finding(key, Light.WRONG, title, meaning, (), THE_SERVER, (_l("Test later opnieuw."),), tried.detail)
    meaning = _l("De leeromgeving gaf een antwoord waarmee ICC Bridge niet verder kan.")
    steps = (_l("Kijk of de leeromgeving niet in onderhoud is, en test opnieuw."),)
    return Finding(key, Light.WRONG, title, meaning, (), THE_ADMIN, steps, tried.detail)
