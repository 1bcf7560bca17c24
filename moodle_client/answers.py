"""From an HTTP answer to JSON or an error.

Moodle answers refusals with 200 and ``{"exception", "errorcode", "message"}``, files with 200 or 404 and
``{"error", "errorcode"}``; web services that are off with 403 and nothing; maintenance with 503 and a page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from moodle_client.address import origin_of
from moodle_client.errorcodes import error_for
from moodle_client.errors import (
    BadAnswer,
    MaintenanceMode,
    MoodleError,
    NotJson,
    Unavailable,
    WebServicesOff,
    WrongAddress,
)

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. `body` may hold personal data."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


def decode(reply: Reply, function: str, *, downloading: bool = False) -> object:
    """Return the JSON of an answer.

    Raises:
        MoodleError: it is a refusal, or not an answer of Moodle's web services at all.
    """
    value = _json(reply.body)
    refusal = _refusal(value, function, reply, downloading=downloading)
    if refusal:
        raise refusal
    if not 200 <= reply.status < 300:
        raise _by_status(reply, function)
    if value is _NOTHING:
        raise NotJson(_kind(reply), function=function)
    return value


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header; dates are not read."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 8 else None


def _refusal(value: object, function: str, reply: Reply, *, downloading: bool) -> MoodleError | None:
    if not isinstance(value, dict) or not ("exception" in value or "error" in value):
        return None
    errorcode = value.get("errorcode")
    if not isinstance(errorcode, str) or not errorcode:
        return None
    message = value.get("message")
    return error_for(
        errorcode,
        function=function,
        message=message if isinstance(message, str) else "",
        downloading=downloading,
        status=None if reply.status == 200 else reply.status,
    )


def _by_status(reply: Reply, function: str) -> MoodleError:
    status = reply.status
    if 300 <= status < 400:
        target = reply.headers.get("Location", "")
        where = f"it sends us to {origin_of(target)}" if "://" in target else "it sends us elsewhere"
        return WrongAddress(where, function=function, status=status)
    if status == 403 and not reply.body.strip():
        return WebServicesOff(function=function, status=status)
    if status in (404, 405, 410):
        return WrongAddress(f"status {status}", function=function, status=status)
    if status == 503 and "html" in _kind(reply):
        return MaintenanceMode(function=function, status=status, retry_after=retry_after(reply.headers))
    if status == 429 or status >= 500:
        return Unavailable(f"status {status}", function=function, status=status, retry_after=retry_after(reply.headers))
    return BadAnswer(f"status {status}", function=function, status=status)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NOTHING


def _kind(reply: Reply) -> str:
    kind = reply.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return kind if kind.replace("/", "").replace("+", "").replace("-", "").replace(".", "").isalnum() else "no type"
