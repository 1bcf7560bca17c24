"""Addresses that come with a launch: which are ours, and which may be linked to or posted to."""

from urllib.parse import SplitResult, urlsplit

from lti_tool.config import Settings


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


def _split(url: str) -> SplitResult | None:
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
