"""The Moodle of the measurements, in a process of its own: recorded answers, for a course as large as one likes.

It must cost little, because it shares the machine with what it measures. Who takes part and who completed what follows from
the address, ``/<latency in ms>/<people>/<batch or single>``: with ``single`` its service lacks the batch function.
"""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.moodle.work import ACTIVITIES, Course, Tally, completed

RECORDINGS = Path(__file__).parents[2] / "tests" / "fixtures" / "moodle-4.5"
COURSE_ID = 2
TOKEN = "5f0c1a9e7d3b4c2f8a6e1d0b9c7f3a25"  # noqa: S105  # of nothing but these measurements
ENROLLED = "core_enrol_get_enrolled_users"
COMPLETION = "core_completion_get_activities_completion_status"
BATCH = "tool_mobile_call_external_functions"
SITE_INFO = "core_webservice_get_site_info"
_NO_ACCESS = {
    "exception": "webservice_access_exception",
    "errorcode": "accessexception",
    "message": "Access control exception",
}
_NO_TOKEN = {"exception": "core\\exception\\moodle_exception", "errorcode": "invalidtoken", "message": "Invalid token"}


class Site:
    """The parent's end of it.

    Args:
        port: where it listens.
        pipe: to the process.
    """

    def __init__(self, port: int, pipe: "Connection[Any, Any]") -> None:
        self._port = port
        self._pipe = pipe

    def url(self, course: Course, *, batch: bool = True) -> str:
        """Return the address of the site that has this course.

        Args:
            batch: whether its service has the batch function.
        """
        return f"http://127.0.0.1:{self._port}/{course.latency_ms}/{course.people}/{'batch' if batch else 'single'}"

    def tally(self) -> Tally:
        """Return what was seen since the last time."""
        self._pipe.send(None)
        found: Tally = self._pipe.recv()
        return found


@contextmanager
def site() -> Iterator[Site]:
    """Start the process; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Site(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


def answer(course: Course, function: str, params: Mapping[str, Any], *, batch: bool) -> Any:  # noqa: ANN401
    """Return what a function answers about a course."""
    if function == BATCH and batch:
        calls = [params[f"requests[{number}][function]"] for number in range(len(params) // 2)]
        arguments = [json.loads(params[f"requests[{number}][arguments]"]) for number in range(len(params) // 2)]
        answers = [answer(course, one, given, batch=False) for one, given in zip(calls, arguments, strict=True)]
        return {"responses": [{"error": False, "data": json.dumps(one)} for one in answers]}
    if function == SITE_INFO:
        told = dict(_response("ws_site_info"))
        told["functions"] = [one for one in told["functions"] if batch or one["name"] != BATCH]
        return told
    if function == COMPLETION:
        return _completion(int(params["userid"]))
    return _enrolled(course, params) if function == ENROLLED else _NO_ACCESS


def _completion(user: int) -> dict[str, Any]:
    recorded = _response("ws_activities_completion")["statuses"]
    rows = [{**recorded[number % len(recorded)], "cmid": number + 1} for number in range(ACTIVITIES)]
    return {"statuses": [{**one, "state": int(completed(user, one["cmid"]))} for one in rows], "warnings": []}


def _enrolled(course: Course, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in params if name.endswith("[name]")]
    options = {params[name]: params[f"{name.removesuffix('[name]')}[value]"] for name in names}
    start, count = int(options.get("limitfrom", 0)), int(options.get("limitnumber", 0))
    users = course.users()[start : start + count] if count else course.users()[start:]
    fields = options.get("userfields", "").split(",")
    return [{key: value for key, value in _person(user).items() if fields == [""] or key in fields} for user in users]


def _person(user: int) -> dict[str, Any]:
    """One of the recorded participants, under another id: as long as they are on average."""
    recorded = [
        one for one in _response("ws_enrolled_users") if any(role["shortname"] == "student" for role in one["roles"])
    ]
    return {**recorded[user % len(recorded)], "id": user}


@cache
def _response(name: str) -> Any:  # noqa: ANN401
    return json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))["response"]


@cache
def _body(course: Course, function: str, fields: tuple[tuple[str, str], ...], *, batch: bool) -> bytes:
    return json.dumps(answer(course, function, dict(fields), batch=batch)).encode()


class _Counter:
    def __init__(self) -> None:
        self.requests = self.connections = 0

    def taken(self) -> Tally:
        seen = Tally(self.requests, self.connections)
        self.requests = self.connections = 0
        return seen


def _serve(pipe: "Connection[Any, Any]") -> None:
    asyncio.run(_listen(pipe))


async def _listen(pipe: "Connection[Any, Any]") -> None:
    counter = _Counter()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counter.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next((line for line in head.lower().split("\r\n") if line.startswith("content-length:")), ":0")
                form = (await reader.readexactly(int(length.partition(":")[2]))).decode()
                counter.requests += 1
                latency, body = reply(head.split(" ", 2)[1], form)
                await asyncio.sleep(latency)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        writer.close()

    def tell() -> None:
        pipe.recv()
        pipe.send(counter.taken())

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**20)
    asyncio.get_running_loop().add_reader(pipe.fileno(), tell)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def reply(target: str, form: str) -> tuple[float, bytes]:
    """Return after how many seconds a request is answered, and with what.

    Args:
        target: path and query.
        form: the body.
    """
    path, _, query = target.partition("?")
    _, latency, people, kind, *_rest = path.split("/")
    fields = dict(parse_qsl(query, keep_blank_values=True) + parse_qsl(form, keep_blank_values=True))
    token, function = fields.pop("wstoken", ""), fields.pop("wsfunction", "")
    fields.pop("moodlewsrestformat", None)
    seconds = int(latency) / 1000
    if token != TOKEN:
        return seconds, json.dumps(_NO_TOKEN).encode()
    return seconds, _body(Course(int(people)), function, tuple(fields.items()), batch=kind == "batch")
