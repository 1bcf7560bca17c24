"""Rate limits: how many requests a minute one network address, or one session, may send to some addresses of ours.

A school is one address: hundreds of people begin at the same moment. So what counts by address is generous, and stops
machines, not people; where a session says who somebody is, the session counts and neighbours do not. All count within one
process; see docs/settings.md.
"""

import ipaddress
from collections.abc import Callable, Collection, Mapping
from functools import partial

import structlog
from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.web.csrf import SessionId

_log = structlog.get_logger(__name__)
_READING = frozenset(("GET", "HEAD", "OPTIONS"))
SESSIONS = "sessions"
"""Under this name those over the limit of a session are counted."""

Told = Callable[[str, int], None]


def _tell_nobody(_what: str, _count: int) -> None:
    """Keep it to the log."""


def init_limits(app: Flask, clock: Clock, most: Mapping[str, int], told: Told = _tell_nobody) -> None:
    """Refuse what is over a limit with 429 and Retry-After, before anything else is done for the request.

    Call it before whatever else looks at requests is set up, and after ``ProxyFix`` if there are proxies.

    Args:
        app: without views is fine.
        clock: the time.
        most: how many a minute and network, by endpoint, or by the name of a blueprint with a dot at its end: then those
            of its endpoints that are not named share one; 0 is no limit.
        told: is told, once a minute is over, which limit refused and how many.
    """
    allowances = {name: Allowance(count, clock, partial(_told, told, name)) for name, count in most.items() if count}

    @app.before_request
    def check() -> None:
        endpoint = request.endpoint or ""
        allowance = allowances.get(endpoint)
        if allowance is None and endpoint not in most:
            allowance = allowances.get(endpoint.rpartition(".")[0] + ".")
        if allowance is None:
            return
        wait = allowance.take(network_of(request.remote_addr or ""))
        if wait:
            raise TooManyRequests(retry_after=wait)


def init_session_limit(
    app: Flask,
    clock: Clock,
    most: int,
    session_id: SessionId,
    told: Told = _tell_nobody,
    *,
    apart: Collection[str] = (),
) -> None:
    """Refuse forms and uploads of one session that are over a limit, before their body is read.

    Who has no session has nothing that could be changed; their forms are refused by what they ask for.

    Args:
        app: call it before whatever reads forms (`init_csrf`).
        clock: the time.
        most: how many a minute and session; 0 is no limit.
        session_id: finds the session of a request.
        told: as for `init_limits`; the limit's name is `SESSIONS`.
        apart: endpoints for which no session is looked for: what comes there is of somebody else or of nobody, as a launch
            is in a browser that somebody launched from before.
    """
    if not most:
        return
    allowance = Allowance(most, clock, partial(_told, told, SESSIONS))

    @app.before_request
    def check_session() -> None:
        if request.method in _READING or request.endpoint is None or request.endpoint in apart:
            return
        known = session_id()
        wait = allowance.take(known) if known is not None else 0
        if wait:
            raise TooManyRequests(retry_after=wait)


def network_of(address: str) -> str:
    """Return whose address this is: of IPv6 the /64, which one subscriber has as a whole; of IPv4 the address itself."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address.split("%")[0], 64), strict=False).network_address)
    except ValueError:
        return address


def _told(told: Told, name: str, count: int) -> None:
    _log.warning("requests_limited", endpoint=name, count=count)
    told(name, count)
