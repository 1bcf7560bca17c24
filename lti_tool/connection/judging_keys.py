"""What came of the keys on both sides, and of the clocks, as findings."""

from collections.abc import Sequence
from math import inf

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString

from lti_tool.connection.probing import Probed
from lti_tool.connection.questions import Outcome
from lti_tool.errors import Words
from lti_tool.outgoing import origin
from lti_tool.platforms.service import PlatformInfo
from lti_tool.web.lights import THE_ADMIN, THE_OPERATOR, THE_SERVER, Finding, Light
from lti_tool.web.locales import say

MOST_SECONDS_UNNOTICED = 5
MOST_SECONDS = 30
"""Both sides refuse messages when their clocks differ by more than a minute (Security Framework 1.1, 5.1.3)."""
_FETCHING_ADVICE = "outgoing_addresses"
"""In the data of a family: what its server needs to fetch our keys."""


def their_keys(probed: Probed, platform: PlatformInfo) -> Finding:
    """Say whether the platform's keys can be read and used."""
    title, tried, host = _l("Sleutels van de leeromgeving"), probed.their_keys, origin(platform.jwks_url)
    strong = _l("Laat de leeromgeving RSA-sleutels van minstens 2048 bits publiceren, elk met een eigen kid.")
    technical = "; ".join((tried.detail, *probed.unfit_keys)).strip("; ")
    if tried.done and tried.count and not probed.unfit_keys:
        meaning: Words = lazy_ngettext(
            "ICC Bridge las %(num)s sleutel waarmee de leeromgeving haar berichten tekent.",
            "ICC Bridge las %(num)s sleutels waarmee de leeromgeving haar berichten tekent.",
            tried.count,
        )
        return Finding("their_keys", Light.OK, title, meaning)
    if tried.done and tried.count:
        meaning = _l(
            "Niet elke sleutel van de leeromgeving is bruikbaar. Tekent ze met zo’n sleutel, dan gaan opdrachten niet open."
        )
        return Finding("their_keys", Light.ATTENTION, title, meaning, (), THE_ADMIN, (strong,), technical)
    who, steps = THE_ADMIN, [strong]
    if tried.done:
        meaning = _l("De leeromgeving publiceert geen sleutel die ICC Bridge kan gebruiken. Opdrachten gaan niet open.")
    elif tried.outcome is Outcome.SILENT:
        meaning = _l(
            "De leeromgeving gaf geen antwoord toen ICC Bridge haar sleutels ophaalde. Tekent ze met een nieuwe sleutel,"
            " dan gaan opdrachten niet open."
        )
        who, steps = THE_SERVER, _reachable(host)
    elif tried.outcome is Outcome.ADDRESS:
        meaning = _l("Het adres van de sleutels mag ICC Bridge niet aanroepen: geen https, of in een privénetwerk.")
        steps = [_l("Geef een adres door dat van buiten het schoolnetwerk via https bereikbaar is.")]
    else:
        meaning = _l("Op het adres van de sleutels, bij %(host)s, staat iets anders dan sleutels.", host=host)
        steps = [_l("Controleer dit adres in de instellingen van de tool, en of de leeromgeving niet in onderhoud is.")]
    return Finding("their_keys", Light.WRONG, title, meaning, (), who, steps, technical)


def our_keys(probed: Probed, platform: PlatformInfo, url: str) -> Finding:
    """Say whether our keys can be read by the platform, as far as that can be seen from here.

    Args:
        url: where they are.
    """
    title, tried = _l("Sleutels van ICC Bridge"), probed.our_keys
    local = tried.outcome in (Outcome.ADDRESS, Outcome.NOT_TRIED)
    if any(token.done for token in probed.tokens.values()):
        meaning = _l(
            "De leeromgeving gaf toegang, en heeft daarvoor onze sleutels gelezen. Ook vanaf hier zijn ze te lezen."
        )
        if not tried.done:
            meaning = _l("De leeromgeving gaf toegang, en heeft daarvoor onze sleutels gelezen. Vanaf hier lukte dat niet.")
        return Finding("our_keys", Light.OK, title, meaning, technical=tried.detail)
    if tried.done:
        meaning = _l(
            "Onze sleutels zijn vanaf hier te lezen. Of de leeromgeving dat ook kan, is niet gebleken: ze gaf geen toegang."
        )
        steps = [_l("Kijk of de server van de leeromgeving dit adres kan openen: %(url)s", url=url), *_fetching(platform)]
        return Finding("our_keys", Light.ATTENTION, title, meaning, (), THE_SERVER, steps)
    if local:
        meaning = _l(
            "Ons adres %(url)s is alleen van binnen te bereiken. Een leeromgeving daarbuiten ziet het niet.", url=url
        )
        return Finding("our_keys", Light.NOT_TRIED, title, meaning, technical=tried.detail)
    meaning = _l("Op ons eigen adres %(url)s zijn onze sleutels niet te lezen. Resultaten komen dan niet aan.", url=url)
    steps = [_l("Controleer ICC_BASE_URL, het certificaat van de website en de proxy ervoor.")]
    return Finding("our_keys", Light.WRONG, title, meaning, (), THE_OPERATOR, steps, tried.detail)


def clocks(probed: Probed, *, refused_for_clock: bool) -> Finding:
    """Say whether both clocks agree.

    Args:
        refused_for_clock: whether launches were refused lately because of a clock.
    """
    title, ahead = _l("Klok"), probed.clock_ahead
    away = abs(ahead) if ahead is not None else inf
    steps = (_l("Zet op de server het gelijkzetten van de klok (NTP) aan."),)
    technical = f"their clock is {ahead:+.1f} s from ours" if ahead is not None else ""
    if ahead is None and not refused_for_clock:
        meaning = _l("De leeromgeving zei niet hoe laat het daar is.")
        return Finding("clock", Light.NOT_TRIED, title, meaning)
    if away <= MOST_SECONDS_UNNOTICED and not refused_for_clock:
        return Finding("clock", Light.OK, title, _l("De klokken lopen gelijk."), technical=technical)
    if refused_for_clock and (ahead is None or away <= MOST_SECONDS_UNNOTICED):
        meaning = _l("Er zijn opdrachten geweigerd omdat een klok verkeerd stond. Nu lopen de klokken gelijk.")
        return Finding("clock", Light.ATTENTION, title, meaning, (), THE_SERVER, steps, technical)
    seconds = round(away)
    meaning = lazy_ngettext(
        "De klok van de leeromgeving verschilt %(num)s seconde met die van ICC Bridge. Bij meer dan een minuut gaan"
        " opdrachten niet open.",
        "De klok van de leeromgeving verschilt %(num)s seconden met die van ICC Bridge. Bij meer dan een minuut gaan"
        " opdrachten niet open.",
        seconds,
    )
    light = Light.ATTENTION if away <= MOST_SECONDS else Light.WRONG
    return Finding("clock", light, title, meaning, (), THE_SERVER, steps, technical)


def _reachable(host: str) -> list[Words]:
    return [
        _l("Controleer of %(host)s van buiten het schoolnetwerk via https bereikbaar is.", host=host),
        _l("Laat de firewall van de school ICC Bridge door."),
    ]


def _fetching(platform: PlatformInfo) -> Sequence[Words]:
    """Return what this family's server needs to fetch our keys, from its profile."""
    return [LazyString(say, one.text) for one in platform.profile.advice if one.key == _FETCHING_ADVICE]
