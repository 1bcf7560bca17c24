"""Addresses of services below others; they may carry a query (Moodle: ``?type_id=1``), which stays at the end."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from requests.utils import parse_header_links


def below(url: str, segment: str) -> str:
    """Return the address of what lies below another: ``…/lineitem?type_id=1`` → ``…/lineitem/scores?type_id=1``."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{segment}"))


def with_query(url: str, **parameters: str | None) -> str:
    """Return an address with more query parameters; those that are None are left out."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += [(name, value) for name, value in parameters.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(query)))


def next_link(headers: Mapping[str, str], url: str) -> str | None:
    """Return the address with ``rel="next"`` in a Link header, of the same origin only (RFC 8288).

    Case is kept. Moodle's line-item container answers with curly quotes and escaped ampersands: that is no link.
    """
    for link in parse_header_links(headers.get("Link", "")):
        if str(link.get("rel", "")).lower() == "next" and link.get("url"):
            found, here = urlsplit(str(link["url"])), urlsplit(url)
            if (found.scheme, found.netloc) == (here.scheme, here.netloc):
                return str(link["url"])
    return None
