"""The register as people read it: by whom it is about, in one language, with the terms of this installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.config import Settings
from lti_tool.errors import Words
from lti_tool.privacy.reading import PEOPLE, Kind, Register

PEOPLE_WORDS: Mapping[str, Words] = {
    "participant": _l("Je doet mee aan de training"),
    "trainer": _l("Je bent trainer"),
    "member": _l("Je staat op de lijst van een cursus"),
    "holder": _l("Je hebt een certificaat"),
    "admin": _l("Je beheert de leeromgeving van een school"),
    "staff": _l("Je werkt bij de uitgever of de beheerder"),
}
GROUND_WORDS: Mapping[str, Words] = {
    "agreement": _l("Nodig om de training te geven"),
    "consent": _l("Jouw keuze, die je kunt terugnemen"),
    "interest": _l("Gerechtvaardigd belang"),
}


@dataclass(frozen=True)
class Line:
    """One kind of data, in words."""

    key: str
    what: str
    why: str
    ground: str
    keep: str
    sees: str


def lines_of(register: Register, settings: Settings, people: str, language: str) -> Sequence[Line]:
    """Return what the register says about these people.

    Args:
        people: one of `PEOPLE`.
        language: ``nl`` or ``en``.
    """
    return [_line(kind, settings, language) for kind in register.kinds.values() if people in kind.people]


def sections(register: Register, settings: Settings, language: str) -> Mapping[str, Sequence[Line]]:
    """Return the lines by whom they are about; who has none is left out."""
    found = {people: lines_of(register, settings, people, language) for people in PEOPLE}
    return {people: lines for people, lines in found.items() if lines}


def _line(kind: Kind, settings: Settings, language: str) -> Line:
    words = kind.words[language]
    keep = words.keep.format(**settings.model_dump(include=set(Settings.model_fields)))
    return Line(kind.key, words.what, words.why, kind.ground, keep, words.sees)


def as_rows(register: Register, settings: Settings, language: str) -> Sequence[Mapping[str, object]]:
    """Return the register for programs and tables: one row a kind, with the columns that hold it."""
    lines = {kind.key: _line(kind, settings, language) for kind in register.kinds.values()}
    return [
        {
            "kind": key,
            "people": list(register.kinds[key].people),
            "what": line.what,
            "why": line.why,
            "ground": line.ground,
            "keep": line.keep,
            "sees": line.sees,
            "columns": list(register.tables_of(key)),
        }
        for key, line in lines.items()
    ]


def as_markdown(register: Register, settings: Settings, language: str) -> str:
    """Return the register as a document, one table for each kind of person."""
    heads = {
        "nl": ("Wat", "Waarvoor", "Grondslag", "Hoe lang", "Wie het ziet", "Waar"),
        "en": ("What", "Why", "Ground", "How long", "Who sees it", "Where"),
    }[language]
    parts = [f"# {'Register van persoonsgegevens' if language == 'nl' else 'Register of personal data'}"]
    for people, lines in sections(register, settings, language).items():
        rows = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        for line in lines:
            where = ", ".join(f"`{place}`" for place in register.tables_of(line.key))
            rows.append(f"| {line.what} | {line.why} | {line.ground} | {line.keep} | {line.sees} | {where} |")
        parts += [f"## {people}", "\n".join(rows)]
    return "\n\n".join(parts)
