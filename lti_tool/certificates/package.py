"""A ZIP file on its way to somebody: made while it is sent, so that memory stays flat however large its files are."""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

_LONGEST_NAME = 80
_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,10}")
_FOLDED = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "AE", "ð": "d", "þ": "th"})


@dataclass(frozen=True)
class Packed:
    """One file of a package."""

    path: str
    """With slashes; plain ASCII."""
    chunks: Iterable[bytes] = field(repr=False)
    compress: bool = True
    """Whether that helps: texts, not pictures and PDFs."""


def zip_stream(files: Iterable[Packed], moment: datetime) -> Iterator[bytes]:
    """Yield a ZIP file with these files, chunk by chunk.

    Args:
        files: each is read when its turn comes.
        moment: the date of all files in it.
    """
    sent = _Outlet()
    with zipfile.ZipFile(sent, "w") as package:
        for file in files:
            info = zipfile.ZipInfo(file.path, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED if file.compress else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            with package.open(info, "w", force_zip64=True) as entry:
                for chunk in file.chunks:
                    entry.write(chunk)
                    yield sent.taken()
            yield sent.taken()
    yield sent.taken()


class _Outlet:
    """What a ZIP file is written to: keeps what was written until it is taken."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        content = bytes(self._waiting)
        self._waiting.clear()
        return content


class Names:
    """Gives files names that every system takes, each once: plain ASCII, no path, nothing that Windows reserves."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, name: str) -> str:
        """Return the name for a file that somebody called `name`; its extension stays."""
        stem, _, extension = _plain(name).rpartition(".")
        if not _EXTENSION.fullmatch(extension) or "." not in _plain(name):
            stem, extension = _plain(name), ""
        stem = re.sub(r"\.{2,}", ".", stem).strip("-._")[:_LONGEST_NAME] or "bestand"
        ending = f".{extension.lower()}" if extension else ""
        if _WINDOWS.fullmatch(stem):
            stem = f"bestand-{stem}"
        given, number = f"{stem}{ending}", 1
        while given.lower() in self._given:
            number += 1
            given = f"{stem}-{number}{ending}"
        self._given.add(given.lower())
        return given


def _plain(name: str) -> str:
    letters = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.translate(_FOLDED)) if not unicodedata.combining(letter)
    )
    return re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9._]+", "-", letters))
