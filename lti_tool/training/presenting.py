"""What templates are given besides the page itself: tabs, the columns of the path, what the certificate still takes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from flask import render_template, request, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from lti_tool.errors import Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.board import BoardRow, Cell
from lti_tool.training.home import AssignmentLine, CertificatePanel, HomePage, Place
from lti_tool.training.outcomes import Extras, MarkState, ScoreMark
from lti_tool.training.people import School
from lti_tool.web.formats import day, hours
from lti_tool.web.holes import with_holes
from lti_tool.web.locales import say
from lti_tool.web.looking import is_looked_at
from mappings.progress import ContactHours, OutcomeState, PhaseProgress, PhaseState
from mappings.training import Assignment, Training

Shown: TypeAlias = Mapping[str, Any]

_MARK_STATES: Mapping[MarkState, str] = {
    "waiting": "score_waiting",
    "sent": "score_sent",
    "refused": "score_refused",
    "changed": "changed_by_hand",
    "kept": "changed_by_hand",
}
_SHORT: Mapping[MarkState, Words] = {
    "waiting": _l("Onderweg"),
    "sent": _l("Aangekomen"),
    "refused": _l("Geweigerd"),
    "changed": _l("Met de hand veranderd"),
    "kept": _l("Cijfer van de school geldt"),
}
"""Where the page says already which learning environment it is about."""
NOTICES_TAB = "notices.overview"
_MOST_URGENT = (OutcomeState.RETURNED, OutcomeState.SUBMITTED, OutcomeState.DRAFT)


def tabs(place: Place, current: str) -> Sequence[Shown]:
    """Return the tabs of a cohort's pages: the participant's, the trainer's, or both.

    Args:
        current: the endpoint of the tab that the page belongs to.
    """
    found: list[tuple[str, str]] = []
    if place.participates:
        found += [(_("Overzicht"), "training.home"), (_("Certificaat"), "training.name")]
    if place.trains:
        found += [
            (_("Wacht op jou"), "training.waiting"),
            (_("Bord"), "training.board"),
            (_("Certificaten"), "awards.due"),
        ]
    if place.training.sharing is not None:
        found.append((_("Van elkaar leren"), "exchange.overview"))
    found.append((_("Bijeenkomsten"), "meetings.overview"))
    found.append((_("Nieuw"), NOTICES_TAB))
    unread = _unread(place)
    return [
        {
            "text": text,
            "url": url_for(endpoint, cohort_id=place.cohort_id),
            "current": endpoint == current,
            "count": unread if endpoint == NOTICES_TAB else 0,
        }
        for text, endpoint in found
    ]


def _unread(place: Place) -> int:
    """Return how many notices the reader has not read, now that this page is shown."""
    extras = use(Extras)
    unread = extras.unread(place.standing)
    if unread and is_looked_at() and extras.opened(place.standing, request.endpoint or "", request.view_args or {}):
        return extras.unread(place.standing)
    return unread


def bar_of(place: Place, current: str) -> Shown:
    """Return what the templates of a cohort's pages are given for their bar.

    Args:
        current: the endpoint of the tab that the page belongs to.
    """
    home = url_for("training.home", cohort_id=place.cohort_id)
    return {
        "place": place,
        "brand": say(place.training.name),
        # whoever came from no course goes back to the own cohorts
        "brand_url": home if current_viewer().staff_id is None else url_for("training.my_cohorts"),
        "nav": tabs(place, current),
    }


def phase_columns(progress: Sequence[PhaseProgress]) -> Sequence[Shown]:
    """Return the columns of the path."""
    return [_column(one) for one in progress]


def what_is_needed(panel: CertificatePanel, name_url: str, issuer: str) -> Sequence[Shown]:
    """Return what the certificate still takes, one line each.

    Args:
        name_url: where the name is changed; empty on that very page.
        issuer: who approves the edition.
    """
    accepted = ngettext(
        "%(accepted)s van %(num)s opdracht akkoord",
        "%(accepted)s van %(num)s opdrachten akkoord",
        panel.required,
        accepted=panel.accepted,
    )
    later = _("Die vragen we als de laatste fase begint; nu al invullen mag ook.")
    name = panel.name or (_("Nog niet bevestigd.") if panel.asked else later)
    if name_url:
        link = _("Wijzig je naam") if panel.name else _("Vul je naam in")
        name = Markup('{} <a class="d-block" href="{}">{}</a>').format(name, name_url, link)
    needed: list[dict[str, Any]] = [
        {"text": accepted, "done": panel.all_accepted, "id": "akkoord", "value": panel.accepted, "max": panel.required},
        *_hours_needed(panel.hours),
        {"text": _("Je naam op het certificaat"), "done": panel.name is not None, "meta": name},
    ]
    if not panel.approved:
        waiting = _("Je kunt gewoon verder. Je certificaat wacht tot %(issuer)s de editie goedkeurt.", issuer=issuer)
        needed.append({"text": _("Goedkeuring van je editie door %(issuer)s", issuer=issuer), "meta": waiting})
    if panel.by_approval:
        after = _("Dat volgt als alle opdrachten akkoord zijn. Jij hoeft daar niets voor te doen.")
        done = panel.card.state in ("waiting_name", "queued")
        needed.append({"text": _("Voordracht door je trainer, en het akkoord van %(issuer)s", issuer=issuer), "done": done})
        needed[-1] |= {} if done else {"meta": after}
    return needed


def _hours_needed(made: ContactHours) -> Sequence[dict[str, Any]]:
    if not made.counts:
        return ()
    line = {
        "text": _("%(attended)s van %(needed)s contacturen", attended=_number(made.attended), needed=_number(made.needed)),
        "done": not made.missing,
        "id": "contacturen",
        "value": min(made.attended, made.needed),
        "max": made.needed,
    }
    if made.missing:
        line["meta"] = _("Nog %(missing)s bij bijeenkomsten. Je trainer vult in wie er was.", missing=hours(made.missing))
    return (line,)


def _number(minutes: int) -> str:
    return str(format_decimal(minutes / 60, "#,##0.##"))


def about(line: AssignmentLine) -> str:
    """Return the small words under an assignment's title: its phase, and since when it is what it is."""
    return f"{say(line.phase.name)} · {_since(line)}"


def marks_shown(marks: Sequence[ScoreMark]) -> Sequence[Shown]:
    """Return what the learning environments hold, each as a state of the macros and its words."""
    return [
        {**mark_words(mark.state, mark.platform_name), "mark": mark, "stuck": mark.stuck}
        for mark in marks
        if mark.state != "none"
    ]


def mark_words(state: MarkState, platform_name: str) -> Shown:
    """Return what a learning environment holds as a state of the macros, its words, and those where its name stands by."""
    return {"state": _MARK_STATES[state], "text": _words(state, platform_name), "short": str(_SHORT[state])}


def short_titles(training: Training) -> Mapping[str, str]:
    """Return the titles of all assignments up to a colon, by key: for the head of a column."""
    return {assignment.key: say(assignment.title).split(":")[0] for assignment in training.assignments}


def usual_cells(
    macro: Callable[..., Markup], titles: Mapping[str, str]
) -> Callable[[BoardRow, School], Iterator[tuple[Cell, Markup | None]]]:
    """Return what gives the cells of a participant on the board, rendered already when nothing about it is special.

    Args:
        macro: shows such a cell: title, state, whether it leads to the work, its marks, the name of the school, and what
            differs from cell to cell: the submission's id and the participant's name.
        titles: of the assignments, by key.
    """
    looking = with_holes(macro, 2)

    def cells(row: BoardRow, school: School) -> Iterator[tuple[Cell, Markup | None]]:
        name, platform = escape(row.participant.name), school.platform_name
        for cell in row.cells:
            marks, work = cell.usual_marks, cell.submission_id
            if marks is None:
                yield cell, None
            else:
                look = looking(titles[cell.assignment.key], cell.state.value, work is not None, marks, platform)
                yield cell, look(work, name)

    return cells


def work_words() -> Callable[[Words, str], str]:
    """Return what says, given a participant's name and a title, whose work for what a link leads to."""
    pattern = str(_("Bekijk het werk van %(name)s: %(title)s", name="%(name)s", title="%(title)s"))
    return lambda name, title: pattern % {"name": name, "title": title}


def unsent(assignment: Assignment, typed: Mapping[str, str]) -> str:
    """Return all that a review's form holds as one text to copy, for when it cannot be sent any more.

    Args:
        typed: the form: `feedback` and a `remark-<key>` for each criterion.
    """
    parts = [
        f"{say(criterion.text)}\n{typed[f'remark-{criterion.key}'].strip()}"
        for criterion in assignment.criteria
        if typed.get(f"remark-{criterion.key}", "").strip()
    ]
    return "\n\n".join([*parts, typed.get("feedback", "").strip()]).strip()


def greeting(page: HomePage) -> str:
    """Return the first line of home."""
    current = next((one for one in page.progress if one.state is PhaseState.CURRENT), None)
    name = page.first_name
    if current is None:
        if name:
            return str(_("%(name)s, alle opdrachten zijn akkoord", name=name))
        return str(_("Alle opdrachten zijn akkoord"))
    phase = say(current.phase.name).lower()
    if name:
        return str(_("Dag %(name)s, je bent bezig met de fase %(phase)s", name=name, phase=phase))
    return str(_("Je bent bezig met de fase %(phase)s", phase=phase))


def _since(line: AssignmentLine) -> str:
    if line.changed_at is None or line.state is OutcomeState.OPEN:
        return str(ngettext("ongeveer %(num)s uur", "ongeveer %(num)s uur", line.assignment.hours))
    if line.state is OutcomeState.DRAFT:
        return str(_("concept, bewaard op %(day)s", day=day(line.draft_saved_at or line.changed_at, year=False)))
    if line.state is OutcomeState.SUBMITTED:
        return str(_("ingeleverd op %(day)s", day=day(line.changed_at, year=False)))
    if line.state is OutcomeState.RETURNED:
        return str(_("feedback op %(day)s", day=day(line.changed_at, year=False)))
    return str(_("akkoord op %(day)s", day=day(line.changed_at, year=False)))


def _column(one: PhaseProgress) -> Shown:
    lines = [
        ngettext(
            "%(done)s van %(num)s opdracht akkoord", "%(done)s van %(num)s opdrachten akkoord", one.total, done=one.done
        )
    ]
    if one.complete_at is not None:
        lines.append(_("afgerond op %(day)s", day=day(one.complete_at)))
    states = {outcome.state for outcome in one.outcomes}
    state = next((str(state) for state in _MOST_URGENT if state in states), "open")
    if one.state is PhaseState.COMPLETE:
        state = "done"
    elif one.state is PhaseState.LATER and state == "open":
        # its assignments can be opened already
        state = "ready"
    return {
        "title": say(one.phase.name),
        "lines": lines,
        "state": state,
        "current": one.state is PhaseState.CURRENT,
        "later": state == "ready",
    }


def _words(state: MarkState, platform_name: str) -> str:
    where = {"platform": platform_name}
    if state == "waiting":
        return str(_("Onderweg naar %(platform)s", **where))
    if state == "sent":
        return str(_("Aangekomen in %(platform)s", **where))
    if state == "refused":
        return str(_("Geweigerd door %(platform)s", **where))
    if state == "kept":
        return str(_("Het cijfer van %(platform)s geldt", **where))
    return str(_("Met de hand veranderd in %(platform)s", **where))


def show(template: str, place: Place | None = None, current: str = "", *, folder: str = "training", **values: object) -> str:
    """Return a page, with the bar and the tabs of the cohort that it belongs to.

    Args:
        template: in ``templates/training``, or in the folder of another room.
        place: the cohort; None for a page of none.
        current: the endpoint of the tab that the page belongs to.
        folder: of the room's templates.
        values: for the template.
    """
    if place is not None:
        values |= bar_of(place, current)
    return render_template(f"{folder}/{template}", **values)
