"""Names, titles and languages as platforms send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.courses.words import clean_words, reduce_locale


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Renée van   den Berg ", "Renée van den Berg"),
        ("R&amp;D voor cultuur", "R&D voor cultuur"),
        ("Anne-Fleur D&#039;Haene", "Anne-Fleur D'Haene"),
        ("Eerste\r\n\ttweede\x00derde", "Eerste tweede derde"),
        ("half \ud83d emoji", "half emoji"),
        ("Łukasz 王 😀", "Łukasz 王 😀"),
        (None, ""),
        (" \x00 ", ""),
    ],
)
def test_names_and_titles_come_out_on_one_clean_line(sent: str | None, kept: str) -> None:
    assert clean_words(sent, longest=200) == kept


def test_a_long_title_is_cut_at_the_length_of_its_column() -> None:
    assert clean_words("a" * 30 + " b", longest=31) == "a" * 30


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_whatever_comes_can_be_stored(sent: str, longest: int) -> None:
    kept = clean_words(sent, longest=longest)
    assert len(kept) <= longest
    assert kept == kept.strip()
    assert kept.isprintable()
    kept.encode()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("nl", "nl"),
        ("nl-NL", "nl"),
        ("NL_be", "nl"),
        ("en_GB", "en"),
        (" en ", "en"),
        ("fy", None),
        ("nlx", None),
        ("", None),
        (None, None),
    ],
)
def test_a_locale_becomes_dutch_english_or_unknown(sent: str | None, kept: str | None) -> None:
    assert reduce_locale(sent) == kept
