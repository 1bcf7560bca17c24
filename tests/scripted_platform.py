"""A platform that says what the test wrote down: for answers that the demo school would not give."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """An answer: a status, a body (JSON unless it is bytes), headers, and a gate that it waits for."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: threading.Event | None = None

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return json.loads(self.body)


class ScriptedPlatform:
    """Listens on a free loopback port; `replies` maps "METHOD /path" to answers, of which the last one stays."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []
        self._lock = threading.Condition()
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._httpd.server_address[1]}"
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.02,), daemon=True)

    def answer(self, call: str, *replies: Reply) -> None:
        """Answer `call` ("GET /keys") so from now on; the last reply stays."""
        with self._lock:
            self.replies[call] = list(replies)

    def calls(self, path: str) -> list[Asked]:
        """What came in for a path."""
        with self._lock:
            return [asked for asked in self.asked if asked.path == path]

    def wait_for(self, path: str, count: int) -> None:
        """Wait until so many requests for a path have come in."""
        with self._lock:
            came = self._lock.wait_for(lambda: sum(asked.path == path for asked in self.asked) >= count, timeout=10)
        assert came, f"expected {count} requests for {path}"

    def _take(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._lock.notify_all()
            replies = self.replies.get(f"{asked.method} {asked.path}", [Reply(404, b"<html>not here</html>")])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = dict(self.headers.items())
                asked = Asked(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
                reply = platform._take(asked)
                if reply.gate is not None:
                    reply.gate.wait(10)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.content)))
                self.end_headers()
                self.wfile.write(reply.content)

            do_POST = do_PUT = do_GET  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Write nothing."""

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            gates = [reply.gate for replies in self.replies.values() for reply in replies if reply.gate]
        for gate in gates:
            gate.set()
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join()
