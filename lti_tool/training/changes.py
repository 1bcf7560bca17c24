"""What changed between two texts, in words, for people: what stayed, what came, what went."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from lti_tool.web.formats import word_count

_TOKEN = re.compile(r"\n|[^\S\n]*(?:\w+(?:[-'’.]\w+)*|[^\w\s])|[^\S\n]+")
_MOST_PAIRS = 2_000_000
"""Of parts to compare: beyond that the time would be felt, and a text is shown as written anew."""
_ISLAND = 3
"""Letters of a word that is too short to stay alone between two changes."""


class Kind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Piece:
    """A piece of a line."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Changes:
    """What changed in a text."""

    lines: tuple[tuple[Piece, ...], ...]
    """Those that are not empty, old and new together."""
    new: int
    """Words that came."""
    gone: int
    """Words that went."""

    @property
    def any(self) -> bool:
        """Whether anything but white space changed."""
        return any(piece.kind is not Kind.SAME and piece.text.strip() for line in self.lines for piece in line)


def changes(old: str, new: str) -> Changes:
    """Compare two texts, line by line and within lines that differ word by word."""
    pieces = _joined(_compare(old.split("\n"), new.split("\n")))
    return Changes(
        lines=tuple(_lines(pieces)),
        new=sum(word_count(piece.text) for piece in pieces if piece.kind is Kind.NEW),
        gone=sum(word_count(piece.text) for piece in pieces if piece.kind is Kind.GONE),
    )


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in _steps(old, new):
        before, after = "".join(f"{line}\n" for line in old[i:j]), "".join(f"{line}\n" for line in new[k:m])
        if tag == "equal":
            yield Piece(Kind.SAME, after)
        elif tag == "replace":
            yield from _compare_words(_TOKEN.findall(before), _TOKEN.findall(after))
        else:
            yield from _replaced(before, after)


def _compare_words(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    steps = _steps([_bare(token) for token in old], [_bare(token) for token in new])
    for number, (tag, i, j, k, m) in enumerate(steps):
        before, after = "".join(old[i:j]), "".join(new[k:m])
        alone = 0 < number < len(steps) - 1 and len(after.strip()) <= _ISLAND and "\n" not in after
        if tag == "equal" and not alone:
            yield Piece(Kind.SAME, after)
        else:
            yield from _replaced(before, after)


def _bare(token: str) -> str:
    """Return a word without the space before it; a word counts as the same wherever it stands in its line."""
    return token.strip() or token


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Return how one sequence becomes the other, as `SequenceMatcher.get_opcodes`; as a whole when it would take long."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    steps: list[tuple[str, int, int, int, int]] = [("equal", 0, start, 0, start)] if start else []
    if len(left) * len(right) > _MOST_PAIRS:
        steps.append(("replace", start, start + len(left), start, start + len(right)))
    else:
        found = SequenceMatcher(None, left, right, autojunk=len(left) + len(right) > 2_000).get_opcodes()
        steps += [(tag, i + start, j + start, k + start, m + start) for tag, i, j, k, m in found]
    if end:
        steps.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return steps


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece(Kind.GONE, before)
    if after:
        yield Piece(Kind.NEW, after)


def _joined(pieces: Iterator[Piece]) -> Sequence[Piece]:
    """Put neighbours together: between two pieces that stayed, all that went stands before all that came."""
    found: list[Piece] = []
    gone = new = ""
    for piece in (*pieces, Piece(Kind.SAME, "")):
        if piece.kind is Kind.GONE:
            gone += piece.text
        elif piece.kind is Kind.NEW:
            new += piece.text
        else:
            found += [*_replaced(gone, new), piece]
            gone = new = ""
    return found


def _lines(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    line: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        line.append(Piece(piece.kind, first))
        for text in others:
            yield from _line(line)
            line = [Piece(piece.kind, text)]
    yield from _line(line)


def _line(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    kept = tuple(piece for piece in pieces if piece.text)
    if any(piece.text.strip() for piece in kept):
        yield kept
