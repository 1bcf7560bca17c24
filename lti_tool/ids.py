"""Random identifiers for rows, URLs and one-time codes."""

import hashlib
import secrets
import string

ID_LENGTH = 22


class _Letters:
    """An alphabet to draw from: random bytes are its letters, and those that would favour some letters are left out."""

    def __init__(self, letters: str) -> None:
        fair = 256 - 256 % len(letters)
        self._table = bytes(ord(letters[number % len(letters)]) for number in range(256))
        self._unfair = bytes(range(fair, 256))

    def draw(self, length: int) -> str:
        found = b""
        while len(found) < length:
            found += secrets.token_bytes(2 * length).translate(self._table, self._unfair)
        return found[:length].decode()


_ALL = _Letters(string.ascii_letters + string.digits)
_READABLE = _Letters("23456789ABCDEFGHJKMNPQRSTVWXYZ")


def new_id() -> str:
    """Return a random id of 22 letters and digits (131 bits): safe in a URL, a file name and on a command line."""
    return _ALL.draw(ID_LENGTH)


def new_secret() -> str:
    """Return a random bearer secret (256 bits), for cookies and one-time URLs; store only its `digest`."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a one-time code that people can read aloud, such as ``7QK4-M2XD-9HTR`` (59 bits)."""
    letters = _READABLE.draw(12)
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def new_short_code() -> str:
    """Return a one-time code to type over within minutes, such as ``7QK4-M2XD`` (39 bits): keep a keyed digest of it."""
    letters = _READABLE.draw(8)
    return f"{letters[:4]}-{letters[4:]}"


def typed_code(text: str) -> str:
    """Return a code's letters and digits, however it was typed (case, spaces and dashes do not matter)."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def new_reference() -> str:
    """Return a short reference for an error page, such as ``7QK4M2``."""
    return _READABLE.draw(6)


def digest(secret: str) -> str:
    """Return the SHA-256 of a random secret, in hex: what the database keeps instead of the secret itself."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(code: str) -> str:
    """Return the digest of a one-time code, however it was typed (case, spaces and dashes do not matter)."""
    return digest(typed_code(code))
