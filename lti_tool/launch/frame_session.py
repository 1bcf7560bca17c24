"""A session in a frame that keeps no cookies: the page holds the secret in its memory and sends it in a header.

No address ever has it, and another site can neither read nor set the header: a request with one of its own would first
have to be allowed to, and we allow nobody. `static/frame-session.js` is the other side.
"""

from flask import Request
from werkzeug.wrappers import Response

from lti_tool.cookies import Cookie

SECRET = "ICC-Session"  # noqa: S105 - the name of a header
"""The request header that has the session's secret."""
LOCATION = "ICC-Location"
"""The answer header that stands for Location: a script sees neither a redirect's address nor the part after its #."""
_LONGEST = 200


def session_secret(request: Request, cookie: Cookie) -> str | None:
    """Return the secret of this request's session: of its header, which says what this very page is, else of the cookie."""
    sent = request.headers.get(SECRET)
    if sent is None:
        return cookie.read(request)
    return sent if sent and len(sent) <= _LONGEST else None


def say_where(request: Request, response: Response) -> Response:
    """Turn a redirect into an answer that the page's script can follow by itself, if it was the script that asked."""
    if SECRET not in request.headers or not 300 <= response.status_code < 400 or "Location" not in response.headers:
        return response
    response.headers[LOCATION] = response.headers.pop("Location")
    response.status_code = 204
    response.set_data(b"")
    return response
