"""Addresses that come with a launch: which are ours, and which may be linked to or posted to."""

import re
from urllib.parse import SplitResult, urlsplit

from lti_tool.config import Settings

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]{1,100}(:\d{1,5})?")


def is_ours(url: str, settings: Settings) -> bool:
    """Return whether an address leads to this installation: same scheme, same host and port, no tricks in between."""
    parts = _split(url)
    if parts is None or parts.scheme != urlsplit(settings.base_url).scheme:
        return False
    hosts = {settings.host.lower(), *(host.lower() for host in settings.allowed_hosts)}
    return parts.netloc.lower() in hosts


def is_web_address(url: str, *, allow_http: bool) -> bool:
    """Return whether a browser may be sent to this address: https (or http in labs), a host, no credentials."""
    parts = _split(url)
    return parts is not None and (parts.scheme == "https" or (allow_http and parts.scheme == "http"))


def named(url: str) -> str:
    """Return scheme and host of an address that came from outside, for a log or a trace; of anything odd nothing."""
    parts = _split(url)
    plain = parts is not None and parts.scheme in ("https", "http") and _PLAIN_HOST.fullmatch(parts.netloc)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts and plain else "an address that is not shown"


def _split(url: str) -> SplitResult | None:
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
