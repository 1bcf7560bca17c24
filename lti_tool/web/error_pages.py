"""The pages for everything that goes wrong: what happened, who can fix it, what to do, and a code for the log.

Handlers for `lti_tool.errors.IccError`, for HTTP errors (with their status; `http_errors` has their texts) and for
whatever nobody foresaw. What a person had written in a form comes back on the page, to copy.
"""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.clock import Clock
from lti_tool.errors import IccError, SessionExpired
from lti_tool.ids import new_reference
from lti_tool.web.csrf import FIELD, SessionId, comes_from_elsewhere
from lti_tool.web.http_errors import of_http
from lti_tool.web.own_window import in_own_window, stands_alone
from lti_tool.web.own_words import OwnWords, in_own_words

_log = structlog.get_logger(__name__)
_PROGRAMS = "/api/"
"""Below it only programs ask: they get JSON, and the line of the log that says what exactly was wrong."""
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True)
class Written:
    """A text that somebody had written in the form that failed."""

    label: str
    text: str


@dataclass(frozen=True)
class ErrorPage:
    """What the error page shows."""

    code: str
    reference: str
    status: int
    title: str
    explanation: str
    who: str
    steps: Sequence[str]
    moment: datetime
    written: Sequence[Written]
    lost_files: bool


def _written() -> tuple[list[Written], bool]:
    """Return what a person had typed into one of our own forms, and whether it carried files too."""
    # only from our own pages: another site could otherwise show its words here as if a person had written them
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return [], False
    try:
        form, files = request.form, request.files
    except HTTPException:
        return [], False
    if FIELD not in form:
        return [], False
    # the editor's HTML says the same as the text
    not_to_read = (FIELD, "html")
    labels = {"text": _("Je tekst"), "link": _("Je link"), "feedback": _("Je feedback")}
    found = [
        Written(labels.get(name, _("Wat je schreef")), value)
        for name, value in form.items(multi=True)
        if name not in not_to_read
        and value.strip()
        and (name in labels or any(letter.isspace() for letter in value.strip()))
    ]
    return found, any(file.filename for file in files.values())


def _page(error: IccError, status: int, moment: datetime) -> ErrorPage:
    written, lost_files = _written()
    reference = error.reference or new_reference()
    words = in_own_words(error) if in_own_window() else OwnWords(error.explanation, error.who, error.steps)
    return ErrorPage(
        error.code,
        reference,
        status,
        str(error.title),
        str(words.explanation),
        str(words.who),
        [str(step) for step in words.steps],
        moment,
        written,
        lost_files,
    )


def _wants_json() -> bool:
    if request.path.endswith(".json") or _for_programs():
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best.endswith("json")


def _for_programs() -> bool:
    return request.path.startswith(_PROGRAMS)


def _answer(page: ErrorPage, detail: str = "") -> Response:
    if _wants_json():
        response = jsonify(
            title=page.title,
            status=page.status,
            detail=page.explanation,
            code=page.code,
            reference=page.reference,
            who=page.who,
            steps=list(page.steps),
            **({"reason": detail} if detail and _for_programs() else {}),
        )
        response.mimetype = "application/problem+json"
    else:
        # not render_template: the context processors of other rooms may be what failed
        template = current_app.jinja_env.get_template("error.html")
        own = in_own_window()
        surface = "page" if own or request.headers.get("Sec-Fetch-Dest") == "document" else "frame"
        response = make_response(template.render(error=page, surface=surface, own_window=own))
    response.status_code = page.status
    # The page shows only what its own request brought and can do nothing, so any learning environment may frame it:
    # without this the person would see an empty frame when a launch fails before we know which one it is.
    if not g.get("frame_ancestors"):
        g.frame_ancestors = ["*"]
    return response


def _log_page(page: ErrorPage, detail: str) -> None:
    _log.log(
        logging.ERROR if page.status >= 500 else logging.INFO,
        "error_page",
        code=page.code,
        reference=page.reference,
        status=page.status,
        endpoint=request.endpoint,
        detail=detail,
    )


def _frames(error: BaseException) -> list[str]:
    """Return where an error came from, as file, line and function: no message and no values, which may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _find_the_reader(session_id: SessionId) -> None:
    """Let whatever finds the session say whose page this is, when an error came before the view could ask.

    Then the page is in its reader's language, and their learning environment alone may frame it.
    """
    if g.get("frame_ancestors") or comes_from_elsewhere():
        return
    try:
        session_id()
    except Exception as failure:  # noqa: BLE001  # the reader gets the page of the first error, whatever happens here
        _log.warning("reader_not_found", error=type(failure).__name__)


def register_error_pages(app: Flask, clock: Clock, session_id: SessionId) -> None:
    """Answer every error with a page (or JSON where that was asked) in the reader's language.

    Args:
        app: with `lti_tool.web.csrf` set up.
        clock: the time on the pages.
        session_id: finds the session of a request; see `lti_tool.web.csrf.init_csrf`.
    """

    @app.errorhandler(IccError)
    def icc_error(error: IccError) -> Response | BaseResponse:
        if isinstance(error, SessionExpired) and g.get("sign_in_url") and request.method == "GET" and not _wants_json():
            return redirect(g.sign_in_url, 303)
        page = _page(error, error.status, clock())
        _log_page(page, error.detail)
        return _answer(page, error.detail)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | HTTPException:
        if error.response is not None or error.code is None or error.code < 400:
            return error
        known = of_http(error)
        _find_the_reader(session_id)
        if g.get("sign_in_url"):
            stands_alone()
        page = _page(known, error.code, clock())
        _log_page(page, known.detail)
        response = _answer(page, known.detail)
        for name, value in error.get_headers(request.environ):
            if name in _KEPT_HEADERS:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        page = _page(IccError(), 500, clock())
        cause = error.__cause__ or error.__context__
        _log.error(
            "unexpected_error",
            code=page.code,
            reference=page.reference,
            endpoint=request.endpoint,
            method=request.method,
            error=type(error).__qualname__,
            cause=type(cause).__qualname__ if cause else None,
            frames=_frames(error),
        )
        return _answer(page)
