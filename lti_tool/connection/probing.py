"""Asking a learning environment what works, and ourselves what others see of us. It reads only: nothing is made or deleted.

Several questions at once, short time-outs, and an end after `DEADLINE` whatever happens. Of lists only the number is kept.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from statistics import median
from typing import Any

import structlog

from lti_tool.advantage.addresses import below, next_page, same_origin
from lti_tool.advantage.answers import expect_done
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused, ServiceRefused, TokenRefused
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.known import ServiceAddresses
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import MAX_BYTES, Answer, Outgoing, origin
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.registration import SCOPES
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY
from lti_tool.platforms.service import PlatformInfo, PlatformService

DEADLINE = 25.0
"""Seconds for everything together."""
TIMEOUT = (4.0, 6.0)
TOTAL = 8.0
AT_ONCE = 4
MOST_BYTES = 10_000_000
"""A platform that knows no pages sends a whole course at once."""
_PROBE_PATH = "/.well-known/jwks.json"

log = structlog.get_logger(__name__)


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


@dataclass(frozen=True)
class Probed:
    """All answers."""

    their_keys: Tried
    """`count` are the keys that we can use."""
    unfit_keys: Collection[str]
    """Why others of their keys cannot be used."""
    our_keys: Tried
    tokens: Mapping[str, Tried]
    """By scope."""
    line_items: Tried
    results: Tried
    roster: Tried
    clock_ahead: float | None
    """Seconds by which the platform's clock is ahead of ours; None: no answer said its time."""


class Prober:
    """Asks.

    Args:
        settings: our own address, and whether private addresses are called.
        database: where the platforms' keys are kept.
        key_ring: signs our token requests.
        platforms: knows the deployment that a token is for.
        clock: the time.
        deadline: seconds after which what has not answered counts as silent.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        key_ring: KeyRing,
        platforms: PlatformService,
        clock: Clock,
        deadline: float = DEADLINE,
    ) -> None:
        self._settings = settings
        self._database = database
        self._key_ring = key_ring
        self._platforms = platforms
        self._clock = clock
        self._deadline = deadline

    def probe(self, platform: PlatformInfo, addresses: ServiceAddresses) -> Probed:
        """Ask everything and return what came. It calls outside: call it in no transaction.

        Args:
            addresses: of a placement that this very platform told us.
        """
        outgoing = _Listening(allow_private=self._settings.allow_private_platforms, clock=self._clock)
        try:
            asked = _Questions(platform, addresses, outgoing, self._connector(outgoing))
            return self._ask(asked, PlatformKeys(self._database, outgoing, self._clock))
        finally:
            outgoing.close()

    def _connector(self, outgoing: Outgoing) -> Connector:
        return Connector(outgoing, self._key_ring, self._clock, self._platforms.only_deployment)

    def _ask(self, asked: "_Questions", keys: PlatformKeys) -> Probed:
        ends = time.monotonic() + self._deadline
        pool = ThreadPoolExecutor(AT_ONCE, "self-test")
        try:
            their_keys = pool.submit(_try, lambda: self._their_keys(keys, asked.platform))
            our_keys = pool.submit(_try, lambda: (self._our_keys(asked.outgoing), ()))
            tokens = {scope: pool.submit(_try, asked.token(scope)) for scope in SCOPES}
            grades = pool.submit(asked.grades)
            roster = pool.submit(_try, asked.roster)
            futures: list[Future[Any]] = [their_keys, our_keys, *tokens.values(), grades, roster]
            wait(futures, timeout=max(0.0, ends - time.monotonic()))
            seen, unfit = _result(their_keys)
            line_items, results = grades.result() if _is_there(grades) else (LATE, LATE)
            return Probed(
                their_keys=seen,
                unfit_keys=unfit,
                our_keys=_result(our_keys)[0],
                tokens={scope: _result(future)[0] for scope, future in tokens.items()},
                line_items=line_items,
                results=results,
                roster=_result(roster)[0],
                clock_ahead=asked.outgoing.ahead(asked.platform),
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _their_keys(keys: PlatformKeys, platform: PlatformInfo) -> "_Came":
        seen = keys.look(platform)
        return Tried(Outcome.DONE, count=seen.usable), seen.unfit

    def _our_keys(self, outgoing: Outgoing) -> Tried:
        answer = outgoing.call("GET", f"{self._settings.base_url}{_PROBE_PATH}", headers={"Accept": "application/json"})
        if answer.status != 200:
            return Tried(Outcome.REFUSED, f"our own address answered {answer.status}", answer.status)
        published = answer.json()
        keys = published.get("keys") if isinstance(published, Mapping) else None
        kids = [key.get("kid") for key in keys if isinstance(key, Mapping)] if isinstance(keys, list) else []
        if self._key_ring.signing_key().kid not in kids:
            return Tried(Outcome.ODD, "our own address publishes other keys than ours")
        return Tried(Outcome.DONE, count=len(kids))


_Came = tuple[Tried, Collection[str]]
_Question = Callable[[], _Came]


@dataclass(frozen=True)
class _Questions:
    """The questions about one platform's services."""

    platform: PlatformInfo
    addresses: ServiceAddresses
    outgoing: "_Listening"
    connector: Connector = field(repr=False)

    def token(self, scope: str) -> _Question:
        def ask() -> _Came:
            self.connector.token(self.platform, [scope])
            return Tried(Outcome.DONE), ()

        return ask

    def grades(self) -> tuple[Tried, Tried]:
        """Read the columns, and the results in one of them: the newest launch's own, else the first in the list."""
        columns, found = _try(self._line_items)
        url = self.addresses.lineitem_url or next(iter(found), None)
        return columns, _try(lambda: (self._results(url), ()))[0]

    def roster(self) -> _Came:
        url, accept = self.addresses.memberships_url, self.platform.profile.membership_accept
        return (self._list(url, MEMBERSHIP_READONLY, accept, member="members")[0] if url else NOT_TRIED), ()

    def _line_items(self) -> _Came:
        url, accept = self.addresses.lineitems_url, self.platform.profile.lineitem_container_media_type
        if url is None:
            return NOT_TRIED, ()
        try:
            tried, rows = self._list(url, LINEITEM_READONLY, accept)
        except ScopeRefused:  # reading is part of the wider scope, and a platform may grant that one alone
            tried, rows = self._list(url, LINEITEM, accept)
        return tried, [str(row["id"]) for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)]

    def _results(self, url: str | None) -> Tried:
        if url is None:
            return NOT_TRIED
        own = below(same_origin(url, self.addresses.lineitems_url or url), "results")
        return self._list(own, RESULT_READONLY, self.platform.profile.result_container_media_type)[0]

    def _list(self, url: str, scope: str, accept: str, *, member: str | None = None) -> tuple[Tried, Sequence[object]]:
        """Read the first page of a list and count what is on it."""
        profile = self.platform.profile
        answer = self.connector.call(self.platform, [scope], "GET", url, accept=accept, max_bytes=MOST_BYTES)
        if answer.status == 401 or answer.status in profile.renew_statuses:
            return Tried(Outcome.DENIED, f"{origin(url)} answered {answer.status} to a token it gave", answer.status), ()
        data: Any = expect_done(answer, profile, self.connector.clock()).json()
        rows = data.get(member) if member and isinstance(data, Mapping) else data
        if not isinstance(rows, list):
            raise BadAnswer(f"{origin(url)} answered something else than a list")
        return Tried(Outcome.DONE, count=len(rows), more=next_page(answer.headers, url) is not None), rows


def _try(question: _Question) -> _Came:
    try:
        return question()
    except ScopeRefused as error:
        return Tried(Outcome.SCOPE, error.detail), ()
    except TokenRefused as error:
        return Tried(Outcome.NO_TOKEN, error.detail), ()
    except ServiceRefused as error:
        return Tried(Outcome.REFUSED, error.detail, error.http_status), ()
    except AddressRefused as error:
        return Tried(Outcome.ADDRESS, error.detail), ()
    except Unreachable as error:
        return Tried(Outcome.SILENT, error.detail), ()
    except OutsideError as error:
        return Tried(Outcome.ODD, error.detail), ()


def _result(future: Future[_Came]) -> _Came:
    return future.result() if _is_there(future) else (LATE, ())


def _is_there(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled()


class _Listening(Outgoing):
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
