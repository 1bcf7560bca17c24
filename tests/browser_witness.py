"""What the windows of a browser test showed when it failed: else one reads only what was not there."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Frame, Request

PATIENCE = 2_000
"""Milliseconds: a page that broke may never answer."""
LAST = 30
_MOST_TEXT = 3_000


class Witness:
    """Follows what the pages of a context ask for.

    Args:
        context: watched until it is closed.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._waiting: dict[Request, str] = {}
        self._last: deque[str] = deque(maxlen=LAST)
        context.on("request", self._begun)
        context.on("requestfinished", lambda request: self._over(request, "done"))
        context.on("requestfailed", lambda request: self._over(request, str(request.failure)))
        context.on("close", lambda _context: _WATCHING.remove(self))
        _WATCHING.append(self)

    def lines(self) -> Iterator[str]:
        """Yield what each page and frame shows, where the focus is, and what was asked for, without any query."""
        for page in self._context.pages:
            for frame in page.frames:
                yield from _shown(frame)
        yield from (f"no answer yet: {asked}" for asked in self._waiting.values())
        yield from self._last

    def _begun(self, request: Request) -> None:
        self._waiting[request] = f"{request.method} {_without_query(request.url)}"

    def _over(self, request: Request, how: str) -> None:
        asked = self._waiting.pop(request, None)
        if asked is not None:
            self._last.append(f"{how}: {asked}")


_WATCHING: list[Witness] = []


def what_was_seen() -> Iterator[tuple[str, str]]:
    """Yield a title and text for each context that is open."""
    for number, witness in enumerate(_WATCHING, 1):
        try:
            yield f"browser context {number}", "\n".join(witness.lines())
        except Error as error:
            yield f"browser context {number}", f"could not be looked at: {error}"


def _shown(frame: Frame) -> Iterator[str]:
    yield f"--- {_without_query(frame.url)}"
    for said, selector in (("focus", ":focus"), ("shows", "body")):
        try:
            found = frame.locator(selector).first
            text = found.aria_snapshot(timeout=PATIENCE)
        except Error as error:
            text = error.message.partition("\n")[0]
        yield f"{said}: {text[:_MOST_TEXT]}"


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(query="…" if parts.query else "", fragment="").geturl()
