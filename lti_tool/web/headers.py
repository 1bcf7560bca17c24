"""Security headers of every answer. A view widens them for its own answer through ``g`` (see the package)."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from flask import Response, current_app, g

from lti_tool.web.own_window import in_own_window

_log = structlog.get_logger(__name__)
_SOURCE = re.compile(r"\*|https?:|https?://(\*\.)?[a-z0-9.-]+(:\d+)?", re.IGNORECASE)

_A_YEAR = 365 * 24 * 3600
_PERMISSIONS = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


def origin_of(url: str) -> str:
    """Return the origin of an address, as a policy wants it: ``https://school.example.org``.

    Raises:
        ValueError: the address is neither http nor https, or has no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an http or https address")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _sources(values: Iterable[str]) -> list[str]:
    kept = [value for value in values if _SOURCE.fullmatch(value)]
    if len(kept) != len(list(values)):
        _log.warning("policy_source_dropped")
    return kept


def content_security_policy(frame_ancestors: Iterable[str], form_action: Iterable[str]) -> str:
    """Return the policy of a page: everything from ourselves, nothing inline.

    Args:
        frame_ancestors: origins that may frame the page; none means nobody.
        form_action: origins, besides our own, that its forms may post to.

    What is no origin is dropped: the policy gets stricter, never wider.
    """
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *_sources(form_action)],
        "base-uri": ["'none'"],
        "frame-ancestors": _sources(frame_ancestors) or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def set_headers(response: Response) -> Response:
    """Set the security headers, and keep pages, and whatever a session asked for, out of caches.

    Setting read from ``app.config``: ``HTTPS_ONLY`` (whether browsers may be told to come by https only; no).
    """
    headers = response.headers
    framers = () if in_own_window() else tuple(g.get("frame_ancestors", ()))
    policy = content_security_policy(framers, tuple(g.get("form_action", ())))
    headers["Content-Security-Policy"] = policy
    if policy.endswith("frame-ancestors 'none'"):
        headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = g.get("referrer_policy", "same-origin")
    headers["Permissions-Policy"] = _PERMISSIONS
    if current_app.config.get("HTTPS_ONLY"):
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    if response.mimetype == "text/html" or g.get("session_id"):
        headers.setdefault("Cache-Control", "no-store")
    return response
