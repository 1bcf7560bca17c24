"""Encryption at rest for private keys and tokens, with a key derived from ``ICC_SECRET_KEY``."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti_tool.errors import SettingsError


class Vault:
    """Encrypts, decrypts and signs with keys derived from one secret.

    Args:
        secret: the installation's secret, at least 32 characters.
    """

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive(secret, b"encryption at rest")))
        self._mac_key = self._derive(secret, b"message authentication")

    def __repr__(self) -> str:
        return "Vault(…)"

    def encrypt(self, plain: str) -> str:
        """Return `plain` encrypted and authenticated, as text for a column."""
        return self._fernet.encrypt(plain.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return what `encrypt` was given.

        Raises:
            SettingsError: the secret is not the one that encrypted it.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SettingsError("ICC_SECRET_KEY is not the key that encrypted this database's secrets") from None

    def mac(self, purpose: str, message: str) -> str:
        """Return the HMAC-SHA256 of `message` for one `purpose`, in hex."""
        return hmac.new(self._mac_key, f"{purpose}\n{message}".encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def _derive(secret: str, info: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
