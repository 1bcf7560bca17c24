"""Whether a file is what its name says, by its content: signatures, and for office files a look into the container.

PDF: ISO 32000-1, 7.5.2 (readers accept the header within the first 1024 bytes). JPEG: ISO/IEC 10918-1, SOI, marker.
PNG: ISO/IEC 15948, 5.2. Office Open XML: ECMA-376 part 2, `[Content_Types].xml` names the main part (a macro-enabled
document names another). OpenDocument: ODF 1.3 part 2, 3.3, the entry `mimetype`.
"""

import struct
import zipfile
import zlib
from typing import IO

from mappings.file_kinds import FileKind

_HEAD = 1024
_LARGEST_DIRECTORY = 2_000_000
_LARGEST_ENTRY = 2_000_000
_END = b"PK\x05\x06"
_END_SIZE = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 65_535

_MAIN_PARTS = {
    FileKind.DOCX: b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    FileKind.PPTX: b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    FileKind.XLSX: b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_OPEN_DOCUMENTS = (FileKind.ODT, FileKind.ODP, FileKind.ODS)


def holds(kind: FileKind, stream: IO[bytes]) -> bool:
    """Return whether the content is of this kind. Reads little of it, and leaves the stream at its start.

    Args:
        kind: what the name says.
        stream: seekable; the whole file.
    """
    stream.seek(0)
    try:
        return _holds(kind, stream)
    finally:
        stream.seek(0)


def _holds(kind: FileKind, stream: IO[bytes]) -> bool:
    if kind is FileKind.PDF:
        return b"%PDF-" in stream.read(_HEAD)
    if kind is FileKind.JPG:
        return stream.read(3) == b"\xff\xd8\xff"
    if kind is FileKind.PNG:
        return stream.read(8) == b"\x89PNG\r\n\x1a\n"
    if stream.read(4) != b"PK\x03\x04" or not _small_directory(stream):
        return False
    if kind in _OPEN_DOCUMENTS:
        return _entry(stream, "mimetype").strip() == kind.media_type.encode()
    return _MAIN_PARTS[kind] in _entry(stream, "[Content_Types].xml")


def _entry(stream: IO[bytes], name: str) -> bytes:
    """Return one entry of a container, empty when it is missing, too large, encrypted or broken."""
    try:
        with zipfile.ZipFile(stream) as container, container.open(name) as entry:
            content = entry.read(_LARGEST_ENTRY + 1)
    except (KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError, OSError, EOFError):
        return b""
    return content if len(content) <= _LARGEST_ENTRY else b""


def _small_directory(stream: IO[bytes]) -> bool:
    """Return whether the container's directory is of a size that may be read into memory.

    A directory of 50 MB holds a million entries; Python's zipfile would make an object of each.
    """
    size = stream.seek(0, 2)
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT - _ZIP64_LOCATOR_SIZE)
    stream.seek(start)
    tail = stream.read()
    without_comment = tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0")
    at = len(tail) - _END_SIZE if without_comment else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return False
    before = tail[max(0, at - _ZIP64_LOCATOR_SIZE) : at]
    if before.startswith(_ZIP64_LOCATOR):
        return False
    directory_size: int = struct.unpack_from("<L", tail, at + 12)[0]
    return directory_size <= _LARGEST_DIRECTORY
