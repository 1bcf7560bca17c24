"""Dates, sizes and counts in words, as people in the Netherlands and in English write them: the template filters."""

import re
import unicodedata
from datetime import date, datetime

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from flask_babel import format_decimal, get_locale, get_timezone, ngettext

_MINUTES = {"nl": "HH.mm 'uur'", "en": "HH:mm"}
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_MB = 1024 * 1024


def _day_pattern(*, weekday: bool, year: bool) -> str:
    return f"{'EEEE ' if weekday else ''}d MMMM{' y' if year else ''}"


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(get_timezone())


def when(moment: datetime, *, weekday: bool = False, year: bool = True) -> str:
    """Return a moment in words: ``23 november 2026, 14.32 uur`` or ``23 November 2026, 14:32``.

    Args:
        moment: aware; shown in the time zone of the setting ``TIME_ZONE``.
        weekday: begin with the day of the week.
        year: say the year.

    Raises:
        ValueError: the moment has no time zone.
    """
    locale = get_locale()
    pattern = f"{_day_pattern(weekday=weekday, year=year)}, {_MINUTES[locale.language]}"
    return babel_datetime(_local(moment).replace(tzinfo=None), pattern, locale=locale)


def day(moment: date, *, weekday: bool = False, year: bool = True) -> str:
    """Return a day in words: ``23 november 2026`` or ``23 November 2026``.

    Args:
        moment: a date, or an aware moment (the day it falls on in the time zone of the setting ``TIME_ZONE``).
        weekday: begin with the day of the week.
        year: say the year.

    Raises:
        ValueError: a moment without a time zone.
    """
    local = _local(moment).date() if isinstance(moment, datetime) else moment
    return babel_date(local, _day_pattern(weekday=weekday, year=year), locale=get_locale())


def time_of_day(moment: datetime) -> str:
    """Return the time of an aware moment: ``14.32 uur`` or ``14:32``.

    Raises:
        ValueError: the moment has no time zone.
    """
    locale = get_locale()
    return babel_datetime(_local(moment).replace(tzinfo=None), _MINUTES[locale.language], locale=locale)


def filesize(size: int) -> str:
    """Return a size in bytes as people read it: ``812 bytes``, ``340 kB``, ``1,2 MB`` (1 MB is 1 048 576 bytes).

    Raises:
        ValueError: the size is negative.
    """
    if size < 0:
        raise ValueError("a file cannot have a negative size")
    if size < 1024:
        return str(ngettext("%(num)s byte", "%(num)s bytes", size))
    if size < _MB - 512:
        return f"{round(size / 1024)} kB"
    return f"{format_decimal(size / _MB, '#,##0.#')} MB"


def hours(minutes: int) -> str:
    """Return a length of time in hours: ``2,5 uur``."""
    shown = format_decimal(minutes / 60, "#,##0.##")
    # one hour alone is singular in English
    return str(ngettext("%(hours)s uur", "%(hours)s uur", 1 if minutes == 60 else 2, hours=shown))


def word_count(text: str | None) -> int:
    """Return how many words a text has: runs of letters and digits, with the hyphens and apostrophes inside them."""
    return len(_WORD.findall(unicodedata.normalize("NFC", text or "")))


def words(text: str | int | None) -> str:
    """Return the length of a text (or a count) in words: ``640 woorden``."""
    count = text if isinstance(text, int) else word_count(text)
    return str(ngettext("%(num)s woord", "%(num)s woorden", count))
