"""HTTP/1.1 over one kept connection, as little of it as a driver needs that shares the machine with what it measures."""

import asyncio
import time
from typing import Self

PATIENCE_SECONDS = 30.0
"""Who gets no answer in this time has given up."""


class Answer:
    """One answer.

    Args:
        head: status line and headers, without the empty line.
        body: decoded from its chunks, if it came in any.
        at: `time.perf_counter` when it was complete.
    """

    def __init__(self, head: bytes, body: bytes, at: float) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ", 2)[1])
        self._headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        self.body = body
        self.at = at

    def header(self, name: str) -> str:
        """Return the first header of this (lower-case) name; empty without one."""
        return next((value for found, value in self._headers if found == name), "")

    def cookies(self) -> dict[str, str]:
        """Return the cookies it sets, without their attributes."""
        pairs = [value.split(";", 1)[0].partition("=") for name, value in self._headers if name == "set-cookie"]
        return {name.strip(): value for name, _, value in pairs}


class Connection(asyncio.Protocol):
    """One connection: requests one after the other."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect to a port of the loopback interface."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            _transport, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    @property
    def usable(self) -> bool:
        """Whether the other side has kept it."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return the answer.

        Raises:
            TimeoutError: none came in time.
            ConnectionError: the other side closed the connection instead.
        """
        if self._transport is None or not self.usable:
            raise ConnectionError("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._waiting

    def close(self) -> None:
        """Let it go."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write (asyncio calls this)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP connection has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand the answer over once it is complete (asyncio calls this)."""
        self._buffer += data
        taken = take(self._buffer)
        if taken is None or self._waiting is None or self._waiting.done():
            return
        head, body, end = taken
        del self._buffer[:end]
        answer = Answer(head, body, time.perf_counter())
        if answer.header("connection").lower() == "close":
            self.close()
        self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits (asyncio calls this)."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(str(exc or "closed without an answer")))
        self._transport = None


def take(buffer: bytes | bytearray) -> tuple[bytes, bytes, int] | None:
    """Return the head, the body and the length of the answer at the beginning of a buffer; None until it is complete."""
    split = buffer.find(b"\r\n\r\n")
    if split < 0:
        return None
    head, start = bytes(buffer[:split]), split + 4
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if b":" in line)
    if fields.get(b"transfer-encoding", b"").strip() == b"chunked":
        return _take_chunks(head, buffer, start)
    end = start + int(fields.get(b"content-length", b"0"))
    return (head, bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _take_chunks(head: bytes, buffer: bytes | bytearray, start: int) -> tuple[bytes, bytes, int] | None:
    body = bytearray()
    while (line := buffer.find(b"\r\n", start)) >= 0:
        size, start = int(bytes(buffer[start:line]).split(b";")[0], 16), line + 2
        if len(buffer) < start + size + 2:
            return None
        body += buffer[start : start + size]
        start += size + 2
        if size == 0:
            return head, bytes(body), start
    return None
