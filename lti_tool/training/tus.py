"""The tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload): its headers, read and checked.

Of its extensions: creation, expiration, checksum, termination.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import IO

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from lti_tool.training.errors import OtherProtocol, PartUnknown, UploadRefused

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
PART_TYPE = "application/offset+octet-stream"
_LONGEST_METADATA = 4_000
_MOST_DIGITS = 18


def check_version(request: Request) -> None:
    """Raise OtherProtocol unless the request speaks this version."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherProtocol("no Tus-Resumable, or another")


def method_of(request: Request) -> str:
    """Return what a request asks for; where PATCH and DELETE do not get through, a header says it."""
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


def length_of(request: Request) -> int:
    """Return the `Upload-Length` in bytes. Raises UploadRefused: there is none, or it is no number."""
    return _number(request, "Upload-Length")


def offset_of(request: Request) -> int:
    """Return the `Upload-Offset` of a part in bytes. Raises UploadRefused, or PartUnknown: not the content type of one."""
    if request.mimetype != PART_TYPE:
        raise PartUnknown("content type")
    return _number(request, "Upload-Offset")


def metadata_of(request: Request) -> Mapping[str, str]:
    """Return the `Upload-Metadata`: pairs of a key and a value in Base64. Raises UploadRefused: it cannot be read."""
    header = request.headers.get("Upload-Metadata", "")
    if len(header) > _LONGEST_METADATA:
        raise UploadRefused("metadata too long")
    found: dict[str, str] = {}
    try:
        for pair in filter(None, (part.strip() for part in header.split(","))):
            key, _space, value = pair.partition(" ")
            found[key] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UploadRefused("metadata") from None
    return found


def moment(at: datetime) -> str:
    """Return a moment as a header has it (RFC 9110, 5.6.7)."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


class Part:
    """The bytes of a PATCH, as `lti_tool.training.resumable.Incoming` wants them.

    A connection that breaks is the end of what came; with a checksum nothing of it can be trusted, and it is not intact.

    Raises:
        UploadRefused: the checksum cannot be read, or is of an algorithm that is not offered.
    """

    def __init__(self, request: Request) -> None:
        self._stream: IO[bytes] = request.stream
        self._length = request.content_length
        self._wanted: bytes | None = None
        header = request.headers.get("Upload-Checksum")
        if header is None:
            return
        algorithm, _space, value = header.partition(" ")
        if algorithm not in ALGORITHMS:
            raise UploadRefused("checksum of an unknown algorithm")
        try:
            self._wanted = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise UploadRefused("checksum") from None
        self._digest = ALGORITHMS[algorithm]()

    @property
    def length(self) -> int | None:
        """How many bytes come, as far as the request says."""
        return self._length

    @property
    def has_checksum(self) -> bool:
        """Whether it came with one."""
        return self._wanted is not None

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end, also when the other side is gone."""
        try:
            found = self._stream.read(size)
        except (ClientDisconnected, ConnectionError, TimeoutError):
            return b""
        if self._wanted is not None:
            self._digest.update(found)
        return found

    def is_intact(self) -> bool:
        """Return whether all that was read is what the checksum says."""
        return self._wanted is None or hmac.compare_digest(self._digest.digest(), self._wanted)


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise UploadRefused(f"{name} is no number")
    return int(text)
