"""Asking a learning environment what works, and ourselves what others see of us. It reads only: nothing is made or deleted.

Several questions at once, short time-outs, and an end after `DEADLINE` whatever happens. Of lists only the number is kept.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lti_tool.advantage.addresses import below, same_origin
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.connection.questions import (
    AT_ONCE,
    DEADLINE,
    LATE,
    NOT_TRIED,
    Listening,
    Outcome,
    Tried,
    attempt,
    first_page,
    result_of,
)
from lti_tool.courses.known import ServiceAddresses
from lti_tool.database import Database
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.registration import SCOPES
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY
from lti_tool.platforms.service import PlatformInfo, PlatformService

_PROBE_PATH = "/.well-known/jwks.json"

_Came: TypeAlias = tuple[Tried, Collection[str]]
_Question: TypeAlias = Callable[[], _Came]
_LATE: _Came = (LATE, ())


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
        outgoing = Listening(allow_private=self._settings.allow_private_platforms, clock=self._clock)
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
            seen, unfit = result_of(their_keys, _LATE)
            line_items, results = result_of(grades, (LATE, LATE))
            return Probed(
                their_keys=seen,
                unfit_keys=unfit,
                our_keys=result_of(our_keys, _LATE)[0],
                tokens={scope: result_of(future, _LATE)[0] for scope, future in tokens.items()},
                line_items=line_items,
                results=results,
                roster=result_of(roster, _LATE)[0],
                clock_ahead=asked.outgoing.ahead(asked.platform),
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _their_keys(keys: PlatformKeys, platform: PlatformInfo) -> _Came:
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


@dataclass(frozen=True)
class _Questions:
    """The questions about one platform's services."""

    platform: PlatformInfo
    addresses: ServiceAddresses
    outgoing: Listening
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
        return (self._first(url, MEMBERSHIP_READONLY, accept, member="members")[0] if url else NOT_TRIED), ()

    def _line_items(self) -> _Came:
        url, accept = self.addresses.lineitems_url, self.platform.profile.lineitem_container_media_type
        if url is None:
            return NOT_TRIED, ()
        try:
            tried, rows = self._first(url, LINEITEM_READONLY, accept)
        except ScopeRefused:  # reading is part of the wider scope, and a platform may grant that one alone
            tried, rows = self._first(url, LINEITEM, accept)
        return tried, [str(row["id"]) for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)]

    def _results(self, url: str | None) -> Tried:
        if url is None:
            return NOT_TRIED
        own = below(same_origin(url, self.addresses.lineitems_url or url), "results")
        return self._first(own, RESULT_READONLY, self.platform.profile.result_container_media_type)[0]

    def _first(self, url: str, scope: str, accept: str, *, member: str | None = None) -> tuple[Tried, Sequence[object]]:
        return first_page(self.connector, self.platform, url, scope, accept, member=member)


def _try(question: _Question) -> _Came:
    return attempt(question, ())
