"""Addresses of services: below others, with more parameters, on the next page.

An address may carry a query (Moodle: ``?type_id=1``), which stays as it is, at the end.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from requests.utils import parse_header_links

from lti_tool.errors import AddressRefused, BadAnswer
from lti_tool.outgoing import origin


def below(url: str, segment: str) -> str:
    """Return the address of what lies below another: ``…/lineitem?type_id=1`` → ``…/lineitem/scores?type_id=1``.

    Raises:
        AddressRefused: it is no address.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AddressRefused("this is not an address") from None
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{segment}", fragment=""))


def with_query(url: str, **parameters: str | None) -> str:
    """Return an address with more query parameters; those that are None are left out.

    Raises:
        AddressRefused: it is no address.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AddressRefused("this is not an address") from None
    more = urlencode({name: value for name, value in parameters.items() if value is not None})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, more))), fragment=""))


def same_origin(url: str, other: str) -> str:
    """Return `url` when it lies on the same scheme, host and port as `other`: a token goes nowhere else.

    Raises:
        BadAnswer: it does not.
    """
    try:
        if origin(url).lower() == origin(other).lower():
            return url
    except ValueError:
        pass
    raise BadAnswer(f"{origin(other)} names an address that is not its own")


def next_page(headers: Mapping[str, str], url: str) -> str | None:
    """Return the address with ``rel="next"`` in a Link header (RFC 8288), None on the last page. Case is kept.

    Moodle's line items answer with curly quotes and escaped ampersands: that is no link.

    Raises:
        BadAnswer: it leads to another origin.
    """
    return linked(headers, url, "next")


def linked(headers: Mapping[str, str], url: str, relation: str) -> str | None:
    """Return the address with a relation such as ``differences`` in a Link header (RFC 8288), None without one.

    Args:
        url: the address that answered.

    Raises:
        BadAnswer: it leads to another origin.
    """
    for link in parse_header_links(headers.get("Link", "")):
        if relation in str(link.get("rel", "")).lower().split() and link.get("url"):
            return same_origin(urljoin(url, str(link["url"])), url)
    return None


class Pages:
    """The pages of a list, so that none is asked for twice.

    Args:
        first: the address of the first page.
        most: how many pages at most.
        paging: whether the platform's Link header can be used; otherwise there is one page.
    """

    def __init__(self, first: str, *, most: int, paging: bool) -> None:
        self._url: str | None = first
        self._most = most
        self._paging = paging

    def __iter__(self) -> Iterator[str]:
        """Yield the addresses; call `turn` with the answer's headers after each.

        Raises:
            BadAnswer: the pages go in a circle, or do not end.
        """
        seen: set[str] = set()
        while self._url is not None:
            if self._url in seen or len(seen) == self._most:
                raise BadAnswer(f"{origin(self._url)}: the pages of a list do not end")
            seen.add(self._url)
            here, self._url = self._url, None
            yield here

    def turn(self, headers: Mapping[str, str], url: str) -> None:
        """Say which page comes next, by the headers of the one at `url`."""
        self._url = next_page(headers, url) if self._paging else None
