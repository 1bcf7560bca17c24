"""Whom to tell about a hole: `/.well-known/security.txt` (RFC 9116), from the settings; without them there is none."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.errors import NotFound
from lti_tool.registry import use

PATH = "/.well-known/security.txt"
HOLDS = timedelta(days=180)
"""RFC 9116, 2.5.5 recommends less than a year."""

blueprint = Blueprint("security", __name__)


class SecurityTxt:
    """Writes the file.

    Args:
        settings: `security_contact` and `security_policy`.
        clock: the time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def text(self) -> str | None:
        """Return the file, the same all day; None: nobody is named."""
        settings = self._settings
        if not settings.security_contact:
            return None
        lines = [f"Contact: {contact}" for contact in settings.security_contact]
        lines.append(f"Expires: {self._expires():%Y-%m-%dT%H:%M:%SZ}")
        lines += [f"Policy: {settings.security_policy}"] if settings.security_policy else []
        lines += ["Preferred-Languages: nl, en", f"Canonical: {settings.base_url}{PATH}"]
        return "\n".join(lines) + "\n"

    def _expires(self) -> datetime:
        return self._clock().replace(hour=0, minute=0, second=0, microsecond=0) + HOLDS


@blueprint.get(PATH)
def security_txt() -> Response:
    """Give the file."""
    text = use(SecurityTxt).text()
    if text is None:
        raise NotFound("ICC_SECURITY_CONTACT is not set")
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    response.add_etag()
    response.make_conditional(request)
    return response
