"""Encryption at rest for private keys and tokens, with keys derived from ``ICC_SECRET_KEY``.

While a secret is replaced several are accepted: the first encrypts and signs, what any of them made is read.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti_tool.errors import SettingsError

SEALED = {"sealed": True}
"""Marks a column whose values a vault encrypts: ``mapped_column(Text, info=SEALED)``. They follow a new secret."""


class Vault:
    """Encrypts, decrypts and signs with keys derived from the installation's secrets.

    Args:
        secrets: the secret, at least 32 characters; or what returns all that are accepted now, the present one first.
    """

    def __init__(self, secrets: str | Callable[[], Sequence[str]]) -> None:
        self._secrets = (lambda: (secrets,)) if isinstance(secrets, str) else secrets
        self._derived: dict[str, _Keys] = {}

    def __repr__(self) -> str:
        return "Vault(…)"

    def encrypt(self, plain: str) -> str:
        """Return `plain` encrypted and authenticated, as text for a column."""
        return self._keys()[0].fernet.encrypt(plain.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return what `encrypt` was given.

        Raises:
            SettingsError: none of the secrets is the one that encrypted it.
        """
        for keys in self._keys():
            try:
                return keys.fernet.decrypt(sealed.encode()).decode()
            except InvalidToken:
                continue
        raise SettingsError("ICC_SECRET_KEY is not the key that encrypted this database's secrets")

    def is_current(self, sealed: str) -> bool:
        """Return whether the present secret encrypted this, and not a previous one."""
        try:
            self._keys()[0].fernet.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def mac(self, purpose: str, message: str) -> str:
        """Return the HMAC-SHA256 of `message` for one `purpose`, in hex."""
        return self._keys()[0].mac(purpose, message)

    def accepted_macs(self, purpose: str, message: str) -> tuple[str, ...]:
        """Return the same by every secret that is accepted, the present one first."""
        return tuple(keys.mac(purpose, message) for keys in self._keys())

    def _keys(self) -> "Sequence[_Keys]":
        found = []
        for secret in self._secrets():
            if secret not in self._derived:
                self._derived[secret] = _Keys(secret)
            found.append(self._derived[secret])
        return found


class _Keys:
    """What is derived from one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    @cached_property
    def fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derive(b"encryption at rest")))

    @cached_property
    def _mac_key(self) -> bytes:
        return self._derive(b"message authentication")

    def mac(self, purpose: str, message: str) -> str:
        return hmac.new(self._mac_key, f"{purpose}\n{message}".encode(), hashlib.sha256).hexdigest()

    def _derive(self, info: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._secret.encode())
