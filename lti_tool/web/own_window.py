"""Pages of our own window, which nobody may frame: whoever signs in, or works with what a sign-in opened, sees the address.

All other pages may be framed by the learning environment they are for, and their errors by any; unless whoever looks came
from none, and signed in: then the same pages stand in our own window (`stands_alone`).
"""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, has_request_context, request

View = TypeVar("View", bound=Callable[..., object])
_MARK = "__own_window__"


def own_window(view: View) -> View:
    """Mark a view whose page stands in a window of its own, whatever becomes of the request."""
    setattr(view, _MARK, True)
    return view


def is_own_window(endpoint: str | None) -> bool:
    """Return whether the view of an endpoint is marked; the mark survives `functools.wraps`."""
    return getattr(current_app.view_functions.get(endpoint or ""), _MARK, False)


def stands_alone(*, because_of_who_looks: bool = True) -> None:
    """Let the page of the present request stand in a window of its own, because of who looks; or not any more."""
    g.stands_alone = because_of_who_looks


def in_own_window() -> bool:
    """Return whether the present request is for a page that nobody may frame."""
    return has_request_context() and (is_own_window(request.endpoint) or g.get("stands_alone", False))
