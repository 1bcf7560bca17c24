"""One launch as a browser makes it: login, the time at the platform, launch, and on to the page if the tool has one."""

import asyncio
import time
from concurrent.futures import Executor
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.launches.load import CLIENT_ID, DEPLOYMENT_ID, Tool
from benchmarks.launches.token import TokenMaker
from benchmarks.launches.wire import Answer, Connection

REDIRECTS = frozenset((301, 302, 303))
MOST_REDIRECTS = 5
LAUNCHES_A_CONNECTION = 20
"""Then a new one is made, as a reverse proxy does, so that the connections spread anew over the worker processes."""


class Failed(Exception):
    """A launch that did not get where it should; says where it ended."""


class Browser:
    """One person's browser: its own cookies for each launch, over a connection that is kept.

    Args:
        tool: the tool that is launched.
        issuer: its school.
        tokens: makes what the school posts.
        signers: where tokens are signed, so that signing does not hold up other people's answers.
    """

    def __init__(self, tool: Tool, issuer: str, tokens: TokenMaker, signers: Executor) -> None:
        self._tool, self._issuer, self._tokens, self._signers = tool, issuer, tokens, signers
        self._cookies: dict[str, str] = {}
        self._connection: Connection | None = None
        self._launches = 0
        self._spent = 0.0

    async def launch(self, sub: str, hold_seconds: float = 0.0) -> float:
        """Launch once as a person and return how long the tool took, in ms.

        Raises:
            Failed: it was refused, or did not end where it should.
            OSError: the connection broke, or an answer did not come in time.
        """
        self._cookies, self._spent = {}, 0.0
        if self._launches % LAUNCHES_A_CONNECTION == 0:
            self.close()
        self._launches += 1
        state, nonce = await self._login(sub)
        if hold_seconds:
            await asyncio.sleep(hold_seconds)
        token = await asyncio.get_running_loop().run_in_executor(self._signers, self._tokens.make, sub, nonce)
        answer = await self._post(self._tool.launch, {"id_token": token, "state": state})
        await self._follow(answer, sub)
        return self._spent * 1000

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _login(self, sub: str) -> tuple[str, str]:
        begun = {
            "iss": self._issuer,
            "login_hint": sub,
            "target_link_uri": self._tool.url + self._tool.launch,
            "lti_message_hint": '{"cmid":9,"launchid":"ltilaunch1_68528305"}',
            "client_id": CLIENT_ID,
            "lti_deployment_id": DEPLOYMENT_ID,
        }
        answer = await self._post(self._tool.login, begun)
        asked = parse_qs(urlsplit(answer.header("location")).query)
        if answer.status not in REDIRECTS or "state" not in asked or "nonce" not in asked:
            raise Failed(f"login answered {answer.status}")
        return asked["state"][0], asked["nonce"][0]

    async def _follow(self, answer: Answer, sub: str) -> None:
        """See that a launch was accepted, and go on to its page unless it is done with its redirect."""
        tool, step = self._tool, "launch"
        if tool.onward and not (answer.status in REDIRECTS and _path(answer).startswith(tool.onward)):
            raise Failed(f"launch answered {answer.status}")
        if tool.shows is None:
            return
        for _ in range(MOST_REDIRECTS):
            if answer.status not in REDIRECTS:
                break
            answer, step = await self._send("GET", _path(answer)), "page"
        if answer.status != 200:
            raise Failed(f"{step} answered {answer.status}")
        if tool.shows.format(sub=sub).encode() not in answer.body:
            raise Failed(f"{step} does not show what it should")

    async def _post(self, path: str, form: dict[str, str]) -> Answer:
        return await self._send("POST", path, urlencode(form).encode())

    async def _send(self, method: str, path: str, body: bytes = b"") -> Answer:
        if self._connection is None or not self._connection.usable:
            self._connection = await Connection.to(self._tool.port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._tool.port}", "Accept: text/html"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        begun = time.perf_counter()
        answer = await self._connection.ask(request)
        self._spent += answer.at - begun
        self._cookies |= answer.cookies()
        return answer


def _path(answer: Answer) -> str:
    parts = urlsplit(answer.header("location"))
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path
