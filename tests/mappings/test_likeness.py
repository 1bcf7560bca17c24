"""Comparing titles: words without accents, their forms, and the numbers that count something."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.likeness import Counted, alike, counted, found_in, share_found, telling, words_of


def test_words_are_small_letters_without_accents() -> None:
    assert words_of("Oriëntatie: Café – „Één” & ﬁn") == ("orientatie", "cafe", "een", "fin")


@given(st.text())
def test_accents_and_capitals_make_no_difference(text: str) -> None:
    assert words_of(unicodedata.normalize("NFD", text)) == words_of(unicodedata.normalize("NFC", text))
    assert words_of(text.upper()) == words_of(text.upper().lower())


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("leervraag", "leervragen"),
        ("leervraag", "leervaag"),
        ("vervolgstappen", "vervolgstap"),
        ("beroepsproduct", "beroepsproductopdracht"),
        ("uitvoering", "uitvoeren"),
        ("verkenning", "verkennen"),
        ("evaluation", "evaluatie"),
        ("onderzoek", "onderzoeken"),
    ],
)
def test_forms_compounds_and_a_typing_mistake_are_alike(wanted: str, word: str) -> None:
    assert alike(wanted, word)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("onderzoek", "onderwijs"),
        ("beroepsproduct", "product"),
        ("beroepsproduct", "beroepspraktijk"),
        ("leervraag", "leerling"),
        ("fase", "fasen"),
        ("next", "text"),
        ("terugblik", "vooruitblik"),
    ],
)
def test_other_words_are_not(wanted: str, word: str) -> None:
    assert not alike(wanted, word)


def test_small_words_and_words_about_handing_in_tell_nothing() -> None:
    assert telling("Opdracht 3 – Inleveren van het beroepsproduct, deel 2") == ("beroepsproduct",)
    assert telling("Fase 2") == ()


def test_a_word_that_was_split_is_found() -> None:
    assert found_in(("beroepsproduct",), ("beroeps", "product")) == ("beroepsproduct",)
    assert share_found(("learning", "question"), ("question", "learnings")) == 1.0
    assert share_found(("next", "steps"), ("steps",)) == 0.5
    assert share_found((), ("steps",)) == 0.0


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("Opdracht 1 – Oriëntatie", [Counted("opdracht", 1)]),
        ("Fase II: onderzoek", [Counted("fase", 2)]),
        ("3. Uitvoering", [Counted("", 3)]),
        ("opdracht4", [Counted("opdracht", 4)]),
        ("Fase 2, opdracht 3", [Counted("fase", 2), Counted("opdracht", 3)]),
        ("Week 5", []),
        ("Opdracht 2021", []),
        ("Opdracht xix", []),
        ("Opdracht 0", []),
    ],
)
def test_numbers_come_with_what_they_count(title: str, numbers: list[Counted]) -> None:
    assert list(counted(title)) == numbers
