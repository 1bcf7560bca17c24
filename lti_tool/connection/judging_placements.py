"""What came of one link in a course, as findings for its trainer: what it shows, its column, its results, completion."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString

from lti_tool.advantage.lineitems import LineItem
from lti_tool.connection.course_facts import CourseFacts, PlacementFacts
from lti_tool.connection.course_probing import ColumnProbed
from lti_tool.connection.judging_course import OPEN_ONE, opened, trouble
from lti_tool.connection.questions import Outcome
from lti_tool.courses.copies import CERTIFICATE, WHOLE_TRAINING
from lti_tool.errors import Words
from lti_tool.platforms.scopes import LINEITEM, RESULT_READONLY, SCORE
from lti_tool.training.completion import CompletionRule
from lti_tool.web.lights import THE_ADMIN, THE_TRAINER, Finding, Light
from lti_tool.web.locales import say
from mappings.scores import SCORE_MAXIMUM

_AGAIN = _l("Zet de opdracht opnieuw in de cursus, met ICC Bridge bij het toevoegen van een activiteit.")
_POINTS = _l("Geef de activiteit in de leeromgeving een cijfer in punten, met %(most)s als maximum.", most=SCORE_MAXIMUM)
_COLUMN = _l("Kolom in de cijferlijst")


def judge(
    course: CourseFacts, place: PlacementFacts, probed: ColumnProbed, rule: CompletionRule, now: datetime
) -> Sequence[Finding]:
    """Return the findings about one link; of one that shows nothing yet there is only that to say."""
    shown = shows(course, place)
    if not place.bound:
        return (shown,)
    found = [shown, column(course, place, probed), results(place, probed), opened(place.last_launch_at, now)]
    if course.platform.profile.completes_by_grade:
        found.append(completed(course, place, rule))
    return found


def shows(course: CourseFacts, place: PlacementFacts) -> Finding:
    """Say what the link shows."""
    title = _l("Laat zien")
    if not place.bound:
        meaning: Words = _l("Niets: niemand heeft nog gekozen welke opdracht hier hoort. Deelnemers komen er niet verder.")
        steps = (_l("Open deze link in de cursus."), _l("Kies de editie en de opdracht, of haal de link weg."))
        return Finding("shows", Light.WRONG, title, meaning, (), THE_TRAINER, steps)
    if place.whole:
        meaning = _l("De training als geheel, van %(cohort)s.", cohort=course.cohort_name)
        return Finding("shows", Light.OK, title, meaning)
    if place.assignment_key == CERTIFICATE:
        return Finding("shows", Light.OK, title, _l("Het certificaat, van %(cohort)s.", cohort=course.cohort_name))
    if place.assignment is None:
        meaning = _l("Een opdracht die niet (meer) bij deze training hoort.")
        return Finding("shows", Light.WRONG, title, meaning, (), THE_TRAINER, (_AGAIN,), place.assignment_key or "")
    name = LazyString(say, place.assignment.title)
    return Finding("shows", Light.OK, title, _l("‘%(title)s’, van %(cohort)s.", title=name, cohort=course.cohort_name))


def column(course: CourseFacts, place: PlacementFacts, probed: ColumnProbed) -> Finding:
    """Say whether the link's column is there and is ours."""
    if place.lineitem_url is None:
        return _without_column(course, place)
    if SCORE not in place.scopes:
        return _no_scores()
    if probed.item is not None:
        return _own_column(course, place, probed.item)
    tried = probed.column
    if tried.outcome is Outcome.REFUSED and tried.status in (404, 410):
        meaning = _l("De kolom is er niet meer. Resultaten komen pas aan als er weer een is.")
        return Finding("column", Light.WRONG, _COLUMN, meaning, (), THE_TRAINER, (OPEN_ONE, _AGAIN), tried.detail)
    return trouble("column", _COLUMN, tried)


def results(place: PlacementFacts, probed: ColumnProbed) -> Finding:
    """Say whether the results in the column can be read back."""
    title, tried = _l("Resultaten teruglezen"), probed.results
    if place.lineitem_url is not None and RESULT_READONLY not in place.scopes:
        meaning: Words = _l(
            "ICC Bridge mag hier geen resultaten lezen. Resultaten komen wel aan; een cijfer dat iemand daar met de hand"
            " verandert, ziet het bord niet."
        )
        return Finding("results", Light.ATTENTION, title, meaning, (), THE_ADMIN)
    if tried.outcome is Outcome.NOT_TRIED:
        return Finding("results", Light.NOT_TRIED, title, _l("Zonder kolom is er niets te lezen."))
    if not tried.done:
        return trouble("results", title, tried)
    meaning = lazy_ngettext("Dat lukt: er staat %(num)s resultaat.", "Dat lukt: er staan %(num)s resultaten.", tried.count)
    return Finding("results", Light.OK, title, meaning)


def completed(course: CourseFacts, place: PlacementFacts, rule: CompletionRule) -> Finding:
    """Say whether accepting completes this very activity; how the rule is set, the course says once."""
    title, known = _l("Afvinken"), course.platform.profile.completion
    name = LazyString(say, known.rule)
    if rule is CompletionRule.MISSING and place.whole:
        return Finding("completion", Light.ATTENTION, title, LazyString(say, known.whole), (), THE_TRAINER)
    if rule is CompletionRule.PRESENT:
        return Finding("completion", Light.OK, title, _l("Akkoord werk wordt vanzelf afgevinkt."))
    if rule is CompletionRule.MISSING:
        meaning = _l("De voorwaarde ‘%(rule)s’ ontbreekt: akkoord werk wordt niet afgevinkt.", rule=name)
        return Finding("completion", Light.ATTENTION, title, meaning, (), THE_TRAINER)
    return Finding("completion", Light.NOT_TRIED, title, _l("Kijk zelf na of de voorwaarde ‘%(rule)s’ er is.", rule=name))


def _own_column(course: CourseFacts, place: PlacementFacts, item: LineItem) -> Finding:
    """Compare a column with the link it should belong to."""
    items: list[Words] = [_l("De kolom heet ‘%(label)s’.", label=item.label or "–")]
    if item.resource_link_id not in (None, place.resource_link_id) or _of_another(course, place, item):
        meaning: Words = _l("De kolom hoort volgens de leeromgeving bij een andere opdracht. Resultaten staan dan verkeerd.")
        detail = f"column of link {item.resource_link_id}, resource {item.resource_id}"
        return Finding("column", Light.WRONG, _COLUMN, meaning, items, THE_TRAINER, (OPEN_ONE, _AGAIN), detail)
    if item.score_maximum <= 0:
        meaning = _l("De kolom neemt geen punten aan. Een resultaat heeft daar geen plaats.")
        steps = (_POINTS,)
        return Finding("column", Light.WRONG, _COLUMN, meaning, items, THE_TRAINER, steps)
    if item.score_maximum != SCORE_MAXIMUM and place.assignment_key != CERTIFICATE:
        most = f"{item.score_maximum:g}"
        items.append(_l("Het maximum is %(most)s: akkoord wordt daar %(most)s van %(most)s.", most=most))
    return Finding("column", Light.OK, _COLUMN, _l("De kolom is er, en hoort bij deze opdracht."), items)


def _of_another(course: CourseFacts, place: PlacementFacts, item: LineItem) -> bool:
    """Whether a column names another item of the same training as its resource: `training:item:cohort`, as we make them."""
    training, _, rest = (item.resource_id or "").partition(":")
    named = rest.partition(":")[0]
    known = {WHOLE_TRAINING, CERTIFICATE, *(one.key for one in course.training.assignments)}
    return training == course.training.key and named in known and named != (place.assignment_key or WHOLE_TRAINING)


def _without_column(course: CourseFacts, place: PlacementFacts) -> Finding:
    if place.whole:
        meaning: Words = _l("Geen. Dat hoeft niet: de opdrachten hebben hun eigen kolom.")
        return Finding("column", Light.OK, _COLUMN, meaning)
    if SCORE not in place.scopes:
        return _no_scores()
    if place.lineitems_url is None or LINEITEM not in place.scopes:
        meaning = _l("Er is geen kolom, en ICC Bridge mag er geen maken. Resultaten komen niet aan.")
        return Finding("column", Light.WRONG, _COLUMN, meaning, (), THE_TRAINER, (_AGAIN,))
    if course.platform.profile.completes_by_grade:
        meaning = _l(
            "De activiteit heeft zelf geen cijfer. ICC Bridge maakt een losse kolom bij het eerste resultaat; daarop kan de"
            " leeromgeving niet afvinken."
        )
        steps = (_POINTS,)
        return Finding("column", Light.ATTENTION, _COLUMN, meaning, (), THE_TRAINER, steps)
    meaning = _l("Nog geen. ICC Bridge maakt de kolom bij het eerste resultaat.")
    return Finding("column", Light.OK, _COLUMN, meaning)


def _no_scores() -> Finding:
    meaning = _l("De leeromgeving staat niet toe dat ICC Bridge hier resultaten zet. Resultaten komen niet aan.")
    steps = (_l("Zet in de instellingen van de tool de diensten voor cijfers aan."),)
    return Finding("column", Light.WRONG, _COLUMN, meaning, (), THE_ADMIN, steps)
