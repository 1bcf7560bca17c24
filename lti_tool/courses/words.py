"""What platforms send as names, titles and languages, made fit to keep and to show."""

import html

_LANGUAGES = ("nl", "en")


def clean_words(text: str | None, *, longest: int) -> str:
    """Return a name or title on one line, trimmed, at most `longest` characters.

    Entities are resolved (Moodle sends ``R&amp;D``); what cannot be shown or stored (controls, lone surrogates) becomes
    a space.
    """
    shown = html.unescape(text or "")
    if not shown.isprintable():
        shown = "".join(letter if letter.isprintable() else " " for letter in shown)
    return " ".join(shown.split())[:longest].rstrip()


def reduce_locale(locale: str | None) -> str | None:
    """Return ``nl`` or ``en`` of a locale such as ``nl-NL`` or ``en_GB``; None for any other language."""
    language = (locale or "").replace("_", "-").partition("-")[0].strip().lower()
    return language if language in _LANGUAGES else None
