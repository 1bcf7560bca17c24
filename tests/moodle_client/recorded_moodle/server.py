"""The HTTP in front of the school: what nginx, PHP and Moodle's REST server do with a request."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.moodle_client.recorded_moodle.faults import Cut, Drop, Fault, Hang, Replay, Reply
from tests.moodle_client.recorded_moodle.files import FILES, StoredFile
from tests.moodle_client.recorded_moodle.recordings import WWWROOT, failures
from tests.moodle_client.recorded_moodle.school import Account, Refused, School, invalid_parameter
from tests.moodle_client.recorded_moodle.signatures import Invalid, nested

TOKEN = "5f0c1a9e7d3b4c2f8a6e1d0b9c7f3a25"
_JSON = {"Content-Type": "application/json"}
_PAGE = {"Content-Type": "text/html; charset=utf-8"}
_NO_TOKEN = Refused("core\\exception\\moodle_exception", "invalidtoken", "Invalid token - token not found")


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    fields: tuple[tuple[str, str], ...]

    @property
    def function(self) -> str | None:
        """The function that it called."""
        return dict(self.fields).get("wsfunction")

    def field_names(self) -> set[str]:
        """The names of the form's fields."""
        return {name for name, _ in self.fields}


@dataclass
class RecordedMoodle:
    """A Moodle on loopback. Use it in a `with`.

    `faults` is asked before each request, counted from 1, what goes wrong with it. `arrived` is called as a request is
    being answered, for tests of what runs side by side.
    """

    school: School = field(default_factory=School)
    accounts: dict[str, Account] = field(default_factory=lambda: {TOKEN: Account()})
    files: dict[str, StoredFile] = field(default_factory=lambda: dict(FILES))
    faults: Callable[[int], Fault | None] = lambda _number: None
    arrived: Callable[[], None] = lambda: None
    seen: list[Seen] = field(default_factory=list)
    most_at_once: int = 0
    token: str = TOKEN

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self.over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.moodle = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[str | None]:
        """The functions that were called, in order."""
        return [one.function for one in self.seen]

    def fail_with(self, *faults: Fault | None) -> None:
        """Let the next requests go wrong, one fault each (None: nothing); then all is well."""
        first = len(self.seen) + 1
        self.faults = lambda number: faults[number - first] if first <= number < first + len(faults) else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextlib.contextmanager
    def answering(self, request: Seen) -> Iterator[Fault | None]:
        """Count a request while it is answered, and say what goes wrong with it."""
        with self._lock:
            self.seen.append(request)
            number = len(self.seen)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            self.arrived()
            yield self.faults(number)
        finally:
            with self._lock:
                self._running -= 1

    def rest(self, query: list[tuple[str, str]], form: list[tuple[str, str]]) -> Reply:
        """Answer a call of a function. Moodle takes the fields from the query and the form alike."""
        fields = query + form
        known = dict(fields)
        as_json = known.get("moodlewsrestformat") == "json"
        names = ("wstoken", "wsfunction", "moodlewsrestformat")
        try:
            account = self.accounts.get(known.get("wstoken", ""))
            if account is None:
                raise _NO_TOKEN
            if "wsfunction" not in known:
                raise invalid_parameter()
            params = _params([one for one in fields if one[0] not in names])
            answer = self.school.answer(account, known["wsfunction"], params)
        except Refused as refused:
            answer = refused.answer
        except LookupError as error:
            return Reply(500, str(error).encode(), {"Content-Type": "text/plain"})
        if not as_json:
            return Reply(
                200, b'<?xml version="1.0" encoding="UTF-8" ?>\n', {"Content-Type": "application/xml; charset=utf-8"}
            )
        return Reply(200, self._here(json.dumps(answer)), _JSON)

    def file(self, path: str, query: list[tuple[str, str]], form: list[tuple[str, str]]) -> Reply:
        """Answer a request for a file."""
        token = dict(query + form).get("token")
        account = self.accounts.get(token or "")
        if token is None:
            return _file_error(200, "missingparam")
        if account is None:
            return _file_error(200, "invalidtoken")
        if not account.may_download:
            return _file_error(200, "accessexception")
        stored = self.files.get(unquote(path))
        if stored is None:
            return _file_error(404, "filenotfound")
        headers = {"Content-Type": stored.content_type, "Set-Cookie": "MoodleSession=abc; path=/"}
        if stored.disposition:
            headers["Content-Disposition"] = stored.disposition
        return Reply(200, stored.content, headers)

    def replay(self, case: str) -> Reply:
        """Answer as was recorded."""
        recorded = failures()[case]
        body = json.dumps(recorded["json"]) if recorded["json"] is not None else recorded["text"] or ""
        wanted = ("Content-Type", "Retry-After")
        return Reply(
            recorded["status"],
            self._here(body),
            {name: value for name, value in recorded["headers"].items() if name in wanted},
        )

    def _here(self, text: str) -> bytes:
        return text.replace(WWWROOT, self.url).replace(WWWROOT.replace("/", "\\/"), self.url).encode()


class _Server(ThreadingHTTPServer):
    moodle: RecordedMoodle
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        self._answer([])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        self._answer(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)) if is_form else [])

    def log_message(self, *_args: object) -> None:
        """Stay quiet."""

    def _answer(self, form: list[tuple[str, str]]) -> None:
        moodle = self.server.moodle
        request = Seen(self.command, self.path, dict(self.headers.items()), tuple(form))
        with moodle.answering(request) as fault:
            reply = self._reply(form) if fault is None or isinstance(fault, Cut) else None
            if isinstance(fault, Replay):
                reply = moodle.replay(fault.case)
            elif isinstance(fault, Reply):
                reply = fault
            elif isinstance(fault, Hang):
                moodle.over.wait(30)
        if reply is None or isinstance(fault, Drop):
            self.close_connection = True
            return
        self._send(reply, cut=isinstance(fault, Cut))

    def _reply(self, form: list[tuple[str, str]]) -> Reply:
        parts = urlsplit(self.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        if parts.path == "/webservice/rest/server.php":
            return self.server.moodle.rest(query, form)
        if parts.path.startswith("/webservice/pluginfile.php/"):
            return self.server.moodle.file(parts.path.removeprefix("/webservice/pluginfile.php"), query, form)
        return Reply(404, b"<!DOCTYPE html><title>Not found</title>", _PAGE)

    def _send(self, reply: Reply, *, cut: bool) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        if cut or "Content-Length" in reply.headers:
            self.close_connection = True


def _params(fields: list[tuple[str, str]]) -> dict[str, Any]:
    try:
        return nested(fields)
    except Invalid:
        raise invalid_parameter() from None


def _file_error(status: int, errorcode: str) -> Reply:
    body = {"error": "…", "errorcode": errorcode, "stacktrace": None, "debuginfo": None, "reproductionlink": None}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})
