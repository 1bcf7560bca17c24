"""One cookie: on https ``__Host-`` and Secure, so that no other host can set it; plain http is for localhost."""

from datetime import timedelta

from flask import Request
from werkzeug.wrappers import Response

from lti_tool.config import Settings

_LONGEST = 200


class Cookie:
    """One cookie of the tool.

    Args:
        settings: `secure` decides name and attributes.
        name: without prefix.
        life: how long the browser keeps it.
        framed: whether it is needed inside the frame of a learning environment, where it is a third party's: then it is
            SameSite=None and Partitioned on https, because a Lax cookie is neither kept nor sent there.
    """

    def __init__(self, settings: Settings, name: str, life: timedelta, *, framed: bool = True) -> None:
        self._secure = settings.secure
        self._framed = framed and settings.secure
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
            samesite="None" if self._framed else "Lax",
            partitioned=self._framed,
        )

    def drop(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.name,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="None" if self._framed else "Lax",
            partitioned=self._framed,
        )
