"""The two cookies of the tool: which browser this is (for the launch state) and whose session (after the launch).

On https both are ``__Host-``, Secure, SameSite=None and Partitioned: inside the frame of a learning environment they
are third-party cookies, and a default (Lax) cookie is neither kept nor sent there. Plain http is for localhost: Lax.
"""

from datetime import timedelta

from flask import Request
from werkzeug.wrappers import Response

from lti_tool.config import Settings

BROWSER_LIFE = timedelta(days=1)
ENDED_KEPT = timedelta(days=1)
"""How long an ended session is still known, so that its page can lead back to the course it came from."""
_LONGEST = 200


class Cookie:
    """One cookie of the tool.

    Args:
        settings: `secure` decides name and attributes.
        name: without prefix.
        life: how long the browser keeps it.
    """

    def __init__(self, settings: Settings, name: str, life: timedelta) -> None:
        self._secure = settings.secure
        self._life = life
        self.name = f"__Host-{name}" if settings.secure else name

    def read(self, request: Request) -> str | None:
        """Return what the browser sent; None when it is missing or longer than any we set."""
        value = request.cookies.get(self.name)
        return value if value and len(value) <= _LONGEST else None

    def write(self, response: Response, value: str) -> None:
        """Let the browser keep `value`."""
        response.set_cookie(
            self.name,
            value,
            max_age=int(self._life.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="None" if self._secure else "Lax",
            partitioned=self._secure,
        )


def browser_cookie(settings: Settings) -> Cookie:
    """Return the cookie that a login is bound to: ``__Host-icc-browser``, or ``icc-browser`` on http."""
    return Cookie(settings, "icc-browser", BROWSER_LIFE)


def session_cookie(settings: Settings) -> Cookie:
    """Return the cookie of the session: ``__Host-icc``, or ``icc`` on http."""
    return Cookie(settings, "icc", timedelta(hours=settings.session_hours) + ENDED_KEPT)
