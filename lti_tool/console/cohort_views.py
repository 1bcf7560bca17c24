"""The issuer's pages of cohorts: the list with how far each is, one cohort, its approval, and a code for a trainer."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.console.batches import BatchPages
from lti_tool.console.cohorts import CohortDesk
from lti_tool.console.listing import LONGEST_SEARCH
from lti_tool.console.paging import Mark, Where
from lti_tool.console.presenting import show
from lti_tool.console.sealed import SealedSearch
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only
from lti_tool.training.cohorts import CohortService
from lti_tool.training.service import Issuer
from lti_tool.training.staff_trainers import StaffTrainers

Answer = str | Response
TAB = "console.cohorts"
OPEN = "open"
"""The state by which the list shows what waits for approval."""


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/cohorts")(cohorts)
    blueprint.post("/console/cohorts")(search_cohorts)
    blueprint.get("/console/cohorts/<cohort_id>")(cohort)
    blueprint.get("/console/cohorts/<cohort_id>/approve")(before_approval)
    blueprint.post("/console/cohorts/<cohort_id>/approve")(approve_cohort)
    blueprint.post("/console/cohorts/<cohort_id>/invite")(invite_trainer)
    blueprint.post("/console/cohorts/<cohort_id>/trainers")(add_trainer)
    blueprint.post("/console/cohorts/<cohort_id>/trainers/<member_id>/remove")(remove_trainer)


@staff_only(Role.ISSUER)
def cohorts() -> str:
    """List cohorts (`q`, a sealed search; `status=open`; a page begins at `after` or ends at `before`)."""
    search = use(SealedSearch).open(request.args.get("q"))
    unapproved = request.args.get("status") == OPEN
    where = Where(Mark.read(request.args.get("after")), Mark.read(request.args.get("before")))
    kept = {name: value for name in ("q", "status") if (value := request.args.get(name))}
    page = use(CohortDesk).page(search, where, unapproved=unapproved)
    return show("cohorts.html", TAB, page=page, search=search, unapproved=unapproved, kept=kept)


@staff_only(Role.ISSUER)
def search_cohorts() -> Answer:
    """Lead to what was looked for (`search`, `status`)."""
    wanted = " ".join(request.form.get("search", "").split())[:LONGEST_SEARCH]
    kept: dict[str, Any] = {"q": use(SealedSearch).seal(wanted)} if wanted else {}
    if request.form.get("status") == OPEN:
        kept["status"] = OPEN
    return redirect(url_for(TAB, **kept), 303)


@staff_only(Role.ISSUER)
def cohort(cohort_id: str) -> str:
    """Show one cohort."""
    return _cohort(cohort_id)


@staff_only(Role.ISSUER)
def before_approval(cohort_id: str) -> Answer:
    """Say what approving will do."""
    page = use(CohortDesk).show(cohort_id)
    if page.numbers.approved_at is not None:
        return redirect(url_for("console.cohort", cohort_id=cohort_id), 303)
    return show("cohort_approval.html", TAB, page=page, issuer=use(Issuer).name)


@staff_only(Role.ISSUER)
def approve_cohort(cohort_id: str) -> Answer:
    """Approve it; again changes nothing."""
    use(CohortService).approve(cohort_id, staff_id=current_staff().id)
    return redirect(url_for("console.cohort", cohort_id=cohort_id, done=1), 303)


@staff_only(Role.ISSUER)
def invite_trainer(cohort_id: str) -> str:
    """Make a one-time code for a trainer, and show it."""
    return _cohort(cohort_id, use(CohortService).invite(cohort_id, staff_id=current_staff().id))


@staff_only(Role.ISSUER)
def add_trainer(cohort_id: str) -> Answer:
    """Make somebody of the staff trainer of it (`member`); again changes nothing."""
    chosen = request.form.get("member", "")
    if not chosen:
        return redirect(url_for("console.cohort", cohort_id=cohort_id, _anchor="mensen"), 303)
    use(StaffTrainers).add(cohort_id, chosen, current_staff().id)
    return redirect(url_for("console.cohort", cohort_id=cohort_id, _anchor="mensen"), 303)


@staff_only(Role.ISSUER)
def remove_trainer(cohort_id: str, member_id: str) -> Answer:
    """Take it away from somebody of the staff; again changes nothing."""
    use(StaffTrainers).remove(cohort_id, member_id, current_staff().id)
    return redirect(url_for("console.cohort", cohort_id=cohort_id, _anchor="mensen"), 303)


def _cohort(cohort_id: str, code: str | None = None) -> str:
    return show(
        "cohort.html",
        TAB,
        page=use(CohortDesk).show(cohort_id),
        batch=use(BatchPages).running(cohort_id),
        staff=use(StaffTrainers).of(cohort_id),
        code=code,
        done=request.args.get("done") == "1",
        issuer=use(Issuer).name,
    )
