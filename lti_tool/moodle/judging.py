"""What the client found out about a token, as findings for who administers the Moodle."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.moodle.advice import advice_for
from lti_tool.moodle.needs import NEEDS, ONLY_WHEN, When
from lti_tool.web.lights import THE_ADMIN, Finding, Light
from moodle_client import Finding as Looked
from moodle_client import Function, Lack, Report, SiteInfo
from moodle_client.checking import ACTIVE_ENROLMENTS

ENROL_REVIEW = "active_enrolments"
DOWNLOADS = "downloads"
_TO_FUNCTIONS = _l("Ga naar Sitebeheer, Server, Webservices, Externe services, en kies bij de service ‘Functies’.")
_FINE = _l("Dit kan.")


def failed(problem: str, technical: str) -> Finding:
    """Say why the site as a whole cannot be used."""
    advice = advice_for(problem)
    return Finding("site", Light.WRONG, _l("Toegang tot Moodle"), advice.what, (), advice.who, advice.steps, technical)


def account(site: SiteInfo) -> Finding:
    """Say whose token it is, and warn of one that can do everything."""
    title, technical = _l("Account van het token"), f"user {site.user_id}, {site.release}"
    if site.is_site_admin:
        meaning = _l("Het token is van een sitebeheerder. Wie het in handen krijgt, kan alles in deze Moodle.")
        steps = (
            _l("Maak een eigen account voor ICC Bridge, met alleen de rechten die hieronder staan."),
            _l("Maak een token voor dat account, koppel opnieuw en trek dit token in."),
        )
        return Finding("account", Light.ATTENTION, title, meaning, (), THE_ADMIN, steps, technical)
    meaning = _l("Moodle herkent het token, van een account zonder beheerrechten.")
    return Finding("account", Light.OK, title, meaning, technical=technical)


def findings(report: Report, wanted: Collection[When]) -> Iterator[Finding]:
    """Yield a finding for everything that is used here; what the client can but is not used here is left out.

    Args:
        wanted: when a function counts as needed, as the courses are set up now.
    """
    for looked in report.findings:
        if looked.function is None:
            yield _downloads(looked)
        elif looked.function in NEEDS:
            active = looked.subject == ACTIVE_ENROLMENTS
            yield _active(looked) if active else _judged(looked, looked.function, wanted)


def _judged(looked: Looked, function: Function, wanted: Collection[When]) -> Finding:
    need = NEEDS[function]
    key = function.value if looked.course_id is None else f"{function.value}@{looked.course_id}"
    title = need.purpose if looked.course_id is None else _l("In deze cursus: %(what)s", what=need.purpose)
    if looked.ok:
        return Finding(key, Light.OK, title, _FINE, technical=function.value)
    light = _light(need.when, wanted)
    items = [ONLY_WHEN[need.when]] if need.when in ONLY_WHEN else []
    if need.when is When.FASTER:
        items = [_l("Zonder deze functie werkt alles ook, maar met tientallen keren zo veel verzoeken aan Moodle.")]
    technical = f"{function.value}: {looked.problem}"
    who: Words = "" if light is Light.OK else THE_ADMIN
    return Finding(key, light, title, _meaning(looked), items, who, _steps(looked), technical)


def _light(when: When, wanted: Collection[When]) -> Light:
    if when is When.ALWAYS or when in wanted:
        return Light.WRONG
    return Light.ATTENTION if when is When.FASTER else Light.OK


def _meaning(looked: Looked) -> Words:
    name = looked.function.value if looked.function else looked.subject
    words: Mapping[Lack, Words] = {
        Lack.FUNCTION: _l("De functie %(name)s zit niet in de service van het token.", name=name),
        Lack.CAPABILITY: _l("Moodle weigert: het account mist een recht, of mag deze cursus niet in."),
        Lack.UNSEEN: _l("Moodle laat zonder melding dingen weg: het account mist een recht om ze te zien."),
        Lack.COURSE: _l("Deze cursus is er niet in Moodle, of het account mag niet weten dat die er is."),
    }
    return words.get(looked.lack, _l("Moodle kon hier geen antwoord op geven."))


def _steps(looked: Looked) -> Sequence[Words]:
    if looked.lack is Lack.FUNCTION and looked.function is not None:
        return (_TO_FUNCTIONS, _l("Voeg toe: %(name)s", name=looked.function.value))
    if looked.lack in (Lack.CAPABILITY, Lack.UNSEEN):
        return (
            _l(
                "Schrijf het account in de cursus in als docent, of geef zijn rol daar deze rechten: %(capabilities)s",
                capabilities=", ".join(looked.capabilities),
            ),
        )
    if looked.lack is Lack.COURSE:
        return (_l("Kijk of het nummer klopt: het staat in Moodle achter ‘id=’ in het adres van de cursus."),)
    return (_l("Test over een paar minuten opnieuw."),)


def _downloads(looked: Looked) -> Finding:
    title = _l("Ingeleverde bestanden openen")
    if looked.ok:
        return Finding(DOWNLOADS, Light.OK, title, _FINE)
    meaning = _l("De service van het token mag geen bestanden ophalen.")
    steps = (
        _l("Ga naar Sitebeheer, Server, Webservices, Externe services, en kies bij de service ‘Bewerken’."),
        _l("Vink bij ‘Toon meer’ aan dat bestanden gedownload mogen worden."),
    )
    return Finding(DOWNLOADS, Light.WRONG, title, meaning, (), THE_ADMIN, steps, looked.problem)


def _active(looked: Looked) -> Finding:
    title = _l("Zien wie in de cursus geschorst is")
    if looked.ok:
        return Finding(ENROL_REVIEW, Light.OK, title, _FINE)
    meaning = _l("Moodle vertelt niet wie in de cursus geschorst is. Geschorste deelnemers lijken dan gewoon mee te doen.")
    return Finding(ENROL_REVIEW, Light.ATTENTION, title, meaning, (), THE_ADMIN, _steps(looked), looked.problem)
