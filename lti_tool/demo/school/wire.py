"""What all wire services share: counting, faults, access tokens, and refusals in the way Moodle words them.

Moodle answers a refused service request with the reason in the HTTP status line and a JSON body that repeats it.
"""

import json
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Response, current_app, request
from werkzeug.datastructures import Headers

from .faults import Fault, FaultKind, Service
from .models import Call, Course, LineItem, Registration
from .state import School
from .toolkeys import ToolKeys

P = ParamSpec("P")
T = TypeVar("T")

_GATEWAY = """<html>\r\n<head><title>{line}</title></head>\r\n<body>\r\n<center><h1>{line}</h1></center>\r\n<hr>\
<center>nginx</center>\r\n</body>\r\n</html>\r\n"""
_WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class ServiceRefused(Exception):
    """A service request is turned away.

    Args:
        status: the HTTP status.
        phrase: the reason phrase of the status line, as Moodle words it.
        detail: the exact rule that was broken, for the log; the phrase when left out.
        body: an answer body that differs from Moodle's usual JSON, with its content type.
    """

    def __init__(
        self, status: int, phrase: str, detail: str | None = None, *, body: str | None = None, content_type: str = ""
    ) -> None:
        super().__init__(detail or phrase)
        self.status = status
        self.phrase = phrase
        self.detail = detail or phrase
        self.body = body
        self.content_type = content_type


def the_school() -> School:
    """The school this application serves."""
    school = current_app.extensions["school"]
    if not isinstance(school, School):
        raise TypeError("the application has no school")
    return school


def tool_keys() -> ToolKeys:
    """The cache of the tools' public keys."""
    keys = current_app.extensions["school_tool_keys"]
    if not isinstance(keys, ToolKeys):
        raise TypeError("the application has no tool keys")
    return keys


def html_page(title: str, status: int) -> ServiceRefused:
    """Refuse with an HTML page, as Moodle does where a service throws instead of answering."""
    body = f"<!DOCTYPE html>\n<html lang='en'><title>Error</title><h1>{escape(title)}</h1></html>"
    return ServiceRefused(status, _WORDS[status], title, body=body, content_type="text/html; charset=utf-8")


def bad_gateway(detail: str) -> ServiceRefused:
    """Refuse with the web server's own 502 page: Moodle died or wrote an impossible status line."""
    return ServiceRefused(502, "Bad Gateway", detail, body=_GATEWAY.format(line="502 Bad Gateway"), content_type="text/html")


def too_long(detail: str) -> ServiceRefused:
    """Refuse a text that does not fit: Moodle dies of it."""
    if the_school().personality.lists.exact_types:
        return bad_gateway(detail)
    return ServiceRefused(400, "Bad Request", detail)


def service(name: Service) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Make a view a service of the platform: counted, disturbed by its faults, its refusals written down."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def run(*args: P.args, **kwargs: P.kwargs) -> Response:
            school = the_school()
            fault = school.faults.draw(name)
            late = fault.seconds if fault is not None and fault.kind is FaultKind.SLOW else 0.0
            if fault is not None and not fault.after:
                school.faults.pause(late)
            spoiled = fault if fault is not None and fault.kind is not FaultKind.SLOW else None
            response = Response(status=503)
            if spoiled is None or spoiled.after:
                try:
                    _check_user_agent(school)
                    response = view(*args, **kwargs)
                except ServiceRefused as refused:
                    school.refuse(name.value, refused.status, refused.detail)
                    response = _refusal(refused)
            if fault is not None and fault.after:
                school.faults.pause(late)
            dropped = spoiled is not None and spoiled.kind is FaultKind.DROP
            if spoiled is not None and not dropped:
                response = disturbed(spoiled)
            body = request.get_data(as_text=True) if name is Service.SCORES else ""
            status = 0 if dropped else response.status_code
            school.calls.append(Call(school.now(), name.value, request.method, request.full_path, status, body))
            if dropped:
                hang_up()
            return response

        return run

    return decorate


def _check_user_agent(school: School) -> None:
    if school.personality.needs_user_agent and not request.headers.get("User-Agent"):
        raise ServiceRefused(403, "Forbidden", "a request without User-Agent")


def hang_up() -> None:
    """Close the connection of this request, so that no answer arrives."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)


def disturbed(fault: Fault) -> Response:
    """The answer a fault gives instead of the real one."""
    if fault.kind is FaultKind.HTML:
        return Response("<!DOCTYPE html>\n<html><body><h1>Onderhoud</h1></body></html>", mimetype="text/html")
    if fault.kind is FaultKind.EMPTY:
        return Response(b"", mimetype="application/json")
    if fault.kind is FaultKind.NO_KEYS:
        return Response(json.dumps({"keys": []}), mimetype="application/json")
    if fault.kind is FaultKind.HUGE:
        filler = {"keys": [], "filler": "x" * 6_000_000}
        return Response(json.dumps(filler), mimetype="application/json")
    headers = Headers()
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.kind is FaultKind.BUSY:
        busy = the_school().personality.busy
        headers.extend(busy.headers)
        return Response(busy.body, status=busy.status, headers=headers, mimetype=busy.media_type)
    phrase = _WORDS.get(fault.status, "Error")
    if fault.status >= 500:
        line = f"{fault.status} {phrase}"
        return Response(_GATEWAY.format(line=line), status=fault.status, headers=headers, mimetype="text/html")
    response = _refusal(ServiceRefused(fault.status, phrase))
    response.headers.extend(headers)
    return response


def _refusal(refused: ServiceRefused) -> Response:
    phrase = " ".join(refused.phrase.split())[:4000].encode("ascii", "backslashreplace").decode()
    if refused.body is not None:
        return Response(refused.body, status=f"{refused.status} {phrase}", content_type=refused.content_type)
    told: dict[str, Any] = {
        "method": request.method,
        "url": request.full_path.rstrip("?"),
        "accept": request.headers.get("Accept", "*/*"),
        "contentType": request.headers.get("Content-Type", ""),
    }
    body = json.dumps({"status": refused.status, "reason": phrase, "request": told})
    return Response(body, status=f"{refused.status} {phrase}", content_type="application/json; charset=utf-8")


def json_answer(body: object, content_type: str, status: int = 200) -> Response:
    """A JSON answer with one of LTI's own media types."""
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=f"{content_type}; charset=utf-8")


def no_handler(path: str) -> ServiceRefused:
    """Moodle's refusal of a media type it has no handler for."""
    asked = request.headers.get("Accept", "") if request.method == "GET" else request.headers.get("Content-Type", "")
    return ServiceRefused(400, f"No handler found for {path} {asked}".rstrip())


def accepts(*types: str) -> bool:
    """Whether ``Accept`` is one of ``types``, where that is looked at at all; ``""`` stands for none."""
    if not the_school().personality.lists.exact_types:
        return True
    return request.headers.get("Accept", "") in types


def sends(expected: str) -> bool:
    """Whether the content type is ``expected``; where it is not compared exactly, any JSON will do."""
    given = media_type()
    return given == expected or (not the_school().personality.lists.exact_types and given.endswith("json"))


def page_of(things: Sequence[T], usual: int | None) -> tuple[Sequence[T], int, int | None]:
    """The page that ``limit`` and ``from`` ask for, where it starts and how long pages are; ``usual`` without ``limit``."""
    limit, start = request.args.get("limit", type=int) or usual, request.args.get("from", 0, type=int)
    return (things[start : start + limit] if limit else things), start, limit


def link_to_next(response: Response, base: str, query: Mapping[str, object]) -> None:
    """Name the next page in the Link header (RFC 8288)."""
    response.headers["Link"] = f'<{base}?{urlencode(query)}>; rel="next"'


def media_type() -> str:
    """The content type of the request without its parameters (a charset is allowed everywhere)."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip()


def bearer(*scopes: str) -> Registration:
    """The tool whose access token came with the request and holds one of ``scopes``; anything else is 401."""
    school = the_school()
    rules = school.personality.tokens
    header = request.headers.get("Authorization", "")
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise _no_bearer(rules.stale, "no bearer token")
    with school.lock:
        known = school.tokens.get(token)
    if known is None:
        raise _no_bearer(rules.stale, "unknown access token")
    registration_id, granted, expires = known
    if expires <= school.now().timestamp():
        raise _no_bearer(rules.stale, "the access token has expired")
    if granted.isdisjoint(scopes):
        raise _no_bearer(rules.unscoped, f"the access token lacks the scope {' or '.join(scopes)}")
    registration = school.registrations.get(registration_id)
    if registration is None:
        raise _no_bearer(rules.stale, "the tool of this access token is no longer registered")
    return registration


def _no_bearer(status: int, detail: str) -> ServiceRefused:
    return ServiceRefused(status, _WORDS[status], detail)


def own_type(registration: Registration) -> None:
    """Insist on the ``type_id`` of the tool's own addresses; a tool that drops the query loses it elsewhere too."""
    if not the_school().personality.type_query:
        return
    given = request.args.get("type_id")
    if given is None:
        raise ServiceRefused(400, "Bad Request", "type_id is missing: keep the query of the address you were given")
    if given != registration.id:
        raise ServiceRefused(401, "Unauthorized", "type_id is not that of the tool with this access token")


def course_or_404(course_id: str) -> Course:
    """The course in a service address."""
    course = the_school().courses.get(course_id)
    if course is None:
        raise ServiceRefused(404, f"Not Found: Course {course_id} doesn't exist")
    return course


def item_or_404(course: Course, item_id: str) -> LineItem:
    """The grade item in a service address."""
    item = the_school().items.get(item_id)
    if item is None or item.course_id != course.id:
        raise ServiceRefused(404, f"Not Found: Grade item {item_id} doesn't exist")
    return item


def owned(item: LineItem, registration: Registration) -> LineItem:
    """Refuse a grade item of another tool (Moodle lets some of these through; nobody may rely on it)."""
    if item.registration_id != registration.id:
        raise ServiceRefused(403, "Invalid LTI id supplied.", "the grade item belongs to another tool")
    return item
