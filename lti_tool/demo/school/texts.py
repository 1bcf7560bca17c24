"""The school's own two languages: Dutch as written in the templates, English from a table beside it."""

import json
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import session

LOCALES = ("nl", "en")


@cache
def english() -> dict[str, str]:
    """Dutch text to English, as kept in ``english.json``."""
    table = json.loads((Path(__file__).parent / "english.json").read_text(encoding="utf-8"))
    return {str(dutch): str(text) for dutch, text in table.items()}


def translate(text: str, locale: str, **values: object) -> str:
    """``text`` in ``locale``, with ``%(name)s`` filled in; Dutch when there is no English."""
    wanted = english().get(text, text) if locale == "en" else text
    return wanted % values if values else wanted


def locale() -> str:
    """The language of this browser session."""
    wanted = str(session.get("locale", "nl"))
    return wanted if wanted in LOCALES else "nl"


def t(text: str, **values: object) -> str:
    """``text`` in the language of this session."""
    return translate(text, locale(), **values)


@cache
def _zone() -> tzinfo:
    try:
        return ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        return UTC


_MONTHS = {
    "nl": ("jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sept.", "okt.", "nov.", "dec."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def moment(when: datetime) -> str:
    """A moment as people write it: 23 nov. 2026, 14.32 uur."""
    local, language = when.astimezone(_zone()), locale()
    day = f"{local.day} {_MONTHS[language][local.month - 1]} {local.year}"
    return f"{day}, {local:%H.%M} uur" if language == "nl" else f"{day}, {local:%H:%M}"
