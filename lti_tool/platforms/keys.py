"""Our own keys towards the platforms: RSA 2048, the private halves encrypted at rest, parsed once a process.

A new key is published at least a day before it signs, because platforms cache key sets; old ones stay published for
verification (Security Framework 1.0, 6.3). The very first key signs at once: nobody has cached anything yet.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import select

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.platforms.models import ToolKey
from lti_tool.vault import Vault

PUBLISHED_BEFORE_USE = timedelta(days=1)
PUBLISHED_AFTER_USE = timedelta(days=30)
REREAD_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SigningKey:
    """The key that signs now."""

    kid: str
    private_key: rsa.RSAPrivateKey = field(repr=False)


class KeyRing:
    """Our keys; the database is shared, so all processes sign with the same one.

    Args:
        database: where they are.
        vault: encrypts the private halves.
        clock: the time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._parsed: dict[str, rsa.RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def signing_key(self) -> SigningKey:
        """Return the newest key that may sign, making the first one when there is none."""
        now = self._clock()
        with self._lock:
            for row in self._rows_or_first():
                if row.active_from <= now and row.retired_at is None:
                    return SigningKey(row.kid, self._parse(row))
        raise LookupError("no key is active")  # pragma: no cover  # the first key is active at once and stays

    def jwks(self) -> Mapping[str, Any]:
        """Return the public key set: next, present and lately retired keys."""
        since = self._clock() - PUBLISHED_AFTER_USE
        with self._lock:
            rows = self._rows_or_first()
        return {"keys": [row.public_jwk for row in rows if row.retired_at is None or row.retired_at > since]}

    def rotate(self) -> str:
        """Make the next key: published now, signing after a day. Return its id."""
        now = self._clock()
        with self._lock:
            self._rows_or_first()
            kid = self._add(active_from_now=False)
        with self._database.session() as session:
            older = select(ToolKey).where(ToolKey.kid != kid, ToolKey.retired_at.is_(None))
            for row in session.scalars(older):
                row.retired_at = max(now, row.active_from) + PUBLISHED_BEFORE_USE
        return kid

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return the keys without their private halves, for a list."""
        with self._database.session() as session:
            found = session.scalars(select(ToolKey).order_by(ToolKey.created_at)).all()
        return [
            {"kid": row.kid, "purpose": "lti", "created_at": row.created_at, "active_from": row.active_from}
            for row in found
        ]

    def _rows_or_first(self) -> Sequence[ToolKey]:
        query = select(ToolKey).order_by(ToolKey.active_from.desc(), ToolKey.kid)
        with self._database.session() as session:
            found = session.scalars(query).all()
        if found:
            return found
        self._add(active_from_now=True)
        with self._database.session() as session:
            return session.scalars(query).all()

    def _add(self, *, active_from_now: bool) -> str:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now, kid = self._clock(), f"icc-{new_id()}"
        jwk = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
        public = {name: jwk[name] for name in ("kty", "n", "e")} | {"kid": kid, "alg": "RS256", "use": "sig"}
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        with self._database.session() as session:
            session.add(
                ToolKey(
                    kid=kid,
                    private_pem=self._vault.encrypt(pem),
                    public_jwk=public,
                    created_at=now,
                    active_from=now if active_from_now else now + PUBLISHED_BEFORE_USE,
                )
            )
        return kid

    def _parse(self, row: ToolKey) -> rsa.RSAPrivateKey:
        # Parsing an RSA key costs 36 ms, nearly all of it a check that our own keys do not need again (measured).
        if row.kid not in self._parsed:
            pem = self._vault.decrypt(row.private_pem).encode()
            key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError("a tool key is not RSA")
            self._parsed[row.kid] = key
        return self._parsed[row.kid]
