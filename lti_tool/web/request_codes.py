"""Every request has a code: in each log line it causes, on its error page, and in the answer's ``X-Request-ID``.

A reverse proxy that is trusted may have given one already, so that its log and ours can be laid side by side. Whoever else
sends one is not listened to: a code must not be what somebody else chose.
"""

import re

import structlog
from flask import Flask, Response, g, request

from lti_tool.ids import new_reference

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")


def init_request_codes(app: Flask, *, proxied: bool) -> None:
    """Give every request of an application a code.

    Args:
        proxied: whether a reverse proxy is trusted; only then the header that came in counts, if it is well formed.
    """

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if proxied else ""
        g.request_code = given if _WELL_FORMED.fullmatch(given) else f"R-{new_reference()}"
        # threads serve many requests one after the other
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_code)

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_code", "")
        return response

    # it outlives the error pages, which log; other code of this thread is no longer this request's
    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()
