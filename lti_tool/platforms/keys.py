"""Our own keys towards the platforms: RSA 2048, the private halves encrypted at rest, parsed once a process.

A new key is published a day before it signs, because platforms cache key sets; old ones stay published for a while
(Security Framework 1.1, 6.3). The very first key signs at once: nobody has cached anything yet.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.platforms.models import ToolKey
from lti_tool.rsa_keys import MakeRsa, new_rsa_key
from lti_tool.vault import Vault

ALGORITHM = "RS256"
PUBLISHED_BEFORE_USE = timedelta(days=1)
PUBLISHED_AFTER_USE = timedelta(days=30)
REREAD_AFTER = timedelta(minutes=1)
"""How long a process goes by what it read: much shorter than a new key waits before it signs."""


@dataclass(frozen=True)
class SigningKey:
    """The key that signs now."""

    kid: str
    private_key: rsa.RSAPrivateKey = field(repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the claims as a signed JSON web token, with this key's id in the header."""
        return jwt.encode(dict(claims), self.private_key, algorithm=ALGORITHM, headers={"kid": self.kid})


class KeyRing:
    """Our keys; the database is shared, so all processes sign with the same one.

    Args:
        database: where they are.
        vault: encrypts the private halves.
        clock: the time.
        make_rsa: makes the keys.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, make_rsa: MakeRsa = new_rsa_key) -> None:
        self._make_rsa = make_rsa
        self._database = database
        self._vault = vault
        self._clock = clock
        self._lock = threading.Lock()
        self._read: tuple[datetime, Sequence[ToolKey]] | None = None
        self._parsed: dict[str, rsa.RSAPrivateKey] = {}

    def __repr__(self) -> str:
        return "KeyRing(…)"

    def signing_key(self) -> SigningKey:
        """Return the newest key that may sign, making the first one when there is none. Call it in no transaction."""
        with self._lock:
            known = self._rows()
            now = self._clock()
            rows = [row for row in known if row.active_from <= now and not _ended(row, now)]
            newest = max(rows, key=lambda row: (row.active_from, row.kid))
            return SigningKey(newest.kid, self._parse(newest))

    def jwks(self) -> dict[str, Any]:
        """Return the public key set: next, present and lately retired keys. Call it in no transaction."""
        since = self._clock() - PUBLISHED_AFTER_USE
        with self._lock:
            return {"keys": [row.public_jwk for row in self._rows() if not _ended(row, since)]}

    def rotate(self) -> str:
        """Make the next key: published now, signing after a day, when the present ones stop. Return its id."""
        with self._lock:
            self._rows()
            key = self._make()
            key.active_from = key.created_at + PUBLISHED_BEFORE_USE
            with self._database.session() as session:
                _one_at_a_time(session)
                for older in session.scalars(select(ToolKey).where(ToolKey.retired_at.is_(None))):
                    older.retired_at = key.active_from
                session.add(key)
            self._read = None
            return key.kid

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return all keys without their private halves, oldest first, for a list."""
        with self._database.session() as session:
            found = session.scalars(select(ToolKey).order_by(ToolKey.created_at, ToolKey.kid)).all()
        return [
            {
                "kid": row.kid,
                "purpose": "lti",
                "created_at": row.created_at,
                "active_from": row.active_from,
            }
            for row in found
        ]

    def _rows(self) -> Sequence[ToolKey]:
        now = self._clock()
        if self._read is not None and now < self._read[0] + REREAD_AFTER:
            return self._read[1]
        rows = self._stored()
        if not rows:
            first = self._make()
            with self._database.session() as session:
                _one_at_a_time(session)
                if session.scalar(select(ToolKey.kid).limit(1)) is None:
                    session.add(first)
            rows = self._stored()
        self._read = (now, rows)
        return rows

    def _stored(self) -> Sequence[ToolKey]:
        with self._database.session() as session:
            return session.scalars(select(ToolKey).order_by(ToolKey.created_at, ToolKey.kid)).all()

    def _make(self) -> ToolKey:
        private = self._make_rsa()
        public = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        kid, now = new_id(), self._clock()
        return ToolKey(
            kid=kid,
            private_pem=self._vault.encrypt(pem),
            public_jwk={"kty": "RSA", "n": public["n"], "e": public["e"], "kid": kid, "alg": ALGORITHM, "use": "sig"},
            created_at=now,
            active_from=now,
        )

    def _parse(self, row: ToolKey) -> rsa.RSAPrivateKey:
        if row.kid not in self._parsed:
            pem = self._vault.decrypt(row.private_pem).encode()
            # Parsing an RSA key costs 36 ms, nearly all of it a check that our own keys do not need again (measured).
            key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError("a tool key is not RSA")
            self._parsed[row.kid] = key
        return self._parsed[row.kid]


def _ended(row: ToolKey, moment: datetime) -> bool:
    return row.retired_at is not None and row.retired_at <= moment


def _one_at_a_time(session: Session) -> None:
    """Let other processes wait with making keys until this transaction ends; SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE tool_key IN SHARE ROW EXCLUSIVE MODE"))
