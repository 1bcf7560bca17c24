"""Where the issuer's keys are kept: rows with the private halves encrypted; made at first use, parsed once a process.

A next key is published a day before it signs, because verifiers keep the documents for a while. Once it signs, the
private half of the one before is removed; its public half stays published for ever.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lti_tool.certificates.eseal import Eseal
from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, KeyRecord, SealKey, age_of, new_key
from lti_tool.certificates.models import IssuingKey
from lti_tool.certificates.proofs import LocalSigner, Signer
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import Invalid
from lti_tool.rsa_keys import MakeRsa, new_rsa_key
from lti_tool.vault import Vault

PUBLISHED_BEFORE_USE = timedelta(days=1)
KEPT_AFTER_USE = timedelta(hours=1)
"""How long the private half of a key outlives its last use: a process may be signing with it."""
RETIRE_EVERY = 3600.0
_ESEAL = "eseal"


class IssuerKeyStore:
    """The issuer's keys, and the signer that signs with them.

    A key service (KMS, HSM) would take the place of what `signer` returns: everything that is signed goes through it.

    Args:
        database: where they are.
        vault: encrypts the private halves.
        clock: gives the year of a key id.
        issuer_name: for the certificate of the seal key.
        base_url: of the installation that publishes them.
        eseal: the organisation's own certificate for PDFs, if it has one.
        make_rsa: makes the RSA keys.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        issuer_name: str,
        base_url: str,
        eseal: Eseal | None = None,
        make_rsa: MakeRsa = new_rsa_key,
    ) -> None:
        self._make_rsa = make_rsa
        self._database = database
        self._vault = vault
        self._clock = clock
        self._issuer_name = issuer_name
        self._base_url = base_url
        self._eseal = eseal
        self._known: tuple[object, IssuingKeys, LocalSigner] | None = None
        self._lock = threading.Lock()

    def keys(self) -> IssuingKeys:
        """Return the parsed keys, making those that are missing; two processes at once end with the same ones."""
        return self._current()[0]

    def signer(self) -> Signer:
        """Return what signs credentials and status lists."""
        return self._current()[1]

    def seal(self) -> SealKey:
        """Return what seals PDFs now: the organisation's eSeal while it is valid, else the issuer's own key."""
        keys = self.keys()
        if self._eseal is None or not self._eseal.holds(self._clock()):
            return keys.seal
        kid = next(row.kid for row in self._rows() if row.certificate_pem == _pem(self._eseal))
        return SealKey(kid, self._eseal.private, self._eseal.certificate, self._eseal.chain, certified=True)

    def rotate(self, *, at_once: bool = False) -> Sequence[str]:
        """Make the next keys: published now, signing after a day. Return their ids.

        Args:
            at_once: sign from now on, because a key may be in other hands.

        Raises:
            Invalid: the next keys are published already, and wait for their day.
        """
        with self._lock:
            now = self._clock()
            self._rows_with_first()
            with self._database.session() as session:
                _one_at_a_time(session)
                rows = session.scalars(select(IssuingKey).order_by(IssuingKey.kid)).all()
                pending = [row for row in rows if row.active_from is not None and row.active_from > now]
                if pending and not at_once:
                    raise Invalid(f"{pending[0].kid} is published already and signs from {_from(pending[0]):%Y-%m-%d %H:%M}")
                if pending:
                    for row in pending:
                        row.active_from = now
                    return [row.kid for row in pending]
                taken, made = [row.kid for row in rows], []
                for purpose in KeyPurpose:
                    key = self._new_key(purpose, now, taken)
                    row = self._row(key, now)
                    row.active_from = now if at_once else now + PUBLISHED_BEFORE_USE
                    session.add(row)
                    made.append(key.kid)
                return made

    def retire(self) -> None:
        """Remove the private halves of keys that have a successor which signs (a periodic duty)."""
        now = self._clock()
        with self._database.session() as session:
            rows = session.scalars(select(IssuingKey).where(IssuingKey.retired_at.is_(None)).with_for_update()).all()
            for purpose in KeyPurpose:
                own = [row for row in rows if row.purpose == purpose and not _external(row)]
                began = [row for row in own if _from(row) + KEPT_AFTER_USE <= now]
                for row in sorted(began, key=_rank)[:-1]:
                    row.private_pem, row.retired_at = "", now

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return the keys without their private halves, for a list."""
        return [
            {
                "kid": row.kid,
                "purpose": row.purpose,
                "created_at": row.created_at,
                "active_from": _from(row),
                "retired_at": row.retired_at,
            }
            for row in self._rows()
        ]

    def _current(self) -> tuple[IssuingKeys, LocalSigner]:
        with self._lock:
            rows = self._rows_with_first()
            now = self._clock()
            signing = {
                purpose: max((row for row in rows if _may_sign(row, purpose, now)), key=_rank, default=None)
                for purpose in KeyPurpose
            }
            chosen = frozenset(row.kid for row in signing.values() if row is not None)
            state = tuple(row.kid for row in rows), chosen
            if self._known is None or self._known[0] != state:
                keys = IssuingKeys(self._record(row, signs=row.kid in chosen) for row in rows)
                self._known = state, keys, LocalSigner(keys, self._base_url)
            return self._known[1], self._known[2]

    def _rows_with_first(self) -> Sequence[IssuingKey]:
        """Return the rows, making the first key of each purpose, and the row of the eSeal, when they are missing."""
        rows = self._rows()
        present = {row.purpose for row in rows if not _external(row)}
        missing = [purpose for purpose in KeyPurpose if purpose not in present]
        unknown = self._eseal is not None and not any(row.certificate_pem == _pem(self._eseal) for row in rows)
        if not missing and not unknown:
            return rows
        for purpose in missing:
            self._make(purpose, rows)
        if unknown and self._eseal is not None:
            self._note_eseal(self._eseal)
        return self._rows()

    def _rows(self) -> Sequence[IssuingKey]:
        with self._database.reading() as session:
            return session.scalars(select(IssuingKey).order_by(IssuingKey.created_at, IssuingKey.kid)).all()

    def _make(self, purpose: KeyPurpose, rows: Sequence[IssuingKey]) -> None:
        now = self._clock()
        key = self._new_key(purpose, now, [row.kid for row in rows])
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

    def _new_key(self, purpose: KeyPurpose, now: datetime, taken: Sequence[str]) -> KeyRecord:
        return new_key(purpose, now=now, taken=taken, issuer_name=self._issuer_name, make_rsa=self._make_rsa)

    def _note_eseal(self, eseal: Eseal) -> None:
        """Keep the public half of the eSeal, so that PDFs sealed with it can be verified when it is long gone."""
        now = self._clock()
        with self._database.session() as session:
            _one_at_a_time(session)
            rows = session.scalars(select(IssuingKey)).all()
            if any(row.certificate_pem == _pem(eseal) for row in rows):
                return
            number = sum(row.kid.startswith(f"{_ESEAL}-{now.year}-") for row in rows) + 1
            kid = f"{_ESEAL}-{now.year}-{number}"
            session.add(
                IssuingKey(
                    kid=kid,
                    purpose=KeyPurpose.SEAL.value,
                    private_pem="",
                    public_jwk={**eseal.public_jwk(), "kid": kid},
                    certificate_pem=_pem(eseal),
                    created_at=now,
                )
            )

    def _row(self, key: KeyRecord, now: datetime) -> IssuingKey:
        return IssuingKey(
            kid=key.kid,
            purpose=key.purpose.value,
            private_pem=self._vault.encrypt(key.private_pem or ""),
            public_jwk=key.public_jwk,
            certificate_pem=key.certificate_pem,
            created_at=now,
        )

    def _record(self, row: IssuingKey, *, signs: bool) -> KeyRecord:
        private = self._vault.decrypt(row.private_pem) if signs else None
        return KeyRecord(row.kid, KeyPurpose(row.purpose), row.public_jwk, private, row.certificate_pem)


def _may_sign(row: IssuingKey, purpose: KeyPurpose, now: datetime) -> bool:
    """Whether a key signs; the first of a purpose waits for nothing, so that a clock that is set back stops no award."""
    begun = row.active_from is None or row.active_from <= now
    return row.purpose == purpose and row.retired_at is None and not _external(row) and begun


def _external(row: IssuingKey) -> bool:
    """Whether the private half of a key was never here: that of an eSeal."""
    return row.kid.startswith(f"{_ESEAL}-")


def _rank(row: IssuingKey) -> tuple[datetime, tuple[int, int, str]]:
    return _from(row), age_of(row.kid)


def _from(row: IssuingKey) -> datetime:
    return row.active_from or row.created_at


def _pem(eseal: Eseal) -> str:
    return eseal.certificate.public_bytes(Encoding.PEM).decode()


def _one_at_a_time(session: Session) -> None:
    """Let other processes wait with making keys until this transaction ends; SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE issuing_key IN SHARE ROW EXCLUSIVE MODE"))
