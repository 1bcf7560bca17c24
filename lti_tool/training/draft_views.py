"""Drafts that save themselves, in JSON (`static/autosave.js` is the other side), and the texts kept beside a draft."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.assignment_page import keep_typed, seen_of, show_assignment, show_moved
from lti_tool.training.drafts import DraftService, DraftState, Fate, Saved
from lti_tool.training.errors import Moved
from lti_tool.training.home import HomeService
from lti_tool.web.formats import time_of_day, when

Answer = str | tuple[str, int] | BaseResponse


def add_to(blueprint: Blueprint) -> None:
    """Add these addresses to the room's blueprint."""
    blueprint.add_url_rule("/cohort/<cohort_id>/assignment/<key>/draft", view_func=draft)
    blueprint.add_url_rule("/cohort/<cohort_id>/assignment/<key>/draft", view_func=save_draft, methods=["POST"])
    below = "/cohort/<cohort_id>/assignment/<key>/draft/<copy_id>"
    blueprint.add_url_rule(f"{below}/take-back", view_func=take_back, methods=["POST"])
    blueprint.add_url_rule(f"{below}/remove", view_func=remove_copy, methods=["POST"])


def draft(cohort_id: str, key: str) -> BaseResponse:
    """Say whether another page changed the draft (`?revision=…&page=…`), and give a form token that holds now."""
    seen = seen_of(request.args)
    state = use(DraftService).state(current_viewer(), cohort_id, key)
    newer = seen.revision not in (None, state.revision) and (seen.page is None or seen.page != state.page)
    return _answer(state, newer=newer, said=_newer(state) if newer else "")


def save_draft(cohort_id: str, key: str) -> BaseResponse:
    """Save what was typed so far (`text`, `link`), without handing it in, and say in words what became of it."""
    form = request.form
    saved = use(DraftService).save(
        current_viewer(), cohort_id, key, form.get("text", ""), form.get("link", ""), seen_of(form), form.get("html")
    )
    return _answer(
        saved.state,
        saved="text" not in saved.problems,
        newer=saved.fate is Fate.BESIDE,
        beside=saved.fate is Fate.DRAFT_BESIDE,
        said=_said(saved),
    )


def take_back(cohort_id: str, key: str, copy_id: str) -> Answer:
    """Make a text that is kept beside the draft the draft; what was typed on the same page is saved first."""
    return _change_copies(cohort_id, key, copy_id, removes=False)


def remove_copy(cohort_id: str, key: str, copy_id: str) -> Answer:
    """Remove a text that is kept beside the draft; what was typed on the same page is saved first."""
    return _change_copies(cohort_id, key, copy_id, removes=True)


def _change_copies(cohort_id: str, key: str, copy_id: str, *, removes: bool) -> Answer:
    viewer, drafts = current_viewer(), use(DraftService)
    problems: dict[str, Words] = {}
    text, link = request.form.get("text", ""), request.form.get("link", "")
    try:
        if "text" in request.form:
            problems = keep_typed(viewer, cohort_id, key, text, link, seen_of(request.form), request.form.get("html"))
        if "text" not in problems:
            (drafts.remove if removes else drafts.take_back)(viewer, cohort_id, key, copy_id)
    except Moved as moved:
        return show_moved(viewer, cohort_id, key, moved, text, link)
    if "text" in problems:
        page = use(HomeService).assignment(viewer, cohort_id, key)
        return show_assignment(page, text=text, link=link, html=request.form.get("html"), problems=problems), 422
    return redirect(url_for("training.assignment", cohort_id=cohort_id, key=key, _anchor="werk"), 303)


def _said(saved: Saved) -> str:
    if "text" in saved.problems:
        return str(saved.problems["text"])
    if saved.fate is Fate.BESIDE:
        return f"{_newer(saved.state)} {_('Wat je hier schreef, staat bij ‘Eerdere versies van je concept’.')}"
    if saved.state.saved_at is None:
        return ""
    done = _("Bewaard om %(time)s.", time=time_of_day(saved.state.saved_at))
    if saved.fate is Fate.DRAFT_BESIDE:
        also = _("In een ander tabblad stond iets anders. Dat staat nu bij ‘Eerdere versies van je concept’.")
        return f"{done} {also}"
    return str(done)


def _newer(state: DraftState) -> str:
    if state.typed_at is None:
        return str(_("In een ander tabblad is iets nieuwers bewaard."))
    return str(_("In een ander tabblad is iets nieuwers bewaard, op %(moment)s.", moment=when(state.typed_at)))


def _answer(state: DraftState, **said: object) -> BaseResponse:
    answer = jsonify(owner=state.owner, revision=state.revision, csrf_token=generate_csrf(), **said)
    answer.headers["Cache-Control"] = "no-store"
    return answer
