"""Comparing titles that people typed: letters without accents, words in their many forms, numbers with what they count.

Made for Dutch and English: compounds (`beroepsproductopdracht`), plurals and verbs (`leervragen`, `uitvoeren`), a typing
mistake, a word that was split (`beroeps-product`).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")
_NUMBER: Final = re.compile(r"[0-9]{1,2}|[ivx]{1,4}")
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


EMPTY: Final = _set(
    """
    aan als and at bij de deel den der die dit door een en for from het hoe how i in is jouw je jullie kan kun maar
    me met mijn my naar need of om on onderdeel ons onze onderwerp op or our over part possible school section te
    the thema tot to u uit van voor wat week what with you your zijn
    """
)
"""Words that say nothing of what something is about."""
ASSIGNMENT_WORDS: Final = _set("assignment assignments opdracht opdrachten taak task")
PHASE_WORDS: Final = _set("fase phase")
PART_WORDS: Final = _set("blok block deel module onderdeel part thema")
HAND_IN_WORDS: Final = _set(
    """
    deliver eindversie definitief final hand handin inlever inleveren inleveropdracht inlevering inleverpunt
    submission submit turn upload uploaden
    """
)
ABOUT_WORDS: Final = _set(
    """
    achtergrond concept draft example examples explanation faq feedback forum guide handleiding help instruction
    instructie instructions leeswijzer peer proefversie questions reader toelichting tussenversie uitleg voorbeeld
    voorbeelden vragen vragenuurtje
    """
)
"""Words of what stands beside the work: an example of it, questions about it, an early version."""


_SAYS_LITTLE: Final = EMPTY | ASSIGNMENT_WORDS | PHASE_WORDS | PART_WORDS | HAND_IN_WORDS


@dataclass(frozen=True, slots=True)
class Counted:
    """A number in a title, with the word that it counts; the word is empty for one at the beginning."""

    word: str
    number: int


@lru_cache(maxsize=5_000)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(_WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


@lru_cache(maxsize=5_000)
def telling(text: str) -> tuple[str, ...]:
    """Return the words that say what a text is about, in order: no small words, no numbers, nothing about handing in."""
    return tuple(word for word in words_of(text) if word not in _SAYS_LITTLE and not word.isdecimal() and len(word) > 1)


def counted(text: str) -> Iterator[Counted]:
    """Yield the numbers in a title that count something: `Opdracht 1`, `Fase II`, `3. Uitvoering`."""
    words = words_of(text)
    if words and words[0].isdecimal():
        yield from _numbers("", words[0])
    for word, following in pairwise(words):
        if word in ASSIGNMENT_WORDS | PHASE_WORDS | PART_WORDS:
            yield from _numbers(word, following)
    for word in words:
        # "opdracht1", "fase2"
        glued = re.fullmatch(r"([a-z]+)([0-9]{1,2})", word)
        if glued and glued[1] in ASSIGNMENT_WORDS | PHASE_WORDS | PART_WORDS:
            yield from _numbers(glued[1], glued[2])


def found_in(wanted: Collection[str], words: Sequence[str]) -> tuple[str, ...]:
    """Return those of the words that stand for one of the wanted ones, in order; two that are one word together, too."""
    pairs = tuple(first + second for first, second in pairwise(words))
    whole = tuple(word for word in words if any(alike(one, word) for one in wanted))
    return whole or tuple(pair for pair in pairs if any(alike(one, pair) for one in wanted))


def share_found(wanted: Collection[str], words: Sequence[str]) -> float:
    """Return how much of what is wanted is among the words, from 0 to 1; 0 when nothing is wanted."""
    if not wanted:
        return 0.0
    return sum(bool(found_in((one,), words)) for one in wanted) / len(wanted)


@lru_cache(maxsize=20_000)
def alike(wanted: str, word: str) -> bool:
    """Return whether a word is a form of the wanted one, or a compound with it inside. Short words have to be the same."""
    if wanted == word:
        return True
    short, long = sorted((wanted, word), key=len)
    if len(short) < 5:
        return False
    if len(wanted) >= 7 and wanted in word:
        return True
    same = next((index for index, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    if same >= 5 and same >= 0.65 * len(long):
        return True
    near = len(short) >= 7 and len(long) - len(short) <= 2 and short[0] == long[0]
    return near and SequenceMatcher(None, short, long).ratio() >= 0.88


def _numbers(word: str, text: str) -> Iterator[Counted]:
    if _NUMBER.fullmatch(text):
        number = int(text) if text.isdecimal() else _ROMAN.get(text)
        if number:
            yield Counted(word, number)
