"""The names of files as people chose them, made fit to show, to keep and to send back.

A name from a browser may hold a whole path (old Windows clients), control characters, or characters that turn the
reading direction and so hide an extension (Unicode 15, general categories Cc and Cf). RFC 6266 and RFC 8187 say how a
name travels in a download.
"""

import re
import unicodedata
from urllib.parse import quote

LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_SPACES = re.compile(r"\s+")
_FALLBACK = "bestand"


def clean_name(name: str) -> str:
    """Return the name of a file without its path and without characters that mislead or that file systems refuse.

    Args:
        name: as it came, with an extension or without.

    Returns:
        At most `LONGEST_NAME` characters; the extension is kept, in lower case.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if letter.isspace() or unicodedata.category(letter)[0] != "C")
    name = _FORBIDDEN.sub("-", _SPACES.sub(" ", name)).strip()
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    extension = extension.strip().lower()
    stem = stem.strip(" .") or _FALLBACK
    ending = f".{extension}" if extension else ""
    return f"{stem[: LONGEST_NAME - len(ending)].rstrip()}{ending}"


def disposition(name: str) -> str:
    """Return the `Content-Disposition` of a download: an ASCII name, and the real one for all but old clients."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'[^ -~]|["\\%;]', "_", plain)
    plain = plain if plain.rpartition(".")[0].strip() else f"{_FALLBACK}{plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
