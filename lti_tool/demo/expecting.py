"""Expecting things of the demo: what does not come as expected stops it with what was expected and what came."""

import time
from collections.abc import Callable
from typing import TypeVar

from lti_tool.demo.browser import Page
from lti_tool.errors import Refused

POLL_SECONDS = 0.1
LONGEST_TEXT = 300

T = TypeVar("T")


class WalkFailed(Refused):
    """A step did not end as expected."""

    code = "W-WALK"


def expect(what: str, found: object, page: Page | None = None) -> None:
    """Go on when something was found.

    Args:
        what: what was expected, in words.
        found: anything true.
        page: where it was looked for.

    Raises:
        WalkFailed: it was not; says what was expected and what came.
    """
    if not found:
        raise WalkFailed(f"expected {what}, but came {words_of(page) if page is not None else 'nothing'}")


def wait_for(what: str, ask: Callable[[], T | None], *, patience: float, came: Callable[[], str]) -> T:
    """Ask again and again until something true is answered.

    Args:
        what: what was expected, in words.
        patience: seconds until giving up.
        came: says what came instead.

    Raises:
        WalkFailed: it did not come in time.
    """
    until = time.monotonic() + patience
    while not (found := ask()):
        if time.monotonic() >= until:
            raise WalkFailed(f"expected {what} within {patience:g} s, but came: {came()}")
        time.sleep(POLL_SECONDS)
    return found


def words_of(page: Page) -> str:
    """Return what a page amounts to, in one line."""
    return f"{page.status} “{page.title}”: {page.text[:LONGEST_TEXT]}"
