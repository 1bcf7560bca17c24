"""What somebody presents for verification: bytes of any kind, read without trusting them.

Sizes are limited before anything is parsed. JSON with the same member twice is refused, because two readers could see
two different certificates in it.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from lti_tool.certificates.carriers import PNG_SIGNATURE, NoCertificate, from_png, from_svg

ATTACHMENT = "credential.json"
"""The name under which the credential is attached to the PDF."""
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_CREDENTIAL_BYTES = 256 * 1024
_MAX_DEPTH = 60
_JWT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Unreadable(ValueError):
    """Not something that verification reads. The message names the kind of problem, never the content."""


class TooLarge(Unreadable):
    """More bytes than a certificate has."""


@dataclass(frozen=True, slots=True)
class PresentedJson:
    """A credential as JSON."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PresentedJwt:
    """A credential as JWT, with its header and payload as they claim to be."""

    token: str
    header: dict[str, Any]
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PresentedPdf:
    """A PDF, not parsed yet."""

    content: bytes


Presented = PresentedJson | PresentedJwt | PresentedPdf


def read_presented(data: bytes) -> Presented:
    """Tell what was presented, and read it as far as is safe.

    Args:
        data: the whole file.

    Raises:
        TooLarge: more than 5 MB, or a credential of more than 256 kB.
        Unreadable: neither PDF, nor JSON object, nor JWT, nor an image with one of these two in it.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge("file")
    if data.startswith(b"%PDF-"):
        return PresentedPdf(data)
    text = _without_mark(data)
    try:
        if data.startswith(PNG_SIGNATURE):
            return _credential(_without_mark(from_png(data)))
        if text.startswith(b"<"):
            return _credential(_without_mark(from_svg(text)))
    except NoCertificate:
        raise Unreadable("no certificate in the image") from None
    return _credential(text)


def _credential(text: bytes) -> PresentedJson | PresentedJwt:
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise TooLarge("credential")
    if text.startswith(b"{"):
        return PresentedJson(parse_object(text))
    if _JWT.fullmatch(text):
        token = text.decode()
        header, payload, _ = token.split(".")
        return PresentedJwt(token, parse_object(_decoded(header)), parse_object(_decoded(payload)))
    raise Unreadable("unknown kind")


def unverified_payload(token: str) -> dict[str, Any]:
    """Return what a JWT claims.

    Raises:
        Unreadable: it is no JWT.
    """
    presented = read_presented(token.encode())
    if not isinstance(presented, PresentedJwt):
        raise Unreadable("no JWT")
    return presented.payload


def parse_object(text: bytes) -> dict[str, Any]:
    """Parse a JSON object from outside.

    Raises:
        Unreadable: not JSON, no object, nested too deep, a member twice, or a number or text that is no JSON value.
    """
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(value, dict):
        raise Unreadable("no JSON object")
    _check_values(value)
    return value


def _without_mark(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").strip()


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_values(value: object) -> None:
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Unreadable("nested too deep")
        parts = [*one.keys(), *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else []
        waiting.extend((part, depth + 1) for part in parts)
        if isinstance(one, str) and not one.isascii() and any("\ud800" <= letter <= "\udfff" for letter in one):
            raise Unreadable("a text that is no Unicode")
        if isinstance(one, float) and one in (float("inf"), float("-inf")):
            raise Unreadable("a number that is not finite")


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Unreadable("not base64url") from None
