"""Random identifiers for rows, URLs and one-time codes."""

import hashlib
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 22
_IDS = len(_ALPHABET) ** ID_LENGTH


def new_id() -> str:
    """Return a random id of 22 letters and digits (131 bits): safe in a URL, a file name and on a command line."""
    number = secrets.randbelow(_IDS)
    letters = []
    for _ in range(ID_LENGTH):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)


def new_secret() -> str:
    """Return a random bearer secret (256 bits), for cookies and one-time URLs; store only its `digest`."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a one-time code that people can read aloud, such as ``7QK4-M2XD-9HTR`` (59 bits)."""
    letters = "".join(secrets.choice(_READABLE) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def new_reference() -> str:
    """Return a short reference for an error page, such as ``7QK4M2``."""
    return "".join(secrets.choice(_READABLE) for _ in range(6))


def digest(secret: str) -> str:
    """Return the SHA-256 of a random secret, in hex: what the database keeps instead of the secret itself."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(code: str) -> str:
    """Return the digest of a one-time code, however it was typed (case, spaces and dashes do not matter)."""
    return digest("".join(letter for letter in code.upper() if letter.isalnum()))
