"""The pages within the learning environment: the holder's own certificate, why it was awarded, the trainer's dossiers."""

from collections.abc import Mapping

from flask import Blueprint, Response, g, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.certificates.deciding import DecisionService
from lti_tool.certificates.delivery import DeliveryService
from lti_tool.certificates.explaining import ExplanationService
from lti_tool.certificates.forms import FORMS, file_answer, private
from lti_tool.certificates.holder import HolderService
from lti_tool.certificates.portfolio import PortfolioService
from lti_tool.errors import Invalid, OutsideError, Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete, TakesNoPart
from lti_tool.training.naming import FIELD
from lti_tool.training.presenting import show
from lti_tool.training.service import Issuer

blueprint = Blueprint("awards", __name__, template_folder="templates")

Answer = str | tuple[str, int] | BaseResponse
_TAB = "training.name"
CALLBACK = "/portfolio/back"
"""Where a portfolio sends the holder back to."""


@blueprint.get("/cohort/<cohort_id>/certificate")
def mine(cohort_id: str) -> Answer:
    """Show the holder's own certificate; while there is none, what it still takes."""
    return _mine(cohort_id)


@blueprint.post("/cohort/<cohort_id>/certificate/sharing")
def sharing(cohort_id: str) -> Answer:
    """Turn sharing on (`shared=1`) or off."""
    use(HolderService).share(current_viewer(), cohort_id, shared=request.form.get("shared") == "1")
    return redirect(url_for("awards.mine", cohort_id=cohort_id, _anchor="delen"), 303)


@blueprint.post("/cohort/<cohort_id>/certificate/name")
def another_name(cohort_id: str) -> Answer:
    """Ask for another name on the certificate (`certificate_name`)."""
    try:
        use(HolderService).ask_name(current_viewer(), cohort_id, request.form.get(FIELD, ""))
    except Incomplete as incomplete:
        return _mine(cohort_id, incomplete.problems)
    return redirect(url_for("awards.mine", cohort_id=cohort_id, _anchor="naam"), 303)


@blueprint.get("/cohort/<cohort_id>/certificate/why")
def why(cohort_id: str) -> Answer:
    """Explain to the holder why the certificate was awarded."""
    page = use(ExplanationService).own(current_viewer(), cohort_id)
    return show("why.html", page.place, _TAB, folder="certificates", page=page, why=page.why, issuer=use(Issuer).name)


@blueprint.get("/cohort/<cohort_id>/certificate/snapshot.json")
def snapshot(cohort_id: str) -> Answer:
    """Give the frozen facts, exactly as they are hashed."""
    return file_answer(use(HolderService).own(current_viewer(), cohort_id).snapshot, "snapshot.json", "application/json")


@blueprint.get("/cohort/<cohort_id>/certificate/file/<any(pdf, png, svg, json, jwt):form>")
def form(cohort_id: str, form: str) -> Answer:
    """Give a form of the certificate to its holder, whether it is shared or not."""
    certificate = use(HolderService).own(current_viewer(), cohort_id)
    return FORMS[form](certificate)


@blueprint.get("/cohort/<cohort_id>/certificate/portfolio.zip")
def portfolio(cohort_id: str) -> Answer:
    """Give the portfolio package, made while it is sent."""
    made = use(PortfolioService).package(current_viewer(), cohort_id)
    answer = Response(stream_with_context(made.chunks), mimetype="application/zip", direct_passthrough=True)
    return private(answer, made.file_name)


@blueprint.post("/cohort/<cohort_id>/certificate/delivery")
def deliver(cohort_id: str) -> Answer:
    """Find the portfolio at an address (`address`) and show where the holder gives leave, in a window of its own."""
    viewer = current_viewer()
    try:
        begun = use(DeliveryService).begin(viewer, cohort_id, request.form.get("address", ""))
    except (Invalid, OutsideError) as problem:
        return _mine(cohort_id, {"address": problem.explanation})
    page = use(HolderService).page(viewer, cohort_id)
    return show("delivery.html", page.place if page else None, _TAB, folder="certificates", begun=begun, cohort_id=cohort_id)


@blueprint.get(CALLBACK)
def delivered() -> str:
    """Deliver, now that the portfolio sends the holder back (`state`, and `code` unless the holder said no)."""
    g.brand = "ICC Bridge"
    host = use(DeliveryService).finish(request.args.get("state", ""), request.args.get("code", ""))
    return render_template("certificates/delivered.html", host=host)


@blueprint.get("/cohort/<cohort_id>/awards")
def due(cohort_id: str) -> Answer:
    """Show a trainer whose certificate is due, and how far each is."""
    page = use(ExplanationService).due(current_viewer(), cohort_id)
    return show("due.html", page.place, "awards.due", folder="certificates", page=page, issuer=use(Issuer).name)


@blueprint.get("/award/<award_id>")
def dossier(award_id: str) -> Answer:
    """Show a trainer what an award rests on."""
    page = use(ExplanationService).dossier(current_viewer(), award_id)
    return show(
        "dossier.html", page.place, "awards.due", folder="certificates", page=page, why=page.why, issuer=use(Issuer).name
    )


@blueprint.post("/award/<award_id>/propose")
def propose(award_id: str) -> Answer:
    """Propose an award to the issuer."""
    use(DecisionService).propose(current_viewer(), award_id)
    return redirect(url_for("awards.dossier", award_id=award_id, _anchor="besluiten"), 303)


def _mine(cohort_id: str, problems: Mapping[str, Words] | None = None) -> Answer:
    try:
        page = use(HolderService).page(current_viewer(), cohort_id)
    except TakesNoPart:
        return redirect(url_for("awards.due", cohort_id=cohort_id), 303)
    if page is None:
        return redirect(url_for("training.name", cohort_id=cohort_id), 303)
    shown = show(
        "mine.html",
        page.place,
        _TAB,
        folder="certificates",
        page=page,
        problems=problems or {},
        typed=request.form.get(FIELD, page.wanted_name or page.snapshot.name),
        issuer=use(Issuer).name,
    )
    return (shown, 422) if problems else shown
