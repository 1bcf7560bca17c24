"""RSA keys: made, and read again from where they are kept."""

from collections.abc import Callable
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

BITS = 2048

MakeRsa: TypeAlias = Callable[[], RSAPrivateKey]
"""Makes a key that nobody had before."""


def new_rsa_key() -> RSAPrivateKey:
    """Make a key of 2048 bits; it takes about a tenth of a second."""
    return generate_private_key(public_exponent=65537, key_size=BITS)
