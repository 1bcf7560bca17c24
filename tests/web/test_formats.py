from datetime import UTC, date, datetime

import pytest
from flask import Flask, g

from lti_tool.web import formats

MOMENT = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)


def test_a_moment_is_said_in_dutch_words_and_dutch_time(app: Flask) -> None:
    with app.test_request_context():
        assert formats.when(MOMENT) == "23 november 2026, 14.32 uur"
        assert formats.when(MOMENT, weekday=True, year=False) == "maandag 23 november, 14.32 uur"
        assert formats.time_of_day(MOMENT) == "14.32 uur"


def test_a_moment_is_said_in_english_words(app: Flask) -> None:
    with app.test_request_context():
        g.locale = "en"
        assert formats.when(MOMENT) == "23 November 2026, 14:32"
        assert formats.when(MOMENT, weekday=True) == "Monday 23 November 2026, 14:32"
        assert formats.time_of_day(MOMENT) == "14:32"


def test_summer_time_and_the_day_line_follow_the_time_zone_of_the_setting(app: Flask) -> None:
    late = datetime(2027, 6, 30, 22, 30, tzinfo=UTC)
    with app.test_request_context():
        assert formats.when(late) == "1 juli 2027, 00.30 uur"
        assert formats.day(late) == "1 juli 2027"
    app.config["TIME_ZONE"] = "UTC"
    with app.test_request_context():
        assert formats.day(late) == "30 juni 2027"


def test_a_date_stays_the_same_day_in_every_zone(app: Flask) -> None:
    app.config["TIME_ZONE"] = "Pacific/Auckland"
    with app.test_request_context():
        assert formats.day(date(2026, 12, 18)) == "18 december 2026"
        assert formats.day(date(2026, 12, 18), weekday=True, year=False) == "vrijdag 18 december"


@pytest.mark.parametrize("show", [formats.when, formats.day, formats.time_of_day])
def test_a_moment_without_a_time_zone_is_refused(app: Flask, show: object) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="time zone"):
        show(datetime(2026, 11, 23, 13, 32))  # type: ignore[operator]  # noqa: DTZ001 # that is what is refused


@pytest.mark.parametrize(
    ("size", "dutch", "english"),
    [
        (0, "0 bytes", "0 bytes"),
        (1, "1 byte", "1 byte"),
        (1023, "1023 bytes", "1023 bytes"),
        (1024, "1 kB", "1 kB"),
        (348_160, "340 kB", "340 kB"),
        (1024 * 1024 - 1, "1 MB", "1 MB"),
        (1_258_291, "1,2 MB", "1.2 MB"),
        (140 * 1024 * 1024, "140 MB", "140 MB"),
        (5000 * 1024 * 1024, "5.000 MB", "5,000 MB"),
    ],
)
def test_a_size_is_said_as_people_read_it(app: Flask, size: int, dutch: str, english: str) -> None:
    with app.test_request_context():
        assert formats.filesize(size) == dutch
    with app.test_request_context():
        g.locale = "en"
        assert formats.filesize(size) == english


def test_a_negative_size_is_refused(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="negative"):
        formats.filesize(-1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (None, 0),
        ("  \n – … ", 0),
        ("één collega’s kunst-en-cultuur, 2.5 uur!", 5),
        ("Zoë en Zoe\u0308", 3),
        ("'s avonds\nop\tschool", 4),
    ],
)
def test_words_are_counted_as_people_count_them(text: str | None, count: int) -> None:
    assert formats.word_count(text) == count


def test_the_length_of_a_text_is_said_in_words(app: Flask) -> None:
    with app.test_request_context():
        assert formats.words("een twee") == "2 woorden"
        assert formats.words("een") == "1 woord"
        assert formats.words(640) == "640 woorden"
    with app.test_request_context():
        g.locale = "en"
        assert formats.words(1) == "1 word"
        assert formats.words("") == "0 words"
