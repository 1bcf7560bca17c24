"""How one question to a learning environment ends: it reads only, has little time, and keeps the number of a list."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from statistics import median
from typing import Any, TypeVar

from lti_tool.advantage.addresses import next_page
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused, ServiceRefused, TokenRefused
from lti_tool.clock import Clock
from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import MAX_BYTES, Answer, Outgoing, origin
from lti_tool.platforms.service import PlatformInfo

DEADLINE = 25.0
"""Seconds for everything together."""
TIMEOUT = (4.0, 6.0)
TOTAL = 8.0
AT_ONCE = 4
MOST_BYTES = 10_000_000
"""A platform that knows no pages sends a whole course at once."""

T = TypeVar("T")


class Outcome(StrEnum):
    """How one question ended."""

    DONE = "done"
    DENIED = "denied"
    """401, or what the family says instead of it, with a token that was given a moment before."""
    REFUSED = "refused"
    """Another status that turns the request away."""
    SCOPE = "scope"
    """No token, because the platform does not allow us this service."""
    NO_TOKEN = "no_token"  # noqa: S105  # a word, no secret
    SILENT = "silent"
    """No answer in time, no connection, a server error."""
    ODD = "odd"
    """An answer that is not what the protocol says."""
    ADDRESS = "address"
    """An address that we do not call."""
    NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Tried:
    """One question and how it ended."""

    outcome: Outcome
    detail: str = ""
    """One line, without foreign text."""
    status: int | None = None
    count: int = 0
    """How many of them the answer holds."""
    more: bool = False
    """Whether there are more, on a next page."""

    @property
    def done(self) -> bool:
        """Whether it worked."""
        return self.outcome is Outcome.DONE


NOT_TRIED = Tried(Outcome.NOT_TRIED)
LATE = Tried(Outcome.SILENT, f"not done within {DEADLINE:g} s")


def attempt(question: Callable[[], tuple[Tried, T]], nothing: T) -> tuple[Tried, T]:
    """Ask a question; return how it ended and what it brought, `nothing` when it did not end well."""
    try:
        return question()
    except ScopeRefused as error:
        return Tried(Outcome.SCOPE, error.detail), nothing
    except TokenRefused as error:
        return Tried(Outcome.NO_TOKEN, error.detail), nothing
    except ServiceRefused as error:
        return Tried(Outcome.REFUSED, error.detail, error.http_status), nothing
    except AddressRefused as error:
        return Tried(Outcome.ADDRESS, error.detail), nothing
    except Unreachable as error:
        return Tried(Outcome.SILENT, error.detail), nothing
    except OutsideError as error:
        return Tried(Outcome.ODD, error.detail), nothing


def first_page(
    connector: Connector, platform: PlatformInfo, url: str, scope: str, accept: str, *, member: str | None = None
) -> tuple[Tried, Sequence[object]]:
    """Read the first page of a list and count what is on it.

    Args:
        member: in which member of the answer the list is; None: the answer is the list.

    Raises:
        OutsideError: the platform does not answer as it should.
    """
    profile = platform.profile
    answer = connector.call(platform, [scope], "GET", url, accept=accept, max_bytes=MOST_BYTES)
    if answer.status == 401 or answer.status in profile.renew_statuses:
        return Tried(Outcome.DENIED, f"{origin(url)} answered {answer.status} to a token it gave", answer.status), ()
    data: Any = expect_done(answer, profile, connector.clock()).json()
    rows = data.get(member) if member and isinstance(data, Mapping) else data
    if not isinstance(rows, list):
        raise BadAnswer(f"{origin(url)} answered something else than a list")
    return Tried(Outcome.DONE, count=len(rows), more=next_page(answer.headers, url) is not None), rows


def result_of(future: Future[T], late: T) -> T:
    """Return what a question brought that was asked beside others; `late` when it is not there yet."""
    return future.result() if future.done() and not future.cancelled() else late


class Listening(Outgoing):
    """Calls with short time-outs, and hears what time it is at the other side."""

    def __init__(self, *, allow_private: bool, clock: Clock) -> None:
        super().__init__(allow_private=allow_private, timeout=TIMEOUT, total=TOTAL)
        self._our_clock = clock
        self._ahead: list[tuple[str, float]] = []

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | None = None,
        timeout: tuple[float, float] | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Make the call and keep the difference of the clocks."""
        begun = self._our_clock()
        answer = super().call(method, url, headers=headers, data=data, timeout=timeout, max_bytes=max_bytes)
        theirs = _date_of(answer)
        if theirs is not None:
            # the header has whole seconds, and was written somewhere between question and answer
            ours = begun + (self._our_clock() - begun) / 2
            self._ahead.append((origin(url), theirs.timestamp() + 0.5 - ours.timestamp()))
        return answer

    def ahead(self, platform: PlatformInfo) -> float | None:
        """Return by how many seconds the platform's clock is ahead of ours, if any of its answers said its time."""
        hosts = {origin(platform.token_url), origin(platform.jwks_url)}
        found = [seconds for host, seconds in list(self._ahead) if host in hosts]
        return median(found) if found else None


def _date_of(answer: Answer) -> datetime | None:
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
