"""The issuer's pages of cohorts: the list, a new one, one cohort, its name, its approval, and a code for a trainer."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.console.batches import BatchPages
from lti_tool.console.cohorts import CohortDesk
from lti_tool.console.listing import LONGEST_SEARCH
from lti_tool.console.paging import Mark, Where
from lti_tool.console.presenting import show
from lti_tool.console.sealed import SealedSearch
from lti_tool.console.trainings import TrainingDesk
from lti_tool.errors import Invalid, Words
from lti_tool.ids import new_id
from lti_tool.registry import use
from lti_tool.signin.gate import Role, current_staff, staff_only
from lti_tool.training.cohorts import CohortService
from lti_tool.training.service import Issuer
from lti_tool.training.staff_trainers import StaffTrainers

Answer = str | tuple[str, int] | Response
TAB = "console.cohorts"
OPEN = "open"
"""The state by which the list shows what waits for approval."""
_FIELDS = {"new_cohort": "name"}
"""What the service calls a field, and the form another way."""


def add_to(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/console/cohorts")(cohorts)
    blueprint.post("/console/cohorts")(search_cohorts)
    blueprint.get("/console/cohorts/new")(new_cohort)
    blueprint.post("/console/cohorts/new")(make_cohort)
    blueprint.get("/console/cohorts/<cohort_id>")(cohort)
    blueprint.get("/console/cohorts/<cohort_id>/name")(before_renaming)
    blueprint.post("/console/cohorts/<cohort_id>/name")(rename_cohort)
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
def new_cohort() -> str:
    """Ask for the name and the training of a new cohort."""
    return _new(new_id())


@staff_only(Role.ISSUER)
def make_cohort() -> Answer:
    """Make a cohort (`name`, `training`; `cohort`, the id that the form brought) and lead to it: a trainer comes next."""
    form_id = request.form.get("cohort", "")
    typed = {"name": request.form.get("name", ""), "training": request.form.get("training", "")}
    try:
        made = use(CohortService).make(typed["training"], typed["name"], form_id=form_id, staff_id=current_staff().id)
    except Invalid as problem:
        if problem.field is None:
            raise
        return _new(form_id, typed, {_FIELDS.get(problem.field, problem.field): problem.explanation}), 422
    return redirect(url_for("console.cohort", cohort_id=made.id, done="made"), 303)


@staff_only(Role.ISSUER)
def cohort(cohort_id: str) -> str:
    """Show one cohort."""
    return _cohort(cohort_id)


@staff_only(Role.ISSUER)
def before_renaming(cohort_id: str) -> str:
    """Ask for another name, and say what it changes."""
    return _renaming(cohort_id)


@staff_only(Role.ISSUER)
def rename_cohort(cohort_id: str) -> Answer:
    """Give it another `name`; the one it has changes nothing."""
    name = request.form.get("name", "")
    try:
        use(CohortService).rename(cohort_id, name, staff_id=current_staff().id)
    except Invalid as problem:
        return _renaming(cohort_id, name, {"name": problem.explanation}), 422
    return redirect(url_for("console.cohort", cohort_id=cohort_id, done="renamed"), 303)


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
    return redirect(url_for("console.cohort", cohort_id=cohort_id, done="approved"), 303)


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
        done=request.args.get("done"),
        issuer=use(Issuer).name,
    )


def _new(form_id: str, typed: Mapping[str, str] | None = None, problems: Mapping[str, Words] | None = None) -> str:
    trainings = use(TrainingDesk).choices()
    given = typed or {"name": "", "training": trainings[0].key if trainings else ""}
    return show("cohort_new.html", TAB, form_id=form_id, trainings=trainings, typed=given, problems=problems or {})


def _renaming(cohort_id: str, name: str | None = None, problems: Mapping[str, Words] | None = None) -> str:
    page = use(CohortDesk).show(cohort_id)
    return show(
        "cohort_name.html", TAB, page=page, name=page.numbers.name if name is None else name, problems=problems or {}
    )
