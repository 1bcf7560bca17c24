"""What came of a course, as findings for its trainer: what is in it, its members, when it was opened, completion."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString

from lti_tool.connection.course_facts import CourseFacts
from lti_tool.connection.questions import Outcome, Tried
from lti_tool.errors import Words
from lti_tool.training.completion import CompletionRule
from lti_tool.web.formats import when
from lti_tool.web.lights import THE_ADMIN, THE_SERVER, THE_TRAINER, Finding, Light
from lti_tool.web.locales import say

LATELY = timedelta(days=60)
"""Longer ago, and somebody should look whether the course is still in use."""
OPEN_ONE = _l("Open in de leeromgeving een opdracht van deze cursus en controleer daarna opnieuw.")
ASK_ADMIN = _l("Vraag de beheerder om bij Koppeling in ICC Bridge de koppeling te testen.")


def assignments(course: CourseFacts) -> Finding:
    """Say which assignments of the training stand in the course."""
    title = _l("Opdrachten in de cursus")
    there = {one.assignment_key for one in course.placements if one.bound}
    missing = [one for one in course.training.assignments if one.key not in there]
    items = [LazyString(say, one.title) for one in missing]
    if not missing:
        return Finding("assignments", Light.OK, title, _l("Alle opdrachten van de training staan in deze cursus."))
    if None in there:
        meaning: Words = _l(
            "Deze opdrachten zijn hier alleen via de training als geheel te bereiken, en hebben geen eigen kolom in de"
            " cijferlijst. Dat mag."
        )
        return Finding("assignments", Light.OK, title, meaning, items)
    meaning = _l("Deze opdrachten staan niet in deze cursus. Staan ze ergens anders, dan is dat goed.")
    steps = (_l("Voeg wat mist toe in de leeromgeving: kies bij een nieuwe activiteit ICC Bridge, en deze editie."),)
    return Finding("assignments", Light.ATTENTION, title, meaning, items, THE_TRAINER, steps)


def opened(last_at: datetime, now: datetime) -> Finding:
    """Say when somebody opened it last."""
    title, moment = _l("Laatst geopend"), LazyString(when, last_at)
    if now - last_at <= LATELY:
        return Finding("opened", Light.OK, title, _l("Op %(when)s.", when=moment))
    meaning = _l("Niemand opende dit sinds %(when)s. Misschien is het uit de cursus gehaald.", when=moment)
    return Finding("opened", Light.ATTENTION, title, meaning, (), THE_TRAINER, (OPEN_ONE,))


def roster(course: CourseFacts, tried: Tried) -> Finding:
    """Say whether the members can be read; only how many is kept."""
    title = _l("Deelnemerslijst")
    if course.memberships_url is None:
        meaning: Words = _l(
            "De leeromgeving heeft niet verteld waar de deelnemerslijst staat. Het bord weet dan niet wie er nog moet"
            " beginnen."
        )
        steps = (OPEN_ONE, _l("Helpt dat niet? Dan kan de beheerder namen en rollen aanzetten in de koppeling."))
        return Finding("roster", Light.ATTENTION, title, meaning, (), THE_ADMIN, steps)
    if not tried.done:
        return trouble("roster", title, tried)
    meaning = lazy_ngettext(
        "ICC Bridge kon de lijst lezen: %(num)s persoon. Namen zijn hierbij niet bewaard.",
        "ICC Bridge kon de lijst lezen: %(num)s personen. Namen zijn hierbij niet bewaard.",
        tried.count,
    )
    items = (_l("Er staan er meer op een volgende bladzijde."),) if tried.more else ()
    return Finding("roster", Light.OK, title, meaning, items)


def completion(course: CourseFacts, rules: Mapping[str, CompletionRule]) -> Finding:
    """Say whether accepting completes the activities, as far as anybody can know, and how the rule is set."""
    title, profile = _l("Afvinken in de leeromgeving"), course.platform.profile
    known, about = profile.completion, LazyString(say, profile.completion.about)
    if known.rule is None:
        return Finding("completion", Light.NOT_TRIED, title, about)
    places = [one for one in course.placements if one.bound]
    steps = [LazyString(say, text) for text in known.steps]
    if known.whole is not None and any(one.whole for one in places):
        steps.append(LazyString(say, known.whole))
    missing = [one.name for one in places if rules.get(one.id) is CompletionRule.MISSING]
    unknown = [one for one in places if rules.get(one.id, CompletionRule.UNKNOWN) is CompletionRule.UNKNOWN]
    rule = LazyString(say, known.rule)
    if missing:
        meaning: Words = _l(
            "Bij deze opdrachten vinkt de leeromgeving niet goed af: de voorwaarde ‘%(rule)s’ ontbreekt of staat anders.",
            rule=rule,
        )
        return Finding("completion", Light.ATTENTION, title, meaning, missing, THE_TRAINER, steps)
    if unknown:
        unseen = _l("Of de voorwaarde er is, kan ICC Bridge van buiten niet zien: kijk dat één keer zelf na.")
        both = LazyString(lambda: f"{about} {unseen}")
        who = _l("Jij of een docent van de cursus kan dit nakijken.")
        return Finding("completion", Light.NOT_TRIED, title, both, (), who, steps)
    meaning = _l("Elke opdracht heeft de voorwaarde ‘%(rule)s’. Akkoord werk wordt vanzelf afgevinkt.", rule=rule)
    return Finding("completion", Light.OK, title, meaning)


def trouble(key: str, title: Words, tried: Tried) -> Finding:
    """Say why a question brought nothing."""
    if tried.outcome is Outcome.SCOPE:
        meaning: Words = _l("De leeromgeving staat ICC Bridge dit niet toe.")
        return Finding(key, Light.WRONG, title, meaning, (), THE_ADMIN, (ASK_ADMIN,), tried.detail)
    if tried.outcome in (Outcome.NO_TOKEN, Outcome.DENIED):
        meaning = _l("De leeromgeving laat ICC Bridge niet binnen. De koppeling klopt daar niet (meer).")
        return Finding(key, Light.WRONG, title, meaning, (), THE_ADMIN, (ASK_ADMIN,), tried.detail)
    if tried.outcome is Outcome.SILENT:
        meaning = _l("De leeromgeving gaf geen antwoord. Resultaten wachten tot dat weer lukt; er gaat niets verloren.")
        steps = (_l("Controleer later opnieuw."),)
        return Finding(key, Light.WRONG, title, meaning, (), THE_SERVER, steps, tried.detail)
    if tried.outcome is Outcome.REFUSED:
        meaning = _l("De leeromgeving geeft dit niet (meer). Misschien is de cursus of de opdracht daar weggehaald.")
        return Finding(key, Light.WRONG, title, meaning, (), THE_TRAINER, (OPEN_ONE,), tried.detail)
    meaning = _l("De leeromgeving gaf een antwoord waarmee ICC Bridge niet verder kan. Vaak is er onderhoud.")
    return Finding(key, Light.WRONG, title, meaning, (), THE_ADMIN, (_l("Controleer later opnieuw."),), tried.detail)
