"""Typst with the bundled fonts only: strict, offline, the same bytes for the same input.

Typst warns, and goes on, when a font family is unknown, and then leaves text out; so a warning is an error here.
PDF/A makes it refuse characters that no font of the text has.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from lti_tool.certificates.problems import PdfNotMade

_HERE = Path(__file__).parent
_PDF: dict[str, Any] = {"format": "pdf", "pdf_standards": ["a-3a", "ua-1"]}
_BADGE_PPI = 144
_MISSING_GLYPH = re.compile("could not be displayed")


class GlyphMissing(PdfNotMade):
    """Some text has a character that the fonts named for it do not have."""


class Typesetter:
    """Compiles the certificate's template. Fonts are read once; one document at a time."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_HERE / "fonts"])
        self._certificate, self._probe, self._badge = (
            typst.Compiler(_HERE / template, root=_HERE, font_paths=fonts, ignore_system_fonts=True)
            for template in ("certificate.typ", "printable.typ", "badge.typ")
        )
        self._lock = threading.Lock()

    def certificate(self, inputs: dict[str, str], timestamp: int) -> bytes:
        """Return the certificate as PDF/A-3a and PDF/UA-1.

        Args:
            inputs: what the template reads from `sys.inputs`.
            timestamp: the moment in the PDF's metadata, in seconds since 1970.

        Raises:
            GlyphMissing: a character that no font has.
            PdfNotMade: anything else, a warning included.
        """
        return self._compile(self._certificate, inputs, {**_PDF, "timestamp": timestamp})

    def badge(self, inputs: dict[str, str], form: Literal["png", "svg"]) -> bytes:
        """Return the badge as an image without a background: PNG of 600 pixels square, or SVG.

        Args:
            inputs: what the template reads from `sys.inputs`.
            form: the kind of image.

        Raises:
            PdfNotMade: it does not compile, or with a warning.
        """
        return self._compile(self._badge, inputs, {"format": form, "ppi": _BADGE_PPI})

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the characters of a text that cannot be printed, each once, with the marks that stand on them."""
        if self._can_show(text):
            return ()
        return tuple(part for part in dict.fromkeys(_clusters(text)) if not self._can_show(part))

    def fits(self, name: str) -> bool:
        """Return whether a name that can be printed is short enough for its place."""
        try:
            self._compile(self._probe, {"text": name, "fits": "yes"}, {**_PDF, "timestamp": 0})
        except PdfNotMade:
            return False
        return True

    def _can_show(self, text: str) -> bool:
        if not text.isprintable():
            return False
        try:
            self._compile(self._probe, {"text": text}, {**_PDF, "timestamp": 0})
        except GlyphMissing:
            return False
        return True

    def _compile(self, compiler: typst.Compiler, inputs: dict[str, str], form: dict[str, Any]) -> bytes:
        try:
            with self._lock:
                made, warnings = compiler.compile_with_warnings(sys_inputs=inputs, **form)
        except typst.TypstError as error:
            if _MISSING_GLYPH.search(error.message):
                raise GlyphMissing("a character is in no font") from None
            raise PdfNotMade(f"typst: {error.message.splitlines()[0][:200]}") from None
        if warnings:
            raise PdfNotMade(f"typst warns: {warnings[0].message.splitlines()[0][:200]}")
        if not isinstance(made, bytes):
            raise PdfNotMade("typst gave more than one page")
        return made


def _clusters(text: str) -> Iterator[str]:
    """Yield each character together with the combining marks that follow it."""
    cluster = ""
    for letter in text:
        if cluster and not unicodedata.combining(letter):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


@cache
def typesetter() -> Typesetter:
    """Return the one typesetter of this process."""
    return Typesetter()
