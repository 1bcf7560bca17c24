"""The two cookies of the tool: which browser this is (for the launch state) and whose session (after the launch).

Both are needed inside the frame of a learning environment, where they are third-party cookies.
"""

from datetime import timedelta

from lti_tool.config import Settings
from lti_tool.cookies import Cookie

BROWSER_LIFE = timedelta(days=1)
ENDED_KEPT = timedelta(days=1)
"""How long an ended session is still known, so that its page can lead back to the course it came from."""


def browser_cookie(settings: Settings) -> Cookie:
    """Return the cookie that a login is bound to: ``__Host-icc-browser``, or ``icc-browser`` on http."""
    return Cookie(settings, "icc-browser", BROWSER_LIFE)


def session_cookie(settings: Settings) -> Cookie:
    """Return the cookie of the session: ``__Host-icc``, or ``icc`` on http."""
    return Cookie(settings, "icc", timedelta(hours=settings.session_hours) + ENDED_KEPT)
