"""The own page of a trainer who signs in without a learning environment: the cohorts, a code for one more, the way in."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import NotFound
from lti_tool.launch.sessions import SessionService
from lti_tool.registry import use
from lti_tool.signin.gate import OWN_COHORTS, Role, current_staff, find_present, staff_only
from lti_tool.training.errors import CodeRefused
from lti_tool.training.staff_trainers import OwnCohort, StaffTrainers
from lti_tool.training.staff_viewer import viewer_of

Answer = str | tuple[str, int] | BaseResponse


def add_to(blueprint: Blueprint) -> None:
    """Add the routes of this page to the room's blueprint."""
    blueprint.add_url_rule(OWN_COHORTS, view_func=my_cohorts)
    blueprint.add_url_rule(OWN_COHORTS, view_func=join_cohort, methods=["POST"])
    blueprint.add_url_rule(f"{OWN_COHORTS}/<cohort_id>", view_func=enter_cohort, methods=["POST"])


@staff_only(Role.TRAINER)
def my_cohorts() -> str:
    """Show the trainer's cohorts, with how much waits in each (`joined`: the one that a code has just added)."""
    return _page(joined=request.args.get("joined", ""))


@staff_only(Role.TRAINER)
def join_cohort() -> Answer:
    """Become trainer of the cohort that a one-time code is for."""
    typed = request.form.get("code", "")
    try:
        cohort = use(StaffTrainers).join(current_staff().id, typed)
    except CodeRefused as refused:
        return _page(typed=typed, problem=str(refused.explanation)), 422
    return redirect(url_for("training.my_cohorts", joined=cohort.id), 303)


@staff_only(Role.TRAINER)
def enter_cohort(cohort_id: str) -> Answer:
    """Go on to a cohort as who is signed in; a session that a launch opened in this browser ends by it."""
    if cohort_id not in {one.id for one in _own()}:
        raise NotFound("no cohort of this trainer")
    response = redirect(url_for("training.waiting", cohort_id=cohort_id), 303)
    sessions = use(SessionService)
    secret = sessions.cookie.read(request)
    if secret is not None:
        sessions.close(secret)
        sessions.cookie.drop(response)
    return response


def _own() -> list[OwnCohort]:
    present = find_present()
    return list(use(StaffTrainers).overview(viewer_of(present) if present is not None else None))


def _page(joined: str = "", typed: str = "", problem: str = "") -> str:
    sessions = use(SessionService)
    cohorts = _own()
    return render_template(
        "training/my_cohorts.html",
        cohorts=cohorts,
        joined=next((one for one in cohorts if one.id == joined), None),
        typed=typed,
        problem=problem,
        launched_from=sessions.launched_from(sessions.cookie.read(request)),
    )
