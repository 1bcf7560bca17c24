"""Pieces of a page that are rendered once and filled in often: a board has thousands of cells, and they look in few ways."""

import re
from collections.abc import Callable
from functools import cache

from markupsafe import Markup, escape

_FIRST = 0xFDD0
"""Unicode keeps U+FDD0 to U+FDEF for use inside a program: no text of anybody has them (Unicode 16, 23.7)."""
_MOST = 32

Fill = Callable[..., Markup]


def with_holes(macro: Callable[..., Markup], count: int) -> Callable[..., Fill]:
    """Return a function that renders a macro once for each way in which it can look, and gives what fills it in.

    Args:
        macro: takes the arguments that make the look, and after them `count` texts, which it only shows.
        count: how many texts, at most 32.

    Returns:
        takes the arguments that make the look, which must be hashable, and gives a function that takes the texts and
        gives the piece of the page. The texts are escaped, unless they are markup.

    Raises:
        ValueError: too many texts.
    """
    if count > _MOST:
        raise ValueError(f"at most {_MOST} texts can be filled in")
    holes = tuple(chr(_FIRST + number) for number in range(count))
    between = re.compile(f"([{_FIRST:c}-{_FIRST + _MOST - 1:c}])")

    @cache
    def looking(*look: object) -> Fill:
        pieces = between.split(str(macro(*look, *holes)))
        begin, rest = (
            pieces[0],
            [(ord(hole) - _FIRST, after) for hole, after in zip(pieces[1::2], pieces[2::2], strict=True)],
        )

        def fill(*texts: object) -> Markup:
            shown = [escape(text) for text in texts]
            filled = [begin]
            for number, after in rest:
                filled += (shown[number], after)
            return Markup("".join(filled))  # noqa: S704 - the pieces are of a template, and the texts are escaped

        return fill

    return looking
