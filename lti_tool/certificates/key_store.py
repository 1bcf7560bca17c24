"""Where the issuer's keys are kept: rows with the private halves encrypted; made at first use, parsed once a process."""

import threading
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, KeyRecord, new_key
from lti_tool.certificates.models import IssuingKey
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.vault import Vault


class IssuerKeyStore:
    """The issuer's keys.

    Args:
        database: where they are.
        vault: encrypts the private halves.
        clock: gives the year of a key id.
        issuer_name: for the certificate of the seal key.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, issuer_name: str) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._issuer_name = issuer_name
        self._known: tuple[tuple[str, ...], IssuingKeys] | None = None
        self._lock = threading.Lock()

    def keys(self) -> IssuingKeys:
        """Return the parsed keys, making those that are missing; two processes at once end with the same ones."""
        with self._lock:
            rows = self._rows()
            missing = [purpose for purpose in KeyPurpose if purpose not in {row.purpose for row in rows}]
            if missing:
                for purpose in missing:
                    self._make(purpose, rows)
                rows = self._rows()
            kids = tuple(row.kid for row in rows)
            if self._known is None or self._known[0] != kids:
                self._known = kids, IssuingKeys(self._record(row) for row in rows)
            return self._known[1]

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return the keys without their private halves, for a list."""
        return [
            {"kid": row.kid, "purpose": row.purpose, "created_at": row.created_at, "active_from": row.created_at}
            for row in self._rows()
        ]

    def _rows(self) -> Sequence[IssuingKey]:
        with self._database.session() as session:
            return session.scalars(select(IssuingKey).order_by(IssuingKey.created_at, IssuingKey.kid)).all()

    def _make(self, purpose: KeyPurpose, rows: Sequence[IssuingKey]) -> None:
        now = self._clock()
        key = new_key(purpose, now=now, taken=[row.kid for row in rows], issuer_name=self._issuer_name)
        with self._database.session() as session:
            # The key id is the same for all processes that make the first key, so one of them keeps it.
            insert_unless_there(
                session,
                IssuingKey,
                {
                    "kid": key.kid,
                    "purpose": key.purpose.value,
                    "private_pem": self._vault.encrypt(key.private_pem or ""),
                    "public_jwk": key.public_jwk,
                    "certificate_pem": key.certificate_pem,
                    "created_at": now,
                },
            )

    def _record(self, row: IssuingKey) -> KeyRecord:
        private = None if row.retired_at is not None else self._vault.decrypt(row.private_pem)
        return KeyRecord(row.kid, KeyPurpose(row.purpose), row.public_jwk, private, row.certificate_pem)
