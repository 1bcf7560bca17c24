"""The certificate as PDF: A4 landscape, PDF/A-3a and PDF/UA-1, with the credential attached and a QR code.

The same snapshot and credential give the same bytes. A name is never left out in silence: characters without a glyph
are refused, and the name is looked for in the text of the finished PDF.
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import segno
from babel.dates import format_date
from pypdf.generic import DecodedStreamObject, NameObject

from lti_tool.certificates.presented import ATTACHMENT
from lti_tool.certificates.problems import NameNotPrintable, NameTooLong, NotPrintable, PdfNotMade
from lti_tool.certificates.snapshot import Language, Snapshot
from lti_tool.certificates.typesetting import GlyphMissing, typesetter
from mappings.texts import Text

_ZONE = ZoneInfo("Europe/Amsterdam")
_BABEL = {Language.NL: "nl", Language.EN: "en_GB"}
_INK = "#0b3d3a"
_PHASE = Text("Fase {number}", "Phase {number}")
_COMPLETED = Text("afgerond {date}", "completed {date}")
_QR = Text(
    "QR-code van de pagina waar dit certificaat te controleren is", "QR code of the page that verifies this certificate"
)
_ATTACHED = Text(
    "Open Badge: dit certificaat als gegevens, met een digitale handtekening",
    "Open Badge: this certificate as data, with a digital signature",
)
_ESEALED = Text(
    "Elektronisch verzegeld door de toekennende organisatie: elke wijziging is zichtbaar.",
    "Sealed electronically by the issuing organisation: any change shows.",
)
_SURELY_FITS = 40
"""Characters; the widest letters of the font take less than the width of the page at the smallest size."""
_TOP = 4
"""So many text objects of the page hold the heading, the achievement and the name, in most cases."""
_FREE_TEXTS = ("name", "school", "edition")


def as_sealed(snapshot: Snapshot, *, certified: bool) -> Snapshot:
    """Return a snapshot whose line about the seal is true of the seal that it will get.

    Args:
        certified: somebody else vouches for the key: an eSeal certificate.
    """
    return replace(snapshot, lines=replace(snapshot.lines, seal=_ESEALED)) if certified else snapshot


def check_printable(snapshot: Snapshot) -> None:
    """Check that everything people typed can be printed.

    Raises:
        NameNotPrintable: the name needs a spelling in Latin letters.
        NameTooLong: the name does not fit.
        NotPrintable: the school or the edition has characters that cannot be printed.
    """
    for field in _FREE_TEXTS:
        missing = unprintable(getattr(snapshot, field) or "")
        if missing:
            raise NameNotPrintable(missing) if field == "name" else NotPrintable(field, missing)
    check_name(snapshot.name)


def check_name(name: str) -> None:
    """Check that a name can stand on a certificate.

    Raises:
        NameNotPrintable: it needs a spelling in Latin letters.
        NameTooLong: its words do not fit on the lines that there are.
    """
    name = unicodedata.normalize("NFC", name)
    missing = unprintable(name)
    if missing:
        raise NameNotPrintable(missing)
    if len(name) > _SURELY_FITS and not typesetter().fits(name):
        raise NameTooLong


def unprintable(text: str) -> tuple[str, ...]:
    """Return the characters of a text that the certificate cannot show, each once, in order; empty when it can."""
    return typesetter().missing(unicodedata.normalize("NFC", text))


def render_pdf(snapshot: Snapshot, credential: str) -> bytes:
    """Return the certificate as PDF, not sealed yet.

    Args:
        snapshot: the frozen facts.
        credential: the signed credential as served, which is attached.

    Raises:
        NameNotPrintable: the name needs a spelling in Latin letters.
        NotPrintable: another text has characters that cannot be printed.
        PdfNotMade: it could not be made, or it does not show the name on its one page.
    """
    if not all((getattr(snapshot, field) or "").isprintable() for field in _FREE_TEXTS):
        check_printable(snapshot)
    inputs = {
        "data": json.dumps(_data(snapshot), ensure_ascii=False),
        "qr": _qr(snapshot.url),
        "credential": credential,
    }
    try:
        pdf = typesetter().certificate(inputs, int(snapshot.awarded_at.timestamp()))
    except GlyphMissing:
        check_printable(snapshot)
        raise
    _check_name(snapshot.name, pdf)
    return pdf


def _data(snapshot: Snapshot) -> dict[str, Any]:
    language, lines, text = snapshot.language, snapshot.lines, snapshot.text
    heading, achievement = text(lines.heading), text(snapshot.achievement.name)
    before, _, after = text(lines.verify).partition("{url}")
    details = [lines.edition.fill(language, edition=snapshot.edition), snapshot.school]
    return {
        "language": language.value,
        "title": f"{heading} {achievement} – {snapshot.name}",
        "description": text(lines.body),
        "attachment": ATTACHMENT,
        "attachment-words": _ATTACHED.get(language),
        "heading": heading,
        "achievement": achievement,
        "name": unicodedata.normalize("NFC", snapshot.name),
        "body": text(lines.body),
        "period": lines.period.fill(
            language,
            start=_day(snapshot.started_at, language),
            end=_day(snapshot.ended_at, language),
            hours=snapshot.hours,
        ),
        "phases": [
            {
                "label": _PHASE.fill(language, number=number),
                "name": text(phase.name),
                "completed": _COMPLETED.fill(language, date=_day(phase.completed_at, language)),
            }
            for number, phase in enumerate(snapshot.phases, 1)
        ],
        "issuer": snapshot.issuer.name,
        "award": lines.award.fill(
            language,
            issuer=snapshot.issuer.name,
            date=_day(snapshot.awarded_at, language).replace(" ", "\N{NO-BREAK SPACE}"),
        ),
        "details": [unicodedata.normalize("NFC", part) for part in details if part],
        "verify": [before, after],
        "url": snapshot.url,
        "shown-url": snapshot.url.partition("://")[2],
        "seal": text(lines.seal),
        "qr-alt": _QR.get(language),
    }


def _day(moment: datetime, language: Language) -> str:
    return str(format_date(moment.astimezone(_ZONE).date(), "d MMMM y", locale=_BABEL[language]))


def _qr(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        drawn, kind="svg", border=0, dark=_INK, xmldecl=False, omitsize=True, nl=False
    )
    return drawn.getvalue().decode()


def _check_name(name: str, pdf: bytes) -> None:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    if len(pages) != 1:
        raise PdfNotMade("does not fit on one page")
    pattern = _pattern(name)
    if not any(pattern.search(_squeezed(text)) for text in _texts(pages[0])):
        raise PdfNotMade("the name is not in the text of the page")


def _texts(page: pypdf.PageObject) -> Iterator[str]:
    """Yield the text of the top of a page, then of all of it; the drawings before and after it take long to read."""
    contents = page.get_contents()
    drawn = contents.get_data() if contents is not None else b""
    ends = [match.end() for match in re.finditer(rb"\bET\b", drawn)]
    for end in (*ends[_TOP : _TOP + 1], *ends[-1:]):
        stream = DecodedStreamObject()
        stream.set_data(drawn[drawn.find(b"BT") : end])
        page[NameObject("/Contents")] = stream
        yield page.extract_text()


def _pattern(name: str) -> re.Pattern[str]:
    """Return what the name looks like in extracted text: no spaces, and letters with loose marks once or twice.

    A base letter and its mark are two glyphs, and pypdf gives the text of both for each (it reads no ActualText).
    """
    parts = re.findall(r"[^\u0300-\u036f][\u0300-\u036f]*", _squeezed(name))
    return re.compile("".join(f"(?:{re.escape(part)})+" if len(part) > 1 else re.escape(part) for part in parts))


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())
