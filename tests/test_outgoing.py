"""Calls to the outside: what is refused, and what a bad server cannot do to us."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from lti_tool.errors import AddressRefused, BadAnswer, Unreachable
from lti_tool.outgoing import USER_AGENT, Outgoing, TimedOut, origin
from tests.ports import free_port


class Handler(BaseHTTPRequestHandler):
    """Answers by path, as badly as the path says."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers.items())))
        if self.path == "/redirect":
            self._say(302, b"", {"Location": "/elsewhere"})
        elif self.path == "/cookie":
            self._say(200, b"{}", {"Set-Cookie": "MoodleSession=secret; path=/"})
        elif self.path == "/big":
            self._say(200, b"x" * 5000, {})
        elif self.path == "/close":
            self._say(200, b"{}", {"Connection": "close"})
        elif self.path == "/echo":
            self._say(200, self.rfile.read(int(self.headers["Content-Length"])), {})
        else:
            self._say(200, b'{"ok": true}', {"Content-Type": "text/html"})

    do_POST = do_GET  # noqa: N815 - http.server's name

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Write nothing."""


class Server:
    def __init__(self, url: str, seen: list[tuple[str, dict[str, str]]]) -> None:
        self.url = url
        self.port = int(url.rsplit(":", 1)[1])
        self.seen = seen


@pytest.fixture
def server() -> Iterator[Server]:
    handler = type("OneHandler", (Handler,), {"seen": []})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Server(f"http://127.0.0.1:{httpd.server_address[1]}", handler.seen)  # type: ignore[attr-defined]
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@contextmanager
def raw_server(
    talk: Callable[[socket.socket, threading.Event], None], hear: Callable[[bytes], None] = lambda _said: None
) -> Iterator[str]:
    """A server that says what `talk` says, until its event is set; `hear` gets what came in one piece before."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    over = threading.Event()

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            hear(connection.recv(65536))
            try:
                talk(connection, over)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
        thread.join(5)


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    outgoing = Outgoing(allow_private=True)
    yield outgoing
    outgoing.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://school.example.org/token",
        "ftp://school.example.org/token",
        "https:///token",
        "//school.example.org/token",
        "javascript:alert(1)",
        "https://me:secret@school.example.org/",
        "https://school.example.org\\@evil.example.org/",
        "https://school.example.org/a b",
        "https://school.example.org/\r\nX-Header: 1",
        "https://[::1/",
        "https://school.example.org:99999/",
        "https://school.example.org:0/",
        "",
    ],
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    outgoing = Outgoing(resolver=lambda _host, _port: ["93.184.215.14"])
    with pytest.raises(AddressRefused):
        outgoing.check(url)
    with pytest.raises(AddressRefused):
        outgoing.call("GET", url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_a_name_in_a_private_network_is_refused(address: str) -> None:
    outgoing = Outgoing(resolver=lambda _host, _port: ["93.184.215.14", address])
    with pytest.raises(AddressRefused, match="private network"):
        outgoing.check("https://school.example.org/token")
    with pytest.raises(AddressRefused, match="private network"):
        outgoing.call("GET", "https://school.example.org/token")


def test_a_public_address_is_called() -> None:
    Outgoing(resolver=lambda _host, _port: ["93.184.215.14"]).check("https://school.example.org/token")


def test_a_name_without_an_address_is_unreachable() -> None:
    def nothing(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    outgoing = Outgoing(resolver=nothing)
    with pytest.raises(Unreachable):
        outgoing.check("https://school.example.org/")
    with pytest.raises(Unreachable):
        outgoing.call("GET", "https://school.example.org/")


def test_a_name_that_changes_after_the_check_is_refused_at_the_connection(server: Server) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    outgoing = Outgoing(resolver=lambda _host, _port: next(answers))
    url = f"https://school.example.org:{server.port}/"
    outgoing.check(url)
    with pytest.raises(AddressRefused, match="private network"):
        outgoing.call("GET", url)
    assert server.seen == []


def test_the_connection_goes_to_the_address_that_was_looked_at(server: Server) -> None:
    asked: list[str] = []

    def resolver(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    outgoing = Outgoing(allow_private=True, resolver=resolver)
    assert outgoing.call("GET", f"http://school.example.org:{server.port}/x").status == 200
    assert asked == ["school.example.org"]
    assert server.seen[0][1]["Host"] == f"school.example.org:{server.port}"
    outgoing.close()


def test_the_next_address_is_tried_when_the_first_does_not_answer(server: Server) -> None:
    outgoing = Outgoing(allow_private=True, resolver=lambda _host, _port: ["::1", "127.0.0.1"])
    assert outgoing.call("GET", f"http://school.example.org:{server.port}/x").status == 200
    outgoing.close()


def test_the_real_resolver_knows_loopback_and_refuses_what_is_no_name() -> None:
    with pytest.raises(AddressRefused):
        Outgoing().check("https://localhost/")
    with pytest.raises(Unreachable):
        Outgoing().check(f"https://{'a' * 80}/")


def test_redirects_are_not_followed(server: Server, outgoing: Outgoing) -> None:
    answer = outgoing.call("GET", f"{server.url}/redirect")
    assert answer.status == 302
    assert [path for path, _ in server.seen] == ["/redirect"]


def test_cookies_are_not_kept(server: Server, outgoing: Outgoing) -> None:
    outgoing.call("GET", f"{server.url}/cookie")
    outgoing.call("GET", f"{server.url}/after")
    assert "Cookie" not in server.seen[1][1]


def test_every_call_says_who_we_are(server: Server, outgoing: Outgoing) -> None:
    outgoing.call("POST", f"{server.url}/x", data={"a": "b"}, headers={"Accept": "text/plain"})
    headers = server.seen[0][1]
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Accept"] == "text/plain"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_json_is_read_whatever_the_content_type_says(server: Server, outgoing: Outgoing) -> None:
    assert outgoing.call("GET", f"{server.url}/x").json() == {"ok": True}


def test_an_answer_that_is_too_large_is_refused(server: Server, outgoing: Outgoing) -> None:
    with pytest.raises(BadAnswer, match="more than 4000 bytes"):
        outgoing.call("GET", f"{server.url}/big", max_bytes=4000)
    assert outgoing.call("GET", f"{server.url}/big", max_bytes=5000).status == 200


def test_an_answer_does_not_show_its_body(server: Server, outgoing: Outgoing) -> None:
    assert "ok" not in repr(outgoing.call("GET", f"{server.url}/x"))


def test_what_is_no_json_is_a_bad_answer() -> None:
    def html(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")

    with raw_server(html) as url, pytest.raises(BadAnswer, match="status 200"):
        Outgoing(allow_private=True).call("GET", url).json()


def test_nobody_listening_is_unreachable(outgoing: Outgoing) -> None:
    port = free_port()
    with pytest.raises(Unreachable) as caught:
        outgoing.call("GET", f"http://127.0.0.1:{port}/secret?token=1")
    assert not isinstance(caught.value, TimedOut)
    assert "secret" not in caught.value.detail


def test_a_server_that_says_nothing_times_out() -> None:
    def nothing(_connection: socket.socket, over: threading.Event) -> None:
        over.wait(5)

    with raw_server(nothing) as url, pytest.raises(TimedOut):
        Outgoing(allow_private=True, timeout=(1, 0.05)).call("GET", url)


def test_a_server_that_stops_in_the_middle_of_a_body_times_out() -> None:
    def half(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
        over.wait(5)

    with raw_server(half) as url, pytest.raises(TimedOut):
        Outgoing(allow_private=True, timeout=(1, 0.05)).call("GET", url)


def _drip(connection: socket.socket, over: threading.Event, start: bytes, drop: bytes) -> None:
    connection.sendall(start)
    while not over.wait(0.01):
        connection.sendall(drop)


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", b" "),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    ],
    ids=["body of known length", "body until the end", "headers"],
)
def test_a_server_that_drips_is_cut_off(start: bytes, drop: bytes) -> None:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        _drip(connection, over, start, drop)

    with raw_server(talk) as url, pytest.raises(TimedOut):
        Outgoing(allow_private=True, total=0.2).call("GET", url)


def test_a_connection_is_used_again_and_a_later_call_is_cut_off_too() -> None:
    def once_well(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        connection.recv(65536)
        _drip(connection, over, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" ")

    outgoing = Outgoing(allow_private=True, total=0.2)
    with raw_server(once_well) as url:
        assert outgoing.call("GET", url).status == 200
        # it takes one connection only
        with pytest.raises(TimedOut):
            outgoing.call("GET", url)


@pytest.mark.parametrize("size", [2, 65_000, 65_536, 300_000])
def test_a_body_arrives_whole_whatever_its_size(server: Server, outgoing: Outgoing, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert outgoing.call("POST", f"{server.url}/echo", data=body).body == body


def test_head_and_body_of_a_small_call_go_out_together() -> None:
    came: list[bytes] = []

    def talk(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with raw_server(talk, came.append) as url:
        Outgoing(allow_private=True).call("POST", url, data=b'{"scoreGiven": 1}')
    assert came[0].endswith(b'\r\n\r\n{"scoreGiven": 1}')


@pytest.mark.parametrize("path", ["/x", "/close", "/big"])
def test_calls_leave_no_connection_open_but_the_one_that_is_kept(server: Server, path: str) -> None:
    outgoing = Outgoing(allow_private=True)

    def call() -> None:
        with suppress(BadAnswer):
            outgoing.call("GET", f"{server.url}{path}", max_bytes=4000)

    call()
    before = _open_to(server.port)
    for _ in range(5):
        call()
    assert _open_to(server.port) == before
    outgoing.close()
    assert _open_to(server.port) == 0


def _open_to(port: int) -> int:
    """How many of our connections are open to a port, counted as the system does."""
    sockets = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            sockets.add(str(descriptor.readlink()))
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if int(row[2].split(":")[1], 16) == port and f"socket:[{row[9]}]" in sockets)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://school.example.org:8443/mod/lti/token.php?x=1") == "https://school.example.org:8443"


def test_a_session_of_ones_own_connects_to_the_looked_at_address_and_keeps_no_cookies(server: Server) -> None:
    outgoing = Outgoing(allow_private=True, resolver=lambda _host, _port: ["127.0.0.1"])
    with outgoing.session() as session:
        answer = session.get(f"http://moodle.example:{server.port}/cookie", timeout=5)
    assert answer.status_code == 200
    assert not session.cookies
    assert server.seen[0][1]["User-Agent"] == USER_AGENT


def test_a_session_of_ones_own_is_refused_a_name_that_leads_into_a_private_network(server: Server) -> None:
    with Outgoing(resolver=lambda _host, _port: ["127.0.0.1"]).session() as session, pytest.raises(AddressRefused):
        session.get(f"https://moodle.example:{server.port}/", timeout=5)
    assert server.seen == []


def test_a_session_of_ones_own_does_not_wait_longer_than_told_for_the_head_of_an_answer() -> None:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        _drip(connection, over, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")

    with (
        raw_server(talk) as url,
        Outgoing(allow_private=True).session(head_seconds=0.2) as session,
        pytest.raises(requests.RequestException),
    ):
        session.get(url, timeout=5)
