"""The reader's language: the session's, else the cookie `lang`, else what the browser asks, else the setting."""

from dataclasses import dataclass
from typing import Protocol

from babel.support import NullTranslations
from flask import Blueprint, Flask, abort, current_app, g, redirect, request, url_for
from flask_babel import get_locale, get_translations
from werkzeug.wrappers import Response

from lti_tool.web.own_path import own_path

LANGUAGES = {"nl": "Nederlands", "en": "English"}
COOKIE = "lang"
_YEAR = 365 * 24 * 3600


class Pair(Protocol):
    """A text in two languages, as the training's texts are."""

    def get(self, key: str, /) -> str | None:
        """Return the text in the language `key`, if there is one."""


@dataclass(frozen=True)
class Language:
    """A language to switch to: code, name in itself, the address that chooses it, whether it is the present one."""

    code: str
    name: str
    url: str
    current: bool


def select_locale() -> str:
    """Return the language of this request, ``"nl"`` or ``"en"``."""
    default: str = current_app.config["DEFAULT_LOCALE"]
    if not request:
        return default
    for wanted in (g.get("locale"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES) or default


def select_time_zone() -> str:
    """Return the time zone in which moments are shown."""
    return str(current_app.config["TIME_ZONE"])


def locale() -> str:
    """Return the code of the present language, for ``lang`` attributes."""
    present = get_locale()
    return present.language if present else str(current_app.config["DEFAULT_LOCALE"])


def say(pair: Pair) -> str:
    """Return a text of the training in the present language, else in the default one.

    Raises:
        LookupError: the text is in neither.
    """
    text = pair.get(locale()) or pair.get(str(current_app.config["DEFAULT_LOCALE"]))
    if not text:
        raise LookupError("a text has neither the reader's language nor the default one")
    return text


def init_gettext(app: Flask) -> None:
    """Let templates find the catalogue of a request once, not for each of their texts (which Flask-Babel does)."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by Jinja's i18n extension
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, more, count: _catalogue().ungettext(one, more, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, more, count: _catalogue().unpgettext(context, one, more, count),
        newstyle=True,
    )


def _catalogue() -> NullTranslations:
    found: NullTranslations | None = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found


def languages() -> list[Language]:
    """Return the languages to switch between, with addresses that come back here; none where nobody can come back."""
    if request.method != "GET":
        return []
    back = request.full_path.rstrip("?")
    return [
        Language(code, name, url_for("web.choose_language", code=code, next=back), code == locale())
        for code, name in LANGUAGES.items()
    ]


def choose_language(code: str) -> Response:
    """Keep the chosen language in a cookie and go back to the page where it was chosen."""
    if code not in LANGUAGES:
        abort(404)
    response = redirect(own_path(request.args.get("next")) or "/")
    secure = request.is_secure
    # inside the learning environment's frame this is a third-party cookie: it needs SameSite=None and a partition
    response.set_cookie(
        COOKIE,
        code,
        max_age=_YEAR,
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
        partitioned=secure,
    )
    return response


def register_language_choice(blueprint: Blueprint) -> None:
    """Add the route that chooses a language."""
    blueprint.add_url_rule("/language/<code>", view_func=choose_language, endpoint="choose_language")
