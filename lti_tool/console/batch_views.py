"""The pages of a batch: who is ready, how far it is, who was not issued and why."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lti_tool.certificates.batch_runs import BatchRuns
from lti_tool.console.batches import BatchPages
from lti_tool.console.presenting import show
from lti_tool.console.words import WHYS
from lti_tool.errors import Invalid
from lti_tool.ids import new_id
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only

Answer = str | tuple[str, int] | Response
TAB = "console.certificates"


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/cohorts/<cohort_id>/batch")(batch_preview)
    blueprint.post("/console/cohorts/<cohort_id>/batch")(batch_start)
    blueprint.get("/console/batches/<batch_id>")(batch)
    blueprint.post("/console/batches/<batch_id>/stop")(batch_stop)


@staff_only(Role.ISSUER)
def batch_preview(cohort_id: str) -> Answer:
    """Show who of a cohort is ready and who is not; while a batch runs, lead to it."""
    running = use(BatchPages).running(cohort_id)
    if running is not None:
        return redirect(url_for("console.batch", batch_id=running), 303)
    return _preview(cohort_id)


@staff_only(Role.ISSUER)
def batch_start(cohort_id: str) -> Answer:
    """Begin (`award`, once for each who is to be issued; `batch`, the id that the form brought)."""
    member = current_staff()
    chosen = frozenset(request.form.getlist("award"))
    try:
        batch_id = use(BatchRuns).start(request.form.get("batch", ""), cohort_id, chosen, member.name, member.id)
    except Invalid as problem:
        if problem.field is None:
            raise
        return _preview(cohort_id, _("Kies minstens één deelnemer die klaar is.")), 422
    return redirect(url_for("console.batch", batch_id=batch_id), 303)


@staff_only(Role.ISSUER)
def batch(batch_id: str) -> str:
    """Show how far a batch is."""
    return show("batch.html", TAB, page=use(BatchPages).show(batch_id), whys=WHYS)


@staff_only(Role.ISSUER)
def batch_stop(batch_id: str) -> Answer:
    """Stop a batch before its next certificate."""
    use(BatchRuns).stop(batch_id, current_staff().id)
    return redirect(url_for("console.batch", batch_id=batch_id), 303)


def _preview(cohort_id: str, problem: str = "") -> str:
    page = use(BatchPages).preview(cohort_id, current_staff())
    return show("batch_preview.html", TAB, page=page, batch_id=new_id(), whys=WHYS, problem=problem)
