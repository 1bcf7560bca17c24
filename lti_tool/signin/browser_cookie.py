"""The cookie of a browser in which somebody is about to sign in: what was begun there is ended there, or nowhere."""

from datetime import timedelta

from lti_tool.config import Settings
from lti_tool.cookies import Cookie

BROWSER_LIFE = timedelta(days=1)


class SignInBrowser:
    """Knows the cookie: ``__Host-icc-sign-in``, or ``icc-sign-in`` on http."""

    def __init__(self, settings: Settings) -> None:
        self.cookie = Cookie(settings, "icc-sign-in", BROWSER_LIFE, framed=False)
