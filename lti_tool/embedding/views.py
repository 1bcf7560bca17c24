"""The picker that a platform opens to add something to a course, the setup page of a link placed without it, and the
page about a course that is a copy.
"""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lti_tool.embedding.choices import CohortKind, read_choice, read_cohort
from lti_tool.embedding.copied import CopiedCourseService, CopyOffer
from lti_tool.embedding.offers import Offer
from lti_tool.embedding.service import DeepLinkingAnswer, EmbeddingService
from lti_tool.errors import Invalid, Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.web.auto_post import auto_post

blueprint = Blueprint(
    "embedding", __name__, template_folder="templates", static_folder="static", static_url_path="/static/embedding"
)


@blueprint.route("/embed/<request_id>", methods=["GET", "POST"])
def picker(request_id: str) -> str | tuple[str, int]:
    """Show what can be put into the course, and send what was chosen to the platform."""
    viewer, service = current_viewer(), use(EmbeddingService)
    training_key = request.values.get("training")
    if request.method == "GET":
        return _show("embedding/picker.html", service.offer(request_id, viewer, training_key))
    if request.form.get("stop"):
        return _send(service.cancel(request_id, viewer), stopped=True)
    try:
        choice = read_choice(request.form, service.training(training_key))
        answer = service.answer(request_id, viewer, training_key, choice, _language())
    except Invalid as invalid:
        return _show("embedding/picker.html", service.offer(request_id, viewer, training_key), invalid), 422
    return _send(answer, stopped=False)


@blueprint.route("/placement/<placement_id>/setup", methods=["GET", "POST"])
def setup(placement_id: str) -> str | tuple[str, int] | Response:
    """Ask a trainer once what a link shows that was placed without the picker."""
    viewer, service = current_viewer(), use(EmbeddingService)
    training_key = request.values.get("training")
    done = url_for("training.placement", placement_id=placement_id)
    offer = service.setup_offer(placement_id, viewer, training_key)
    if offer is None:
        return redirect(done, 303)
    if request.method == "GET":
        return _show("embedding/setup.html", offer)
    try:
        service.set_up(placement_id, viewer, training_key, read_choice(request.form, offer.training))
    except Invalid as invalid:
        return _show("embedding/setup.html", offer, invalid), 422
    return redirect(done, 303)


@blueprint.route("/placement/<placement_id>/copy", methods=["GET", "POST"])
def copied(placement_id: str) -> str | tuple[str, int] | Response:
    """Ask a trainer once for which cohort a copied course is."""
    viewer, service = current_viewer(), use(CopiedCourseService)
    done = url_for("training.placement", placement_id=placement_id)
    offer = service.offer(placement_id, viewer)
    if offer is None:
        return redirect(done, 303)
    if request.method == "GET":
        return _show_copy(offer)
    try:
        service.confirm(placement_id, viewer, read_cohort(request.form, offer.suggested_name))
    except Invalid as invalid:
        return _show_copy(offer, invalid), 422
    return redirect(done, 303)


def _show_copy(offer: CopyOffer, invalid: Invalid | None = None) -> str:
    form = request.form
    return render_template(
        "embedding/copied.html",
        offer=offer,
        errors={invalid.field or "cohort": invalid.explanation} if invalid else {},
        cohort=form.get("cohort") or offer.preferred_cohort or CohortKind.NEW.value,
        new_cohort=form.get("new_cohort", offer.suggested_name),
        join_code=form.get("join_code", ""),
    )


def _show(template: str, offer: Offer, invalid: Invalid | None = None) -> str:
    errors: Mapping[str, Words] = {invalid.field or "item": invalid.explanation} if invalid else {}
    cohort = request.form.get("cohort") or offer.preferred_cohort
    if not cohort:
        cohort = CohortKind.CODE if request.form.get("join_code") else CohortKind.NEW
    return render_template(
        template,
        offer=offer,
        errors=errors,
        chosen=request.form.getlist("item") if invalid else offer.suggested,
        chosen_phases=request.form.getlist("phase"),
        phases={phase.key: phase.assignments for phase in offer.training.phases},
        cohort=str(cohort),
        new_cohort=request.form.get("new_cohort", ""),
        join_code=request.form.get("join_code", ""),
    )


def _send(answer: DeepLinkingAnswer, *, stopped: bool) -> str:
    return auto_post(
        answer.return_url,
        {"JWT": answer.jwt},
        title=_("Terug naar je leeromgeving"),
        message=_sent(answer, stopped=stopped),
        button=_("Ga verder"),
    )


def _sent(answer: DeepLinkingAnswer, *, stopped: bool) -> str:
    if stopped:
        return str(_("Er wordt niets toegevoegd."))
    if answer.at_once:
        return str(_("Je keuze gaat naar je leeromgeving en staat daarna meteen in je cursus."))
    return str(_("Je keuze gaat naar je leeromgeving. Rond het daar af."))


def _language() -> str:
    locale = get_locale()
    return str(locale.language) if locale else "nl"
