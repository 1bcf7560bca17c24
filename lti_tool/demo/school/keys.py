"""The school's signing keys: one active RSA key, published as a JWKS, replaceable while running."""

import secrets
import threading
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


@dataclass(frozen=True, slots=True)
class SigningKey:
    kid: str
    private: rsa.RSAPrivateKey

    @classmethod
    def generate(cls, bits: int = 2048) -> "SigningKey":
        """Make a new RSA key of ``bits`` bits with a random key id."""
        return cls(secrets.token_hex(10), rsa.generate_private_key(public_exponent=65537, key_size=bits))

    @classmethod
    def from_pem(cls, kid: str, pem: str) -> "SigningKey":
        """Read a key back from what ``pem`` wrote; raises ValueError for anything but an RSA private key."""
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("the school signs with RSA keys only")
        return cls(kid, key)

    @property
    def pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def sign(self, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
        """Sign ``claims`` as RS256 with this key's id in the header; ``headers`` are added or replace."""
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid, **(headers or {})})

    def public_jwk(self) -> dict[str, Any]:
        """The public half as a JWK, in Moodle's order of members."""
        jwk = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": "RSA", "alg": "RS256", "kid": self.kid, "e": jwk["e"], "n": jwk["n"], "use": "sig"}


class KeyRing:
    """The active key and the retired ones that are still published."""

    def __init__(self, keys: list[SigningKey] | None = None) -> None:
        self._keys = list(keys or [])
        self._lock = threading.Lock()

    @property
    def keys(self) -> list[SigningKey]:
        """All published keys, the active one first."""
        with self._lock:
            if not self._keys:
                self._keys.append(SigningKey.generate())
            return list(self._keys)

    @property
    def active(self) -> SigningKey:
        return self.keys[0]

    def rotate(self, *, keep_old: bool = True, new: SigningKey | None = None) -> SigningKey:
        """Sign with a new key from now on; the old one stays published or is withdrawn at once."""
        fresh = new or SigningKey.generate()
        with self._lock:
            self._keys = [fresh, *self._keys] if keep_old else [fresh]
        return fresh

    def jwks(self) -> dict[str, Any]:
        """The published key set."""
        return {"keys": [key.public_jwk() for key in self.keys]}
