"""Traffic lights: what was looked at, what it means, who can solve it and what to do."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.web.states import state_of

WIDTH = 78
_INDENT = "    "

THE_ADMIN = _l("De beheerder van de leeromgeving kan dit oplossen.")
THE_SERVER = _l("Wie de server van de leeromgeving beheert, kan dit oplossen.")
THE_TRAINER = _l("Jij of een docent van de cursus kan dit oplossen.")
THE_OPERATOR = _l("De beheerder van ICC Bridge kan dit oplossen.")


class Light(StrEnum):
    """How something stands."""

    OK = "ok"
    ATTENTION = "attention"
    WRONG = "wrong"
    NOT_TRIED = "not_tried"

    @property
    def word(self) -> Words:
        """Its word for people."""
        return state_of(f"light_{self}").word


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    key: str
    """Names it for scripts: ``their_keys``."""
    light: Light
    title: Words
    meaning: Words
    items: Sequence[Words] = ()
    """Parts of it, one line each."""
    who: Words = ""
    """Who can solve it; empty when there is nothing to solve."""
    steps: Sequence[Words] = ()
    technical: str = ""
    """One line for whoever looks deeper, in English; no secret and nobody's name."""

    def row(self) -> Mapping[str, object]:
        """Return it for a script, in the present language."""
        return {
            "key": self.key,
            "light": self.light.value,
            "title": str(self.title),
            "meaning": str(self.meaning),
            "items": [str(item) for item in self.items],
            "who": str(self.who),
            "steps": [str(step) for step in self.steps],
            "technical": self.technical,
        }


def worst(findings: Iterable[Finding]) -> Light:
    """Return the most urgent light; what was not tried does not count beside others."""
    lights = {finding.light for finding in findings}
    for light in (Light.WRONG, Light.ATTENTION, Light.OK):
        if light in lights:
            return light
    return Light.NOT_TRIED


def lines_of(finding: Finding) -> Iterator[str]:
    """Yield the lines of one finding, in the present language."""
    yield f"[{finding.light.word}] {finding.title}"
    yield from wrapped(str(finding.meaning), _INDENT, _INDENT)
    for item in finding.items:
        yield from wrapped(str(item), f"{_INDENT}- ", f"{_INDENT}  ")
    if finding.who:
        yield from wrapped(str(finding.who), _INDENT, _INDENT)
    for number, step in enumerate(finding.steps, 1):
        yield from wrapped(str(step), f"{_INDENT}{number}. ", f"{_INDENT}   ")
    if finding.technical:
        yield from wrapped(f"({finding.technical})", _INDENT, _INDENT)


def wrapped(text: str, first: str, rest: str) -> Sequence[str]:
    """Return a text as lines of at most `WIDTH`; `first` stands before the first one, `rest` before the others."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
