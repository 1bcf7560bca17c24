"""The school of the measurements: it publishes its keys, at once or after a while. What else it does, the driver does.

It is one issuer for each latency: ``/0`` answers at once, ``/100`` takes 100 ms for every answer. So a tool that is
registered with both meets a fast and a slow platform in the same run.
"""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

LATENCIES: Final = (0, 100)
"""In ms."""


@dataclass(frozen=True)
class School:
    """Where the school is."""

    port: int

    def issuer(self, platform_ms: int) -> str:
        """Return the issuer that takes so long."""
        return f"http://127.0.0.1:{self.port}/{platform_ms}"


@contextmanager
def school(key_set: dict[str, Any]) -> Iterator[School]:
    """Start the school in a process of its own; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(json.dumps(key_set).encode(), theirs), daemon=True)
    process.start()
    try:
        yield School(ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(body: bytes, told: Connection) -> None:
    asyncio.run(serve(body, told.send))


async def serve(body: bytes, told: Any) -> None:  # noqa: ANN401
    """Answer every request with `body`, after the latency that its path begins with, for ever.

    Args:
        told: called with the port.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(int(head.split(b"/", 2)[1]) / 1000)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    told(server.sockets[0].getsockname()[1])
    await server.serve_forever()
