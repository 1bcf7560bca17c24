"""How a file goes to a browser: as a download that it keeps nowhere and does not open by itself."""

from flask import Response

from lti_tool.training.file_names import disposition
from lti_tool.training.work_files import Download


def send(download: Download) -> Response:
    """Return a file as an answer, sent chunk by chunk."""
    response = Response(download.chunks, mimetype=download.kind.media_type, direct_passthrough=True)
    response.headers["Content-Disposition"] = disposition(download.name)
    response.headers["Content-Length"] = str(download.size)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
