"""Pieces of a page with holes: rendered once, filled in as if rendered each time."""

import pytest
from jinja2 import Environment
from markupsafe import Markup

from lti_tool.web.holes import Fill, with_holes

ENVIRONMENT = Environment(autoescape=True)
TEMPLATE = """{%- macro piece(title, linked, at, name) -%}
<td data-label="{{ title }}">{% if linked %}<a href="/v/{{ at }}">{{ name }}: {{ title }} ({{ name }})</a>{% endif %}</td>
{%- endmacro -%}"""


class Piece:
    """The macro of the template, which counts how often it is rendered."""

    def __init__(self) -> None:
        self._macro = ENVIRONMENT.from_string(TEMPLATE).module.piece  # type: ignore[attr-defined]  # of the template
        self.rendered = 0

    def __call__(self, *values: object) -> Markup:
        """Render it."""
        self.rendered += 1
        rendered: Markup = self._macro(*values)
        return rendered


@pytest.mark.parametrize("name", ["Noor", "<b>Noor</b>", 'O\'Brien & "Zn"', "x % s {0} \\1", Markup("<b>Noor</b>"), ""])
@pytest.mark.parametrize("linked", [True, False])
def test_filled_in_it_is_what_the_macro_gives(name: str, *, linked: bool) -> None:
    piece = Piece()
    look = ("Phase <1>", linked)

    assert with_holes(piece, 2)(*look)("a1", name) == piece(*look, "a1", name)


def test_each_look_is_rendered_once() -> None:
    piece = Piece()
    pieces = with_holes(piece, 2)

    shown: list[Markup] = []
    for number in range(10):
        fill: Fill = pieces("title", number % 2 == 0)
        shown.append(fill(number, f"name {number}"))

    assert piece.rendered == 2
    assert shown[4] == '<td data-label="title"><a href="/v/4">name 4: title (name 4)</a></td>'
    assert shown[5] == '<td data-label="title"></td>'


def test_there_are_as_many_holes_as_unicode_keeps_characters_for() -> None:
    with pytest.raises(ValueError, match="32"):
        with_holes(Piece(), 33)
