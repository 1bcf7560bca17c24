"""Files encrypted with a passphrase in the age format, version 1 (https://c2sp.org/age), written and read as streams.

A file key, wrapped by scrypt and ChaCha20-Poly1305, then the content in chunks of 64 KiB, each authenticated with its number
and with whether it is the last. So a file that was cut off or changed is noticed, chunk by chunk; `age -d` opens it.
"""

import base64
import hashlib
import hmac
import secrets
from types import TracebackType
from typing import IO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lti_tool.backup.errors import DamagedArchive, WrongPassphrase

INTRO = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024
TAG = 16
WORK_FACTOR = 18
"""log2 of scrypt's N, as age itself uses it: about a second and 256 MB for each guess."""
MOST_WORK = 22
"""An archive that asks for more than this is not opened, as age does."""
_LABEL = b"age-encryption.org/v1/scrypt"
_LONGEST_LINE = 200
_NO_NONCE = bytes(12)


class Sealed:
    """Encrypts what is written to it, into a file; `close` writes the last chunk, without which the file counts as cut off.

    Args:
        file: receives the encrypted bytes; it stays open.
        passphrase: opens it again.
        work_factor: log2 of scrypt's N.
    """

    def __init__(self, file: IO[bytes], passphrase: str, *, work_factor: int = WORK_FACTOR) -> None:
        self._file = file
        self._pending = bytearray()
        self._number = 0
        file_key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, work_factor)).encrypt(_NO_NONCE, file_key, None)
        header = INTRO + f"-> scrypt {_text(salt)} {work_factor}\n{_text(wrapped)}\n---".encode()
        file.write(header + f" {_text(_mac(file_key, header))}\n".encode() + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def write(self, data: bytes) -> int:
        """Encrypt some bytes; the last chunk is held back until it is known whether it is the last."""
        self._pending += data
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk. Call it only when everything was written."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class Opened:
    """Decrypts a file while it is read.

    Args:
        file: the encrypted bytes, from their beginning.
        passphrase: with which it was made.

    Raises:
        WrongPassphrase: it is another one.
        DamagedArchive: the file does not begin as a file of age with a passphrase does.
    """

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file = file
        file_key, nonce = _read_header(file, passphrase)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._number = 0
        self._pending = bytearray()
        self._next = file.read(CHUNK + TAG)
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end.

        Raises:
            DamagedArchive: a chunk was changed, is missing, or came in another order.
        """
        while len(self._pending) < size and not self._ended:
            self._pending += self._open_next()
        found = bytes(self._pending[:size])
        del self._pending[:size]
        return found

    def finish(self) -> None:
        """Read to the end, so that every byte has been checked.

        Raises:
            DamagedArchive: as `read`.
        """
        while self.read(CHUNK):
            pass

    def _open_next(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        self._ended = not self._next
        try:
            found = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, None)
        except InvalidTag:
            raise DamagedArchive("the backup is damaged: it was changed or cut off") from None
        self._number += 1
        return found


def _read_header(file: IO[bytes], passphrase: str) -> tuple[bytes, bytes]:
    """Return the file key and the nonce of the content."""
    lines = [file.readline(_LONGEST_LINE) for _line in range(4)]
    intro, stanza, body, mac = lines
    words = stanza.decode("latin-1").split()
    marks = mac.decode("latin-1").split()
    if intro != INTRO or words[:2] != ["->", "scrypt"] or len(words) != 4 or marks[:1] != ["---"] or len(marks) != 2:
        raise DamagedArchive("this is no backup of ICC Bridge: it is not encrypted by age with a passphrase")
    try:
        salt, wrapped, factor = _bytes(words[2]), _bytes(body.decode("latin-1").strip()), int(words[3])
        claimed = _bytes(marks[1])
    except ValueError:
        raise DamagedArchive("the backup is damaged: its beginning cannot be read") from None
    if not 1 <= factor <= MOST_WORK:
        raise DamagedArchive("the backup is damaged: its beginning asks for too much work")
    try:
        file_key = ChaCha20Poly1305(_stretched(passphrase, salt, factor)).decrypt(_NO_NONCE, wrapped, None)
    except InvalidTag:
        raise WrongPassphrase("the backup does not open with this passphrase") from None
    if not hmac.compare_digest(_mac(file_key, intro + stanza + body + b"---"), claimed):
        raise DamagedArchive("the backup is damaged: its beginning was changed")
    nonce = file.read(16)
    if len(nonce) != 16:
        raise DamagedArchive("the backup is damaged: it was cut off")
    return file_key, nonce


def _stretched(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    return Scrypt(salt=_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.new(_derived(file_key, b"", b"header"), header, hashlib.sha256).digest()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
