"""What is done only within minutes of having proved who one is: an open computer that somebody walks up to does not suffice.

`staff_only(…, fresh=Fresh(words))` guards such a view. Whoever comes too late is led to a page that says why and lets them
prove it again, and from there on to what they wanted: a page is opened, a form that was sent is shown to be sent once more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, jsonify, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lti_tool.errors import Words
from lti_tool.registry import use
from lti_tool.signin.sessions import Present
from lti_tool.signin.wanted import LONGEST_PATH, Wanted, WantedForms
from lti_tool.web.own_path import own_path

FORM_TOKEN = "csrf_token"  # noqa: S105 - the name of a field
_FRESH = "__fresh__"


@dataclass(frozen=True)
class Fresh:
    """What a view does that takes a fresh proof.

    Args:
        words: such as "iemand uitnodigen"; the page that asks for the proof says them.
        only: by the name of a part of the address, with which values it does so; of any when it is empty.
    """

    words: Words
    only: Mapping[str, Collection[str]] = field(default_factory=dict)

    def is_for(self, parts: Mapping[str, Any]) -> bool:
        """Return whether an address with these parts takes the proof."""
        return all(parts.get(name) in values for name, values in self.only.items())


def mark(view: object, fresh: Fresh | None) -> None:
    """Let a view say what takes the proof."""
    setattr(view, _FRESH, fresh)


def fresh_of(endpoint: str) -> Fresh | None:
    """Return what takes the proof at an endpoint, if anything does."""
    found: Fresh | None = getattr(current_app.view_functions.get(endpoint), _FRESH, None)
    return found


def deed_at(path: str | None, method: str) -> Words | None:
    """Return in words what an address does that takes the proof."""
    try:
        endpoint, parts = current_app.url_map.bind("", "/").match(urlsplit(path or "").path, method)
    except HTTPException:
        return None
    fresh = fresh_of(endpoint)
    return fresh.words if fresh and fresh.is_for(parts) else None


def to_proof(present: Present) -> Response:
    """Lead whoever has to prove first who they are to the page for it; a form that was sent waits meanwhile."""
    here = own_path(request.full_path.rstrip("?"))
    if request.method in ("GET", "HEAD"):
        use(WantedForms).drop(present.session_id)
        return redirect(url_for("signin.prove", next=_short(here)), 303)
    if request.accept_mimetypes.best == "application/json":
        # a script asks, which opens the page
        answer = jsonify(prove=url_for("signin.prove", next=_page_before()))
        answer.status_code = 401
        return answer
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != FORM_TOKEN]
    kept = here is not None and not request.files and use(WantedForms).keep(present.session_id, Wanted(here, fields))
    return redirect(url_for("signin.prove", next=_page_before(), lost=None if kept or not fields else 1), 303)


def sent_as_wanted(present: Present) -> None:
    """Forget the form that waited, once a form is taken."""
    if request.method == "POST":
        use(WantedForms).drop(present.session_id)


def _page_before() -> str | None:
    """Return the page of ours from which a form was sent, if the browser says which."""
    before = urlsplit(request.referrer or "")
    return _short(own_path(before.path)) if before.netloc == request.host else None


def _short(path: str | None) -> str | None:
    return path if path and len(path) <= LONGEST_PATH else None
