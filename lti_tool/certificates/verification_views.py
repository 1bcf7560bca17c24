"""Where anybody checks a file: in the browser where that can be, by sending it where it cannot.

The forms change nothing and keep nothing, so they need no form token; other sites and programs may use `/verify.json`.
"""

from flask import Blueprint, Response, g, jsonify, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from lti_tool.certificates.findings import Finding
from lti_tool.certificates.offline import offline_page
from lti_tool.certificates.presented import MAX_FILE_BYTES
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.verdict import Verdict, as_json
from lti_tool.certificates.verification import VerificationService
from lti_tool.certificates.verify import refused
from lti_tool.certificates.wording import CHECK_STATES, VERDICT_STATES, check_words
from lti_tool.config import Settings
from lti_tool.registry import use
from lti_tool.web.csrf import csrf_exempt
from lti_tool.web.locales import locale

blueprint = Blueprint(
    "verification", __name__, template_folder="templates", static_folder="static", static_url_path="/static/certificates"
)

_FORM_BYTES = MAX_FILE_BYTES + 64 * 1024
"""A file of the largest size and the form around it."""
_READ_AWAY = 32 * 1024 * 1024
"""So much of a file that is too large is read and dropped: a browser that is cut off shows no page of ours."""
_OPEN = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}


@blueprint.get("/verify")
def page() -> str:
    """Show where a file can be dropped, chosen or pasted."""
    return _page(None)


@blueprint.post("/verify")
@csrf_exempt
def send() -> tuple[str, int]:
    """Check a file that was sent because the browser could not do it, and forget it."""
    data = _sent()
    if data is None:
        return _page(refused(Finding.TOO_LARGE)), 413
    verdict = use(VerificationService).verify(data) if data.strip() else None
    return _page(verdict, nothing_sent=verdict is None), 200 if verdict else 422


@blueprint.post("/verify.json")
@csrf_exempt
def machine() -> Response:
    """Check the bytes of the request for a program; the answer says in `state` and `checks` what was found."""
    data = _limited_body()
    verdict = refused(Finding.TOO_LARGE) if data is None else use(VerificationService).verify(data)
    response = jsonify(as_json(verdict, locale()))
    response.status_code = 413 if data is None else 200
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/verify/words/<any(nl, en):language>.json")
def words(language: str) -> Response:
    """Give the scripts their words."""
    response = jsonify(check_words(language))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.get("/verify/offline.html")
def offline() -> Response:
    """Give the verifier that works without internet: one file, with our keys and the lists of this moment in it."""
    made = use(VerificationService).seconds()
    page = offline_page(use(CertificateService), use(Settings).base_url, made, locale())
    response = Response(page, mimetype="text/html")
    response.headers["Content-Disposition"] = 'attachment; filename="icc-certificaat-controleren.html"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/c/<certificate_id>/status")
def standing(certificate_id: str) -> Response:
    """Tell how a certificate stands, without who has it."""
    response = jsonify(use(VerificationService).standing(certificate_id))
    response.headers.update(_OPEN)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(verdict: Verdict | None, *, nothing_sent: bool = False) -> str:
    g.brand = "ICC Bridge"
    g.referrer_policy = "no-referrer"
    return render_template(
        "certificates/verify.html",
        verdict=verdict,
        nothing_sent=nothing_sent,
        verdict_states=VERDICT_STATES,
        check_states=CHECK_STATES,
        largest=MAX_FILE_BYTES,
        base_url=use(Settings).base_url,
        now=use(VerificationService).seconds(),
    )


def _sent() -> bytes | None:
    """Return the file or the text of the form, None when it is too large."""
    request.max_content_length = request.max_form_memory_size = _FORM_BYTES
    try:
        file = request.files.get("file")
        data = file.read() if file else b""
        return data or request.form.get("text", "").encode()
    except RequestEntityTooLarge:
        left = _READ_AWAY
        while left > 0 and (chunk := request.environ["wsgi.input"].read(64 * 1024)):
            left -= len(chunk)
        return None


def _limited_body() -> bytes | None:
    request.max_content_length = MAX_FILE_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None
