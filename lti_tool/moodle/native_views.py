"""What people do with native work: open a file of it, let the courses be read now, have something written again."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.launch.sessions import current_viewer
from lti_tool.moodle.again import WriteAgainService
from lti_tool.moodle.native_courses import NativeCourses
from lti_tool.moodle.native_files import FileNotThere, NativeFileService
from lti_tool.registry import use
from lti_tool.training.file_names import disposition

Answer = tuple[str, int] | BaseResponse


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    blueprint.add_url_rule("/native-file/<file_id>", view_func=file)
    blueprint.add_url_rule("/cohort/<cohort_id>/native", view_func=read_now, methods=["POST"])
    blueprint.add_url_rule("/native-write/<score_id>/again", view_func=again, methods=["POST"])
    blueprint.add_url_rule("/native-write/<score_id>/keep", view_func=keep, methods=["POST"])


def file(file_id: str) -> Answer:
    """Send a file that was handed in in Moodle, as a download that no browser opens by itself."""
    try:
        download = use(NativeFileService).download(current_viewer(), file_id)
    except FileNotThere as error:
        return render_template("moodle/file_not_there.html", error=error), 502
    response = Response(download.chunks, mimetype=download.media_type, direct_passthrough=True)
    response.headers["Content-Disposition"] = disposition(download.name)
    response.headers["Content-Length"] = str(download.size)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def read_now(cohort_id: str) -> Answer:
    """Let the courses that the trainer sees, and in which native activities count, be read now."""
    use(NativeCourses).read_now(current_viewer(), cohort_id)
    return redirect(url_for("training.board", cohort_id=cohort_id, natives=1, _anchor="moodle"), 303)


def again(score_id: str) -> Answer:
    """Write to Moodle again now; with `overwrite` also over what somebody changed there."""
    overwrite = request.form.get("overwrite") == "1"
    cohort_id, enrolment_id = use(WriteAgainService).send(current_viewer(), score_id, overwrite=overwrite)
    return redirect(url_for("training.board", cohort_id=cohort_id, again=enrolment_id, _anchor=f"d-{enrolment_id}"), 303)


def keep(score_id: str) -> Answer:
    """Let count what somebody changed in Moodle."""
    cohort_id, enrolment_id = use(WriteAgainService).keep(current_viewer(), score_id)
    return redirect(url_for("training.board", cohort_id=cohort_id, kept=enrolment_id, _anchor=f"d-{enrolment_id}"), 303)
