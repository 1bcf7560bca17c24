"""Texts for invented work: sentences that are always the same, in lengths as people hand in."""

import random
from collections.abc import Sequence
from typing import Final

_SENTENCES: Final = (
    "Onze school heeft ruim negenhonderd leerlingen, van vmbo-t tot en met vwo.",
    "In de bovenbouw is er CKV; in de onderbouw hangt het af van de mentor.",
    "Ik sprak met de teamleider over uren, geld en een vaste plek in het rooster.",
    "Drie collega's willen meedoen als er een begroting ligt die we samen dragen.",
    "Het museum denkt mee, maar heeft pas na de voorjaarsvakantie tijd voor een tweede gesprek.",
    "Wat mij opviel, is hoe weinig leerlingen weten wat er in hun eigen stad te zien is.",
    "De eerste les liep uit, en toch vroeg een klas of we er volgende week mee verdergaan.",
    "Ik heb de vraag daarom smaller gemaakt: het gaat nu over de brugklas alleen.",
    "In de bijlage staat de netwerkkaart, met per instelling wie ik heb gesproken.",
    "De directeur zegde toe dat het plan in de jaarplanning komt, met een besluit in mei.",
    "Volgend jaar wil ik eerder beginnen, en de vakgroep vanaf het begin laten meebeslissen.",
    "Een dichter uit de buurt gaf twee workshops; de teksten hangen nu in de gang.",
)
_FEEDBACK: Final = (
    "Je beschrijft je school helder. Noem nog wie erover beslist, en wanneer.",
    "Dit wordt steeds concreter. De stap naar je eigen aandeel mag nog wat groter.",
    "Mooi dat je het aan collega's hebt voorgelegd. Wat zeiden zij precies?",
    "Je vergelijkt twee mogelijkheden; zet de derde ernaast en kies dan.",
)
_FIRST: Final = ("Amina", "Bram", "Carlijn", "Daan", "Emine", "Floor", "Guus", "Hanna", "Ilias", "Jet", "Koen", "Lotte")
_LAST: Final = ("de Boer", "Jansen", "El Amrani", "Visser", "Kaya", "van ’t Höfen", "Smit", "Peeters", "Mulder", "Bos")
_LONGEST: Final = 1_000


class Texts:
    """Draws texts by chance that can be repeated: the same number of draws after the same seed gives the same texts.

    Args:
        chance: where the chance comes from.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        # a piece of one long text costs no more than to cut it out
        words = " ".join(chance.choice(_SENTENCES) for _number in range(2_000)).split(" ")
        self._starts = [number for number, word in enumerate(words[:-_LONGEST], 1) if word.endswith(".")]
        self._words: Sequence[str] = words

    def work(self, words: int) -> str:
        """Return about so many words of work, in paragraphs."""
        start = self._chance.choice(self._starts)
        chosen = self._words[start : start + min(words, _LONGEST)]
        return "\n\n".join(" ".join(chosen[at : at + 90]) for at in range(0, len(chosen), 90))

    def feedback(self) -> str:
        """Return what a trainer says."""
        return self._chance.choice(_FEEDBACK)

    def name(self, number: int) -> str:
        """Return the name of the participant with this number: no two of a hundred and twenty are the same."""
        return f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}"
