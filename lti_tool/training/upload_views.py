"""Uploads by the tus protocol 1.0.0 (`static/uploads.js` is the other side, and any client of tus), and the list of files.

Form tokens go in the header `X-CSRFToken`. Who asks for the upload of somebody else hears that there is none.
"""

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import Words
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training import tus
from lti_tool.training.assignment_page import keep_typed, seen_of, show_assignment, show_moved
from lti_tool.training.errors import Moved
from lti_tool.training.home import HomeService
from lti_tool.training.resumable import UploadSeen, UploadService

Answer = str | tuple[str, int] | BaseResponse
_TUS = ("training.begin_upload", "training.upload", "training.upload_options")


def add_to(blueprint: Blueprint) -> None:
    """Add these addresses to the room's blueprint."""
    below = "/cohort/<cohort_id>/assignment/<key>/upload"
    blueprint.add_url_rule("/cohort/<cohort_id>/assignment/<key>/files", view_func=files)
    for address in (below, f"{below}/<upload_id>"):
        blueprint.add_url_rule(address, view_func=upload_options, methods=["OPTIONS"])
    blueprint.add_url_rule(below, view_func=begin_upload, methods=["POST"], provide_automatic_options=False)
    blueprint.add_url_rule(
        f"{below}/<upload_id>",
        view_func=upload,
        methods=["HEAD", "GET", "POST", "PATCH", "DELETE"],
        provide_automatic_options=False,
    )
    blueprint.add_url_rule(f"{below}/<upload_id>/remove", view_func=remove_upload, methods=["POST"])
    blueprint.after_request(_say_version)


def files(cohort_id: str, key: str) -> Answer:
    """Show the files of the draft and the unfinished uploads, as the part of the assignment's page that holds them."""
    page = use(HomeService).assignment(current_viewer(), cohort_id, key)
    return render_template("training/files.html", page=page, place=page.place)


def upload_options(cohort_id: str, key: str, upload_id: str = "") -> BaseResponse:
    """Say what is spoken here (tus, OPTIONS)."""
    viewer, uploads = current_viewer(), use(UploadService)
    largest = uploads.largest(viewer, cohort_id, key)
    if upload_id:
        uploads.see(viewer, cohort_id, key, upload_id)
    response = _empty()
    response.headers["Tus-Version"] = tus.VERSION
    response.headers["Tus-Extension"] = tus.EXTENSIONS
    response.headers["Tus-Max-Size"] = str(largest)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(tus.ALGORITHMS)
    return response


def begin_upload(cohort_id: str, key: str) -> BaseResponse:
    """Begin an upload (tus, creation); its metadata says `filename`, and `fingerprint` to know the file by again."""
    viewer, uploads = current_viewer(), use(UploadService)
    uploads.largest(viewer, cohort_id, key)
    tus.check_version(request)
    told = tus.metadata_of(request)
    size, fingerprint = tus.length_of(request), told.get("fingerprint", "")
    seen = uploads.begin(viewer, cohort_id, key, told.get("filename", ""), size, fingerprint)
    response = _empty(201)
    response.headers["Location"] = url_for("training.upload", cohort_id=cohort_id, key=key, upload_id=seen.id)
    response.headers["Upload-Expires"] = tus.moment(seen.expires_at)
    return response


def upload(cohort_id: str, key: str, upload_id: str) -> BaseResponse:
    """Say how far an upload is (HEAD), take a part (PATCH) or end it (DELETE), by tus; GET says in JSON what is there."""
    viewer, uploads = current_viewer(), use(UploadService)
    method = tus.method_of(request) if request.method == "POST" else request.method
    uploads.check_own(viewer, cohort_id, key, upload_id)
    if method == "GET":
        return _far(uploads.see(viewer, cohort_id, key, upload_id), method)
    if method not in ("HEAD", "PATCH", "DELETE"):
        raise MethodNotAllowed(["HEAD", "GET", "PATCH", "DELETE"])
    tus.check_version(request)
    if method == "HEAD":
        return _far(uploads.see(viewer, cohort_id, key, upload_id), method)
    if method == "PATCH":
        part = tus.Part(request)
        offset = tus.offset_of(request)
        seen = uploads.receive(viewer, cohort_id, key, upload_id, offset, part, part.length)
        return _far(seen, method)
    uploads.remove(viewer, cohort_id, key, upload_id)
    return _empty()


def remove_upload(cohort_id: str, key: str, upload_id: str) -> Answer:
    """Throw an unfinished upload away, from its page; what was typed on it is saved first."""
    viewer = current_viewer()
    problems: dict[str, Words] = {}
    text, link = request.form.get("text", ""), request.form.get("link", "")
    try:
        if "text" in request.form:
            problems = keep_typed(viewer, cohort_id, key, text, link, seen_of(request.form), request.form.get("html"))
        use(UploadService).remove(viewer, cohort_id, key, upload_id)
    except Moved as moved:
        return show_moved(viewer, cohort_id, key, moved, text, link)
    if problems:
        page = use(HomeService).assignment(viewer, cohort_id, key)
        return show_assignment(page, text=text, link=link, html=request.form.get("html"), problems=problems), 422
    return redirect(url_for("training.assignment", cohort_id=cohort_id, key=key, _anchor="bestanden"), 303)


def _far(seen: UploadSeen, method: str) -> BaseResponse:
    """Return how far an upload is, in headers, and for GET in JSON too."""
    parts = [{"size": part.size, "sha256": part.sha256} for part in seen.parts]
    told = jsonify(received=seen.received, size=seen.size, parts=parts) if method == "GET" else None
    response: BaseResponse = told or _empty(204 if method == "PATCH" else 200)
    response.headers["Upload-Offset"] = str(seen.received)
    if method != "PATCH":
        response.headers["Upload-Length"] = str(seen.size)
    if not seen.finished:
        response.headers["Upload-Expires"] = tus.moment(seen.expires_at)
    return response


def _empty(status: int = 204) -> BaseResponse:
    return make_response(b"", status)


def _say_version(response: BaseResponse) -> BaseResponse:
    if request.endpoint in _TUS:
        response.headers["Tus-Resumable"] = tus.VERSION
        response.headers["Cache-Control"] = "no-store"
        if response.status_code == 412:
            response.headers["Tus-Version"] = tus.VERSION
    return response
