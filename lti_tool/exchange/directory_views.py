"""The addresses of the cohort's directory."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.exchange.directory import DirectoryService
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.presenting import show


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    blueprint.add_url_rule("/cohort/<cohort_id>/directory", view_func=directory)
    blueprint.add_url_rule("/cohort/<cohort_id>/directory", view_func=change_directory, methods=["POST"])


def directory(cohort_id: str) -> str:
    """Show who takes part and chose to stand there."""
    page = use(DirectoryService).page(current_viewer(), cohort_id)
    return show("directory.html", page.place, "exchange.overview", folder="exchange", page=page)


def change_directory(cohort_id: str) -> BaseResponse:
    """Put the viewer in (`action=join`, with `question=1` or not) or out (`action=leave`)."""
    viewer = current_viewer()
    if request.form.get("action") == "leave":
        use(DirectoryService).leave(viewer, cohort_id)
    else:
        use(DirectoryService).join(viewer, cohort_id, shows_question=request.form.get("question") == "1")
    return redirect(url_for("exchange.directory", cohort_id=cohort_id, _anchor="jij"), 303)
