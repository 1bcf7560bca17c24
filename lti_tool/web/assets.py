"""Static files, with their content's digest in the address so that browsers may keep them, and the sprite's icons."""

import hashlib
import mimetypes
import re
from functools import cache, lru_cache
from pathlib import Path, PurePath

from flask import Response, request, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
ENDPOINT = "web.static"
_DAY = 24 * 3600
_YEAR = 365 * _DAY

_FILE_ICONS = {
    "application/pdf": "file-earmark-pdf",
    "application/zip": "file-earmark-zip",
    "application/vnd.ms-excel": "file-earmark-spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet": "file-earmark-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file-earmark-spreadsheet",
    "application/vnd.ms-powerpoint": "file-earmark-slides",
    "application/vnd.oasis.opendocument.presentation": "file-earmark-slides",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "file-earmark-slides",
    "application/msword": "file-earmark-text",
    "application/vnd.oasis.opendocument.text": "file-earmark-text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "file-earmark-text",
}
_FILE_ICONS_BY_FAMILY = {
    "audio": "file-earmark-music",
    "image": "file-earmark-image",
    "text": "file-earmark-text",
    "video": "file-earmark-play",
}


@cache
def _digest(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


@cache
def icon_names() -> frozenset[str]:
    """Return the names of the icons that the sprite holds."""
    return frozenset(re.findall(r'id="([^"]+)"', (STATIC / "bootstrap-icons.svg").read_text()))


def asset(filename: str) -> str:
    """Return the address of a file in ``web/static``, with its content's digest.

    Raises:
        FileNotFoundError: there is no such file; a mistake in the template.
    """
    return _address(filename, request.script_root if request else "")


@lru_cache(maxsize=500)
def _address(filename: str, _below: str) -> str:
    return url_for(ENDPOINT, filename=filename, v=_digest(filename))


def icon(name: str, extra_class: str = "") -> Markup:
    """Return an icon of the sprite, hidden from screen readers: a word always stands beside it.

    Raises:
        LookupError: the sprite holds no icon of that name; a mistake in the template.
    """
    if name not in icon_names():
        raise LookupError(f"no icon {name!r} in the sprite")
    return _icon(f"bi {extra_class}".strip(), asset("bootstrap-icons.svg"), name)


@lru_cache(maxsize=500)
def _icon(css_class: str, sprite: str, name: str) -> Markup:
    return Markup('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
        css_class, sprite, name
    )


def file_icon(kind: str) -> Markup:
    """Return the icon for a file, by its media type (``application/pdf``) or its name (``plan.pdf``)."""
    by_name = mimetypes.guess_type(PurePath(kind).name)[0]
    media_type = by_name or kind
    family = media_type.partition("/")[0]
    return icon(_FILE_ICONS.get(media_type) or _FILE_ICONS_BY_FAMILY.get(family, "file-earmark"))


def keep_assets(response: Response) -> Response:
    """Let browsers keep a static file: for good when its address carries the digest of its content, else for a day."""
    if request.endpoint in (ENDPOINT, "bootstrap.static") and response.status_code in (200, 304):
        versioned = request.endpoint == ENDPOINT and "v" in request.args
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = _YEAR if versioned else _DAY
        response.cache_control.immutable = versioned
    return response
