"""HTTP to one site: the token in the body only, time-outs always, reads retried, answers capped.

No redirects are followed and no cookies kept: a token must not travel further than the site it was given for.
"""

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import requests
from requests.adapters import HTTPAdapter

from moodle_client.address import Site
from moodle_client.answers import Reply, decode
from moodle_client.errors import AnswerTooLarge, SiteError, Unavailable, UnexpectedAnswer, Unreachable
from moodle_client.gate import AT_ONCE, SiteGate
from moodle_client.parameters import Params, form
from moodle_client.retries import RetryBudget, RetryPolicy
from moodle_client.secret import Token
from moodle_client.version import __version__

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manners:
    """How we behave towards a site.

    Args:
        timeout: seconds to connect, and to wait for each piece of an answer (Moodle's gradebook takes its time).
        retry: how reads are retried.
        max_answer_bytes: the most that we hold of one answer.
        sleep: waits a number of seconds.
        random: a number from 0 to 1, to spread retries.
        check_address: called with every address before it is used; raises what it likes to prevent that.
    """

    timeout: tuple[float, float] = (5.0, 60.0)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    max_answer_bytes: int = 32_000_000
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    check_address: Callable[[str], None] = lambda _url: None


class Transport:
    """Calls functions and opens files of one site with one token, over one pooled session."""

    def __init__(
        self, site: Site, token: Token, manners: Manners, gate: SiteGate, session: requests.Session | None = None
    ) -> None:
        self.site = site
        self._token = token
        self._manners = manners
        self._gate = gate
        self._budget = RetryBudget()
        self._session = session or _new_session()

    def call(self, function: str, params: Params, *, read: bool, repeat_timeouts: bool = True) -> object:
        """Call a web service function and return its JSON.

        Args:
            function: its name.
            params: its arguments.
            read: it changes nothing, so that it may be retried.
            repeat_timeouts: also retry when no answer came in time.
        """
        fields = [("wsfunction", function), ("moodlewsrestformat", "json"), *form(params)]

        def attempt() -> object:
            with self._open(self.site.rest, "wstoken", fields, function) as response:
                return decode(self._read(response, function), function)

        try:
            return self._retrying(attempt, read=read, repeat_timeouts=repeat_timeouts)
        except (Unreachable, Unavailable) as error:
            error.uncertain = not read and _may_have_arrived(error)
            raise

    @contextmanager
    def stream(self, url: str, place: str) -> Iterator[requests.Response]:
        """Open a file; the answer's body is read by the caller. A slot of the site is held until it is closed.

        Args:
            url: an address that `Site.file` gave.
            place: what to call it in errors.
        """

        def attempt() -> tuple[requests.Response, ExitStack]:
            with ExitStack() as stack:
                opened = self._open(url, "token", [], place, encoding="identity")
                response = stack.enter_context(opened)
                if response.status_code != 200 or not _is_file(response):
                    decode(self._read(response, place), place, downloading=True)
                    raise UnexpectedAnswer("expected a file", function=place)
                return response, stack.pop_all()

        response, stack = self._retrying(attempt, read=True, repeat_timeouts=True)
        with stack:
            yield response

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @contextmanager
    def _open(
        self, url: str, token_field: str, fields: Sequence[tuple[str, str]], place: str, encoding: str = "gzip, deflate"
    ) -> Iterator[requests.Response]:
        self._manners.check_address(url)
        with self._gate.slot():
            failure, response = None, None
            try:
                response = self._session.post(
                    url,
                    data=[(token_field, self._token.reveal()), *fields],
                    headers={"Accept-Encoding": encoding},
                    timeout=self._manners.timeout,
                    allow_redirects=False,
                    stream=True,
                )
            except requests.RequestException as error:
                failure = unreachable(error, place)
            # Raised out here, so that it does not carry the request, and with it the token, as its context.
            if failure:
                raise failure
            if response is not None:
                with contextlib.closing(response):
                    yield response

    def _read(self, response: requests.Response, place: str) -> Reply:
        body, failure = bytearray(), None
        try:
            for chunk in response.iter_content(65536):
                body += chunk
                if len(body) > self._manners.max_answer_bytes:
                    break
        except requests.RequestException as error:
            failure = unreachable(error, place)
        if failure:
            raise failure
        if len(body) > self._manners.max_answer_bytes:
            raise AnswerTooLarge(f"more than {self._manners.max_answer_bytes} bytes", function=place)
        return Reply(response.status_code, response.headers, bytes(body))

    def _retrying(self, attempt: Callable[[], T], *, read: bool, repeat_timeouts: bool) -> T:
        tried = 0
        while True:
            tried += 1
            try:
                answer = attempt()
            except (Unreachable, Unavailable) as error:
                wait = self._wait(error, tried, repeat_timeouts=repeat_timeouts) if read else None
                if wait is None:
                    raise
            else:
                self._budget.earn()
                return answer
            self._manners.sleep(wait)

    def _wait(self, error: Unreachable | Unavailable, tried: int, *, repeat_timeouts: bool) -> float | None:
        if not error.transient or (isinstance(error, Unreachable) and error.timed_out and not repeat_timeouts):
            return None
        asked = error.retry_after if isinstance(error, Unavailable) else None
        wait = self._manners.retry.wait(tried, asked, self._manners.random)
        return wait if wait is not None and self._budget.spend() else None


def unreachable(error: requests.RequestException, place: str) -> Unreachable:
    """Return what a failure of the connection means. Nothing of the request is kept."""
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable("its certificate is not accepted", function=place, transient=False)
    if isinstance(error, requests.ConnectTimeout):
        return Unreachable("no connection in time", function=place)
    if isinstance(error, requests.Timeout) or "Read timed out" in str(error):
        return Unreachable("no answer in time", function=place, timed_out=True)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return Unreachable("the address cannot be used", function=place, transient=False)
    return Unreachable("no connection, or it was lost", function=place)


def _may_have_arrived(error: SiteError) -> bool:
    if isinstance(error, Unavailable):
        return error.status is not None and error.status not in (429, 503)
    return isinstance(error, Unreachable) and error.transient


def _is_file(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return "Content-Disposition" in response.headers or not kind.startswith(("application/json", "text/html"))


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"moodle-client/{__version__}"
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=AT_ONCE, pool_block=True)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
