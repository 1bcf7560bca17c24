"""How somebody grows: the learning question, and the aspects of the training, for participants and trainers."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.aspect_marks import Said, Side
from lti_tool.training.aspect_words import (
    aspect_name,
    change_of,
    change_to_insert,
    growth_to_insert,
    read_form,
    said_name,
    shown_of,
    step_name,
)
from lti_tool.training.aspects import AspectService
from lti_tool.training.errors import Incomplete, Moved, TakesNoPart
from lti_tool.training.home import Place
from lti_tool.training.presenting import show
from lti_tool.training.questions import QuestionService

Answer = str | tuple[str, int] | BaseResponse


def add_to(blueprint: Blueprint) -> None:
    """Add these addresses to the room's blueprint, and the words of aspects to all templates."""
    for words in (aspect_name, change_of, change_to_insert, growth_to_insert, said_name, shown_of, step_name):
        blueprint.add_app_template_global(words)
    cohort = "/cohort/<cohort_id>"
    blueprint.add_url_rule(f"{cohort}/question", view_func=question)
    blueprint.add_url_rule(f"{cohort}/question", view_func=sharpen_question, methods=["POST"])
    blueprint.add_url_rule(f"{cohort}/question/<question_id>/remove", view_func=remove_question, methods=["POST"])
    blueprint.add_url_rule(f"{cohort}/aspects", view_func=aspects)
    blueprint.add_url_rule(f"{cohort}/aspects", view_func=say_aspects, methods=["POST"])
    blueprint.add_url_rule(f"{cohort}/aspects/group", view_func=aspects_of_cohort)
    blueprint.add_url_rule(f"{cohort}/aspects/of/<enrolment_id>", view_func=aspects_of)
    blueprint.add_url_rule(f"{cohort}/aspects/of/<enrolment_id>", view_func=say_aspects_of, methods=["POST"])


def question(cohort_id: str) -> Answer:
    """Show a participant's learning question and how it grew."""
    return _show_question(cohort_id)


def sharpen_question(cohort_id: str) -> Answer:
    """Make the learning question (`question`) sharper, with what made it so (`why`)."""
    text, why = request.form.get("question", ""), request.form.get("why", "")
    try:
        use(QuestionService).sharpen(current_viewer(), cohort_id, text, why)
    except Incomplete as incomplete:
        return _show_question(cohort_id, text, why, incomplete.problems), 422
    return redirect(url_for("training.question", cohort_id=cohort_id, _anchor="groei"), 303)


def remove_question(cohort_id: str, question_id: str) -> Answer:
    """Remove one that was sharpened, such as one written by mistake."""
    use(QuestionService).remove(current_viewer(), cohort_id, question_id)
    return redirect(url_for("training.question", cohort_id=cohort_id, _anchor="groei"), 303)


def aspects(cohort_id: str) -> Answer:
    """Show a participant where they stand (`?side=start|end`); a trainer who takes no part goes to the group."""
    try:
        return _show_own(cohort_id, _side(request.args.get("side")))
    except TakesNoPart:
        return redirect(url_for("training.aspects_of_cohort", cohort_id=cohort_id), 303)


def say_aspects(cohort_id: str) -> Answer:
    """Keep what a participant says of themselves, at the start or at the end (`side`)."""
    viewer, service = current_viewer(), use(AspectService)
    side = _side(request.form.get("side")) or Side.START
    page = service.own(viewer, cohort_id, side)
    typed, changed = read_form(request.form, page.place.training)
    try:
        service.say(viewer, cohort_id, side, changed)
    except Incomplete as incomplete:
        return _show_own(cohort_id, side, typed, incomplete.problems), 422
    except Moved as moved:
        return _show_own(cohort_id, None, None, {"kon-niet": moved.explanation}, _to_copy(typed)), 422
    return redirect(url_for("training.aspects", cohort_id=cohort_id, side=side.value, _anchor="bewaard"), 303)


def aspects_of_cohort(cohort_id: str) -> Answer:
    """Show a trainer how the group stands, aspect by aspect."""
    page = use(AspectService).of_cohort(current_viewer(), cohort_id)
    return show("aspects_of_cohort.html", page.place, "training.board", page=page)


def aspects_of(cohort_id: str, enrolment_id: str) -> Answer:
    """Show a trainer where one participant stands."""
    return _show_of(cohort_id, enrolment_id)


def say_aspects_of(cohort_id: str, enrolment_id: str) -> Answer:
    """Keep how a trainer sees a participant, and share it with them (`action=share`)."""
    viewer, service = current_viewer(), use(AspectService)
    page = service.of_participant(viewer, cohort_id, enrolment_id)
    typed, changed = read_form(request.form, page.place.training)
    try:
        service.say_of(viewer, cohort_id, enrolment_id, changed, share=request.form.get("action") == "share")
    except Incomplete as incomplete:
        return _show_of(cohort_id, enrolment_id, typed, incomplete.problems), 422
    where = url_for("training.aspects_of", cohort_id=cohort_id, enrolment_id=enrolment_id, _anchor="bewaard")
    return redirect(where, 303)


def _show_question(cohort_id: str, text: str | None = None, why: str = "", problems: dict[str, Words] | None = None) -> str:
    page = use(QuestionService).page(current_viewer(), cohort_id)
    return show(
        "question.html",
        Place.of(page.standing),
        "training.home",
        page=page,
        text=page.now if text is None else text,
        why=why,
        problems=problems or {},
    )


def _show_own(
    cohort_id: str,
    side: Side | None,
    typed: Mapping[str, Said] | None = None,
    problems: dict[str, Words] | None = None,
    to_copy: str = "",
) -> str:
    page = use(AspectService).own(current_viewer(), cohort_id, side)
    return show(
        "aspects.html",
        page.place,
        "training.home",
        page=page,
        typed=typed or shown_of(page.picture, page.side),
        problems=problems or {},
        to_copy=to_copy,
    )


def _show_of(
    cohort_id: str, enrolment_id: str, typed: Mapping[str, Said] | None = None, problems: dict[str, Words] | None = None
) -> str:
    page = use(AspectService).of_participant(current_viewer(), cohort_id, enrolment_id)
    return show(
        "aspects_of.html",
        page.place,
        "training.board",
        page=page,
        typed=typed or shown_of(page.picture, Side.TRAINER),
        problems=problems or {},
    )


def _side(text: str | None) -> Side | None:
    return Side(text) if text in (Side.START.value, Side.END.value) else None


def _to_copy(typed: Mapping[str, Said]) -> str:
    return "\n\n".join(said.remark for said in typed.values() if said.remark)
