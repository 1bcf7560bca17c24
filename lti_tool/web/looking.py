"""Whether somebody really opens a page."""

from flask import request


def is_looked_at() -> bool:
    """Return whether the request shows a page to somebody: no HEAD, no form, and nothing that a browser fetches ahead.

    `Sec-Purpose` is what browsers send for that (Fetch standard, "prefetch", also within "prefetch;prerender"); older ones
    send `Purpose` or `X-Moz`.
    """
    ahead = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "GET" and "prefetch" not in ahead.lower() and "prerender" not in ahead.lower()
