"""What the use of the connection shows, as findings: switched on, deployments, the last launch, refusals, cookies."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString

from lti_tool.connection.reasons import ORDINARY, reason_of
from lti_tool.errors import Words
from lti_tool.launch.models import Layer
from lti_tool.launch.tracebook import Reason, Trace
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformInfo
from lti_tool.web.formats import when
from lti_tool.web.lights import THE_ADMIN, THE_OPERATOR, Finding, Light

_UNKNOWN_DEPLOYMENT = "L-DEPLOY"
_LAYERS: dict[Layer, Words] = {
    Layer.COOKIE: _l("met een cookie van ICC Bridge"),
    Layer.STORAGE: _l("met de opslag van de leeromgeving"),
    Layer.WINDOW: _l("in een eigen venster"),
}


def switched_on(platform: PlatformInfo) -> Finding:
    """Say whether launches are accepted at all."""
    title = _l("Koppeling")
    if platform.status == PlatformStatus.ACTIVE:
        return Finding("status", Light.OK, title, _l("De koppeling staat aan."))
    meaning = _l("De koppeling is bij ICC Bridge uitgezet. Opdrachten gaan niet open.")
    steps = (_l("Vraag de beheerder van ICC Bridge om de koppeling weer aan te zetten."),)
    return Finding("status", Light.WRONG, title, meaning, (), THE_OPERATOR, steps)


def deployments(known: Sequence[str], reasons: Sequence[Reason]) -> Finding:
    """Say whether the places in the platform where the tool stands are known."""
    title = _l("Deployments")
    steps = (
        _l("Zoek het deployment-id op bij de instellingen van de tool in de leeromgeving."),
        _l("Geef het door aan de beheerder van ICC Bridge."),
    )
    if not known:
        meaning: Words = _l("Er is nog geen deployment-id bekend. Niemand kan de training openen.")
        return Finding("deployments", Light.WRONG, title, meaning, (), THE_ADMIN, steps)
    items = [_l("Deployment-id: %(id)s", id=one) for one in known]
    strange = next((reason for reason in reasons if reason.outcome == _UNKNOWN_DEPLOYMENT), None)
    if strange is not None:
        meaning = lazy_ngettext(
            "De tool is in de leeromgeving ook ergens anders toegevoegd: %(num)s keer kwam iemand vandaar niet binnen.",
            "De tool is in de leeromgeving ook ergens anders toegevoegd: %(num)s keer kwam iemand vandaar niet binnen.",
            strange.count,
        )
        return Finding("deployments", Light.ATTENTION, title, meaning, items, THE_ADMIN, steps)
    meaning = lazy_ngettext("%(num)s deployment is bekend.", "%(num)s deployments zijn bekend.", len(known))
    return Finding("deployments", Light.OK, title, meaning, items)


def last_launch(launches: Sequence[Trace], last_at: datetime | None) -> Finding:
    """Say when somebody got in last.

    Args:
        launches: the last ones, newest first.
        last_at: when the last one was, which is known for longer than the launches themselves.
    """
    title = _l("Laatst geopend")
    if last_at is None:
        meaning = _l("Nog niemand heeft de training vanuit deze leeromgeving geopend.")
        steps = (_l("Zet in de leeromgeving een opdracht in een cursus en open die."),)
        return Finding("last_launch", Light.NOT_TRIED, title, meaning, (), "", steps)
    moment = launches[0].at if launches else last_at
    items = (_l("Code: %(code)s", code=launches[0].code),) if launches else ()
    return Finding("last_launch", Light.OK, title, _l("Op %(when)s.", when=LazyString(when, moment)), items)


def refusals(reasons: Sequence[Reason], days: int) -> Finding:
    """Say who did not get in lately, and why."""
    title = _l("Niet binnengekomen")
    if not reasons:
        meaning: Words = _l("De laatste %(days)s dagen is niemand geweigerd.", days=days)
        return Finding("refusals", Light.OK, title, meaning)
    items = [
        _l(
            "%(count)s × %(reason)s (%(outcome)s), het laatst op %(when)s, code %(code)s",
            count=reason.count,
            reason=reason_of(reason.outcome),
            outcome=reason.outcome,
            when=LazyString(when, reason.last_at),
            code=reason.last_code,
        )
        for reason in reasons
    ]
    total = sum(reason.count for reason in reasons)
    if {reason.outcome for reason in reasons} <= ORDINARY:
        meaning = lazy_ngettext(
            "De laatste dagen ging %(num)s keer iets niet open. Opnieuw aanklikken in de cursus helpt dan.",
            "De laatste dagen ging %(num)s keer iets niet open. Opnieuw aanklikken in de cursus helpt dan.",
            total,
        )
        return Finding("refusals", Light.OK, title, meaning, items)
    meaning = lazy_ngettext(
        "De laatste dagen ging %(num)s keer iets niet open, niet alleen door mensen zelf.",
        "De laatste dagen ging %(num)s keer iets niet open, niet alleen door mensen zelf.",
        total,
    )
    steps = (
        _l("Kijk of een van de andere punten de oorzaak noemt. Geef anders de code door aan de beheerder van ICC Bridge."),
    )
    return Finding("refusals", Light.ATTENTION, title, meaning, items, THE_ADMIN, steps)


def layers(counts: Mapping[Layer, int], host: str) -> Finding:
    """Say what ties the launches to the browsers of this school.

    Args:
        host: our own, for which browsers may have to allow cookies.
    """
    title, total = _l("Cookies in het frame"), sum(counts.values())
    if not total:
        return Finding("layers", Light.NOT_TRIED, title, _l("Er is de laatste tijd geen opdracht geopend."))
    items = [_l("%(count)s × %(how)s", count=counts[layer], how=_LAYERS[layer]) for layer in Layer if counts.get(layer)]
    if counts.get(Layer.WINDOW, 0) * 2 > total:
        meaning = _l(
            "De browsers bewaren hier meestal geen cookies. Dan opent de training in een eigen venster, na één klik meer."
        )
        steps = (_l("Sta in de browsers van de school cookies toe voor %(host)s, ook binnen andere websites.", host=host),)
        return Finding("layers", Light.ATTENTION, title, meaning, items, THE_ADMIN, steps)
    return Finding("layers", Light.OK, title, _l("Opdrachten gaan in de leeromgeving zelf open."), items)
