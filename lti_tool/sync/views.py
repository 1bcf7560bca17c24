"""Sending a score again, from the board."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.sync.again import SendAgainService

blueprint = Blueprint("sync", __name__)


@blueprint.post("/score/<score_id>/again")
def again(score_id: str) -> Response:
    """Send a score again now; with `overwrite` also over a grade that somebody changed by hand."""
    overwrite = request.form.get("overwrite") == "1"
    cohort_id, enrolment_id = use(SendAgainService).send(current_viewer(), score_id, overwrite=overwrite)
    return redirect(url_for("training.board", cohort_id=cohort_id, again=enrolment_id, _anchor=f"d-{enrolment_id}"), 303)
