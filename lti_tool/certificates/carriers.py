"""Taking a certificate out of an image: PNG (an `iTXt` chunk) and SVG (one element), without looking at the picture.

Only what the standard writes is read: text that is not compressed, once. The XML of an SVG is read as a stream, never as
a tree, and may have no document type; so no image of a few bytes becomes a large one in memory.
"""

import io
import struct
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
MAX_SVG_BYTES = 1024 * 1024
_MAX_CHUNKS = 10_000
_MAX_DEPTH = 60


class NoCertificate(ValueError):
    """There is no certificate in the image, or more than one, or the image is broken."""


def from_png(data: bytes) -> bytes:
    """Return the certificate inside a PNG (Open Badges 3.0, 5.3.1).

    Raises:
        NoCertificate: there is not exactly one, or it is compressed.
    """
    found: list[bytes] = []
    place, count = len(PNG_SIGNATURE), 0
    while place < len(data):
        count += 1
        header = data[place : place + 8]
        if len(header) < 8 or count > _MAX_CHUNKS:
            raise NoCertificate("broken PNG")
        length, kind = struct.unpack("!I4s", header)
        end = place + 8 + length
        if end + 4 > len(data):
            raise NoCertificate("broken PNG")
        if kind == b"iTXt" and data.startswith(KEYWORD + b"\0", place + 8, end):
            found.append(_text(data[place + 8 + len(KEYWORD) + 1 : end]))
        place = end + 4
        if kind == b"IEND":
            break
    return _only(found)


def from_svg(data: bytes) -> bytes:
    """Return the certificate inside an SVG (Open Badges 3.0, 5.3.2).

    Raises:
        NoCertificate: it is no SVG, has no certificate or more than one, or is larger than any badge.
    """
    if len(data) > MAX_SVG_BYTES:
        raise NoCertificate("too large")
    reader = _SvgReader()
    parser = create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(reader)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        parser.parse(source)
    except (SAXException, DefusedXmlException, ValueError, LookupError):
        raise NoCertificate("broken SVG") from None
    return _only(reader.found)


def _text(rest: bytes) -> bytes:
    """Return the text of an iTXt chunk, of which the keyword was read (PNG, 11.3.4.5)."""
    if rest[:1] != b"\0":
        raise NoCertificate("compressed")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise NoCertificate("broken chunk")
    return parts[2]


def _only(found: list[bytes]) -> bytes:
    if len(found) != 1:
        raise NoCertificate("not exactly one")
    return found[0]


class _SvgReader(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[bytes] = []
        self._depth = 0
        self._text: list[str] | None = None

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        self._depth += 1
        if self._depth > _MAX_DEPTH or (self._depth == 1 and name[1] != "svg"):
            raise NoCertificate("no SVG")
        if name == (NAMESPACE, "credential"):
            verify = attrs.get((None, "verify"))
            if verify is not None:
                self.found.append(verify.encode())
            else:
                self._text = []

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        self._depth -= 1
        if name == (NAMESPACE, "credential") and self._text is not None:
            self.found.append("".join(self._text).encode())
            self._text = None
