"""Form tokens (CSRF), bound to the server-side session by Flask-WTF without a second cookie.

Flask-WTF keeps a raw token in ``flask.session`` and puts a signed, dated copy of it into each form. That session is a
cookie of its own by default. Here it is none: the raw token is derived (HMAC) from the id of the tool's server-side
session. So there is one cookie, the launch's ``__Host-`` one with its attributes for frames; a form opened as one
person fails when the browser has since been used to open the training as somebody else; and a page without a session,
where nothing can be forged in anybody's name, has working forms even when the browser keeps no cookies at all.

Signing, age, field and header look-up and the exemptions stay Flask-WTF's. ``flask.session`` holds nothing else;
writing to it is an error, because it would be lost.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect, ValidationError, validate_csrf

FIELD = "csrf_token"
SessionId = Callable[[], str | None]
View = TypeVar("View", bound=Callable[..., object])
_EXTENSION = "icc_session_id"
_TWELVE_HOURS = 12 * 3600
_SIGNED_BY = "icc_form_signed_by"
_from_elsewhere: set[Callable[..., object]] = set()


def session_id_from_request() -> str | None:
    """Return ``g.session_id``: the id of the server-side session of this request, if there is one."""
    session_id: str | None = g.get("session_id")
    return session_id


class _TokenOfSession(SessionMixin):
    """What Flask-WTF sees as ``flask.session``: the raw token of the server-side session and nothing else."""

    def __getitem__(self, key: str) -> str:
        if key != FIELD:
            raise KeyError(key)
        session_id: str | None = current_app.extensions[_EXTENSION]()
        secret = g.get(_SIGNED_BY) or current_app.secret_key
        if not secret:
            raise RuntimeError("form tokens need app.secret_key")
        key_bytes = secret if isinstance(secret, bytes) else secret.encode()
        return hmac.new(key_bytes, b"csrf of session " + (session_id or "").encode(), hashlib.sha256).hexdigest()

    def __setitem__(self, key: str, value: object) -> None:
        raise RuntimeError(f"flask.session keeps nothing ({key!r}); use the server-side session")

    def __delitem__(self, key: str) -> None:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter((FIELD,))

    def __len__(self) -> int:
        return 1


class _NoCookie(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 - Flask's signature
        return _TokenOfSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set no cookie."""


class _Protect(CSRFProtect):  # type: ignore[misc]  # Flask-WTF has no types
    """Takes tokens of a previous secret (``SECRET_KEY_FALLBACKS``) too, which Flask-WTF does not by itself."""

    def protect(self, *args: object, **kwargs: object) -> None:
        """Check the request's token.

        Raises:
            CSRFError: it is of none of the secrets, of another session, or too old.
        """
        try:
            super().protect(*args, **kwargs)
        except CSRFError:
            if not any(self._is_of(secret) for secret in current_app.config.get("SECRET_KEY_FALLBACKS") or ()):
                raise
            g.csrf_valid = True

    def _is_of(self, secret: str | bytes) -> bool:
        setattr(g, _SIGNED_BY, secret)
        try:
            validate_csrf(self._get_csrf_token(), secret_key=secret)
        except ValidationError:
            return False
        finally:
            g.pop(_SIGNED_BY)
        return True


_protect = _Protect()


def csrf_exempt(view: View) -> View:
    """Let a view accept posts without a form token: those that come from another site by design (login, launch)."""
    _protect.exempt(view)
    _from_elsewhere.add(view)
    return view


def comes_from_elsewhere() -> bool:
    """Return whether this request is for a view that other sites post to by design; its reader is whom they send."""
    return current_app.view_functions.get(request.endpoint or "") in _from_elsewhere


def init_csrf(app: Flask, session_id: SessionId) -> None:
    """Check the form token of every POST, PUT, PATCH and DELETE, before any view.

    Args:
        app: with a secret key. The setting ``WTF_CSRF_TIME_LIMIT`` is a token's age limit (seconds; twelve hours).
        session_id: returns the id of this request's server-side session. It is called before the view, so whatever
            finds the session must have run by then, or run inside this function.
    """
    app.extensions[_EXTENSION] = session_id
    app.session_interface = _NoCookie()
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", _TWELVE_HOURS)
    app.config.setdefault("WTF_CSRF_FIELD_NAME", FIELD)
    # school proxies and privacy settings strip the Referer header; the token is proof enough
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)
    _protect.init_app(app)
