"""The platform of the measurements, in a process of its own: it must cost little, because it shares the machine.

It gives tokens, checks them at every call, stores scores, shows results, and counts. Each measurement has a port of its
own, so that its connections and tokens are counted alone. The tools' assertions are not verified.
"""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs

from benchmarks.scores.work import EVERY, RETRY_AFTER_SECONDS, Fault, Tally, Terms

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
BACKLOG = 1024


class Platform:
    """The parent's end of it.

    Args:
        pipe: to the process.
    """

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe

    def open(self, terms: Terms) -> int:
        """Open a port with these terms; return it."""
        self._pipe.send(terms)
        port: int = self._pipe.recv()
        return port

    def close(self, port: int) -> Tally:
        """Close a port and all its connections; return what it has seen."""
        self._pipe.send(port)
        tally: Tally = self._pipe.recv()
        return tally


@contextmanager
def platform() -> Iterator[Platform]:
    """Start the process; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Platform(ours)
    finally:
        process.terminate()
        process.join()


class Desk:
    """One port: its terms and what it has seen.

    Args:
        terms: how it behaves.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.server: asyncio.Server | None = None
        self.lines: set[Line] = set()
        self._every = EVERY.get(terms.fault, 0)
        self._tokens: dict[str, float] = {}
        self._held: dict[str, dict[str, tuple[float, float, str | None]]] = {}
        self._stamps: dict[tuple[str, str], datetime] = {}
        self._connections = self._most_open = self._calls = self._posts = 0

    def opened(self, line: "Line") -> None:
        """Count a connection."""
        self.lines.add(line)
        self._connections += 1
        self._most_open = max(self._most_open, len(self.lines))

    def tally(self) -> Tally:
        """Return what was seen."""
        held = {(line_item, user): value for line_item, users in self._held.items() for user, value in users.items()}
        return Tally(len(self._tokens), self._connections, self._most_open, self._calls, self._posts, held)

    def answer(self, method: str, target: str, headers: dict[bytes, bytes], body: bytes, now: float) -> bytes | Fault:
        """Return the answer to a request, or what happens instead of one."""
        path, _, query = target.partition("?")
        if path == "/token":
            return self._token(body, now)
        token = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) <= now:
            return reply(401, b"{}")
        self._calls += 1
        if self._every and self._calls % self._every == 0:
            return self._fail()
        line_item, _, service = path.rpartition("/")
        if (method, service) == ("POST", "scores"):
            return self._store(line_item, headers, body)
        if (method, service) == ("GET", "results"):
            return self._results(line_item, parse_qs(query).get("user_id", [""])[0])
        return reply(404, b"{}")

    def _token(self, body: bytes, now: float) -> bytes:
        asked = parse_qs(body.decode("latin-1"))
        if asked.get("grant_type") != ["client_credentials"] or asked.get("client_assertion", [""])[0].count(".") != 2:
            return reply(400, b'{"error":"invalid_request"}')
        token = f"token-{len(self._tokens) + 1}"
        self._tokens[token] = now + self.terms.token_seconds
        given = {"access_token": token, "token_type": "Bearer", "expires_in": int(self.terms.token_seconds)}
        return reply(200, json.dumps({**given, "scope": asked.get("scope", [""])[0]}).encode())

    def _fail(self) -> bytes | Fault:
        if self.terms.fault is Fault.ERROR:
            return reply(500, b"{}")
        if self.terms.fault is Fault.BUSY:
            return reply(429, b"{}", f"Retry-After: {RETRY_AFTER_SECONDS}\r\n")
        return self.terms.fault

    def _store(self, line_item: str, headers: dict[bytes, bytes], body: bytes) -> bytes:
        if headers.get(b"content-type", b"").decode("latin-1") != SCORE_TYPE:
            return reply(415, b"{}")
        score = json.loads(body)
        key = (line_item, str(score["userId"]))
        stamp = datetime.fromisoformat(score["timestamp"])
        if key in self._stamps and stamp <= self._stamps[key]:
            return reply(409, b"{}")
        self._stamps[key], self._posts = stamp, self._posts + 1
        self._held.setdefault(line_item, {})[key[1]] = (score["scoreGiven"], score["scoreMaximum"], score.get("comment"))
        return reply(200, b"{}")

    def _results(self, line_item: str, user: str) -> bytes:
        rows = [
            {"userId": who, "resultScore": given, "resultMaximum": maximum, "comment": comment}
            for who, (given, maximum, comment) in self._held.get(line_item, {}).items()
            if user in ("", who)
        ]
        return reply(200, json.dumps(rows).encode(), kind=RESULTS_TYPE)


def reply(status: int, body: bytes, more: str = "", kind: str = "application/json") -> bytes:
    """Return an answer as it goes over the wire."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Line(asyncio.Protocol):
    """One connection: requests one after the other, all of which carry a length.

    Args:
        desk: whose.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be counted (asyncio calls this)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP connection has no other
        self._transport = transport
        self._desk.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Be open no longer (asyncio calls this)."""
        self._desk.lines.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer the request once it is complete, after the latency (asyncio calls this)."""
        self._buffer += data
        split = self._buffer.find(b"\r\n\r\n")
        if split < 0:
            return
        first, *lines = bytes(self._buffer[:split]).split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        end = split + 4 + int(headers.get(b"content-length", b"0"))
        if len(self._buffer) < end:
            return
        body = bytes(self._buffer[split + 4 : end])
        del self._buffer[:end]
        method, target, _version = first.decode("latin-1").split(" ")
        latency = self._desk.terms.latency_ms / 1000
        if latency:
            self._loop.call_later(latency, self._answer, method, target, headers, body)
        else:
            self._answer(method, target, headers, body)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _answer(self, method: str, target: str, headers: dict[bytes, bytes], body: bytes) -> None:
        if self._transport is None:
            return
        answer = self._desk.answer(method, target, headers, body, self._loop.time())
        if isinstance(answer, bytes):
            self._transport.write(answer)
        elif answer is Fault.DROPPED:
            self._transport.abort()


def _serve(pipe: "Connection[Any, Any]") -> None:
    asyncio.run(_listen(pipe))


async def _listen(pipe: "Connection[Any, Any]") -> None:
    """Open and close ports as the parent says, for ever."""
    loop, desks = asyncio.get_running_loop(), dict[int, Desk]()

    async def obey(order: Terms | int) -> None:
        if isinstance(order, Terms):
            desk = Desk(order)
            desk.server = await loop.create_server(lambda: Line(desk), "127.0.0.1", 0, backlog=BACKLOG)
            port = desk.server.sockets[0].getsockname()[1]
            desks[port] = desk
            pipe.send(port)
            return
        desk = desks.pop(order)
        if desk.server is not None:
            desk.server.close()
        for line in list(desk.lines):
            line.close()
        pipe.send(desk.tally())

    while True:
        await obey(await loop.run_in_executor(None, pipe.recv))
