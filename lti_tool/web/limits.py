"""Rate limits: how many requests a minute one network address may send to some addresses of ours.

A school is one address: hundreds of people begin at the same moment. So the limits are generous, and stop machines, not
people. They count within one process; see docs/settings.md.
"""

import ipaddress
from collections.abc import Mapping
from functools import partial

import structlog
from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock

_log = structlog.get_logger(__name__)


def init_limits(app: Flask, clock: Clock, most: Mapping[str, int]) -> None:
    """Refuse what is over a limit with 429 and Retry-After, before anything else is done for the request.

    Call it before whatever else looks at requests is set up, and after ``ProxyFix`` if there are proxies.

    Args:
        app: without views is fine.
        clock: the time.
        most: how many a minute, by endpoint; 0 is no limit.
    """
    allowances = {endpoint: Allowance(count, clock, partial(_told, endpoint)) for endpoint, count in most.items() if count}

    @app.before_request
    def check() -> None:
        allowance = allowances.get(request.endpoint or "")
        if allowance is None:
            return
        wait = allowance.take(network_of(request.remote_addr or ""))
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


def _told(endpoint: str, count: int) -> None:
    _log.warning("requests_limited", endpoint=endpoint, count=count)
