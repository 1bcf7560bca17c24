"""What a trainer does from the board: sending a score again or leaving it, letting the lists of members be read."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.sync.again import SendAgainService
from lti_tool.sync.roster_lists import RosterLists

blueprint = Blueprint("sync", __name__)


@blueprint.post("/score/<score_id>/again")
def again(score_id: str) -> Response:
    """Send a score again now; with `overwrite` also over a grade that somebody changed by hand."""
    overwrite = request.form.get("overwrite") == "1"
    cohort_id, enrolment_id = use(SendAgainService).send(current_viewer(), score_id, overwrite=overwrite)
    return redirect(url_for("training.board", cohort_id=cohort_id, again=enrolment_id, _anchor=f"d-{enrolment_id}"), 303)


@blueprint.post("/score/<score_id>/keep")
def keep(score_id: str) -> Response:
    """Let the grade count that somebody put in the gradebook by hand."""
    cohort_id, enrolment_id = use(SendAgainService).keep(current_viewer(), score_id)
    return redirect(url_for("training.board", cohort_id=cohort_id, kept=enrolment_id, _anchor=f"d-{enrolment_id}"), 303)


@blueprint.post("/cohort/<cohort_id>/lists")
def lists(cohort_id: str) -> Response:
    """Let the lists of members that the trainer sees be read now."""
    use(RosterLists).refresh(current_viewer(), cohort_id)
    return redirect(url_for("training.board", cohort_id=cohort_id, lists=1, _anchor="lijsten"), 303)
