"""The append-only log of what was issued, revoked and replaced, so that back-dating shows.

Each entry holds the hash of a credential and of the entry before; once a day the Merkle root over all of them is kept and
published. An entry is written in the transaction of what it tells of. There is no name in it: it stays when a holder is
erased.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.identity import issuer_did
from lti_tool.certificates.merkle import MerkleTree
from lti_tool.certificates.models import Certificate, IssueLogDay, IssueLogEntry
from lti_tool.certificates.snapshot import utc_seconds
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database

Happening = Literal["issued", "revoked", "replaced"]
KIND = "icc-bridge-issue-log"
FIRST = "0" * 64
CLOSE_EVERY = 3600.0
_GRACE = timedelta(hours=1)
"""How long a day waits for entries of a process whose clock is behind."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    number: int
    at: datetime
    what: str
    certificate_id: str
    credential_sha256: str
    previous_sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is exported and hashed."""
        return {
            "number": self.number,
            "at": utc_seconds(self.at),
            "what": self.what,
            "certificate": self.certificate_id,
            "credential_sha256": self.credential_sha256,
            "previous_sha256": self.previous_sha256,
        }

    def leaf(self) -> bytes:
        """Return the bytes that are hashed: JSON with sorted keys and no spaces."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode()

    def sha256(self) -> str:
        """Return the hash that the next entry holds."""
        return hashlib.sha256(self.leaf()).hexdigest()


@dataclass(frozen=True, slots=True)
class Day:
    """What was in the log when a day (UTC) was over."""

    day: str
    size: int
    root_sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is published."""
        return {"day": self.day, "size": self.size, "root_sha256": self.root_sha256}


@dataclass(frozen=True, slots=True)
class PublishedLog:
    """What the public page shows."""

    size: int
    last: Entry | None
    days: Sequence[Day]
    """The newest first."""


def append(session: Session, now: datetime, what: Happening, certificate_id: str, credential: str) -> None:
    """Write the next entry, in the caller's transaction; others wait until that has ended.

    Args:
        credential: as served.
    """
    _append(session, now, what, certificate_id, hashlib.sha256(credential.encode()).hexdigest())


def append_again(session: Session, now: datetime, what: Happening, certificate_id: str) -> None:
    """Write the next entry about a certificate that the log knows, also when its holder was erased since."""
    known = select(IssueLogEntry.credential_sha256).where(IssueLogEntry.certificate_id == certificate_id).limit(1)
    found = session.scalar(known)
    if found is None:
        append(session, now, what, certificate_id, session.get_one(Certificate, certificate_id).credential)
    else:
        _append(session, now, what, certificate_id, found)


def _append(session: Session, now: datetime, what: Happening, certificate_id: str, sha256: str) -> None:
    while True:
        last = _last(session)
        values = {
            "number": last.number + 1 if last else 1,
            "at": max(now, last.at).replace(microsecond=0) if last else now.replace(microsecond=0),
            "what": what,
            "certificate_id": certificate_id,
            "credential_sha256": sha256,
            "previous_sha256": last.sha256() if last else FIRST,
        }
        if insert_unless_there(session, IssueLogEntry, values):
            return


def _last(session: Session) -> Entry | None:
    row = session.scalars(select(IssueLogEntry).order_by(IssueLogEntry.number.desc()).limit(1)).first()
    return _entry(row) if row else None


def _entry(row: IssueLogEntry) -> Entry:
    return Entry(row.number, row.at, row.what, row.certificate_id, row.credential_sha256, row.previous_sha256)


class IssueLog:
    """Reads the log, and closes its days.

    Args:
        database: where it is.
        clock: the time.
        base_url: of the installation.
    """

    def __init__(self, database: Database, clock: Clock, base_url: str) -> None:
        self._database = database
        self._clock = clock
        self._base_url = base_url

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, the oldest first, a thousand at a time."""
        after = 0
        while True:
            query = select(IssueLogEntry).where(IssueLogEntry.number > after).order_by(IssueLogEntry.number).limit(_AT_ONCE)
            with self._database.reading() as session:
                rows = [_entry(row) for row in session.scalars(query)]
            if not rows:
                return
            yield from rows
            after = rows[-1].number

    def days(self) -> Sequence[Day]:
        """Return the days that were closed, the oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(IssueLogDay).order_by(IssueLogDay.day)).all()
        return [Day(row.day, row.size, row.root_sha256) for row in rows]

    def published(self) -> PublishedLog:
        """Return what the public page shows."""
        with self._database.reading() as session:
            last = _last(session)
            rows = session.scalars(select(IssueLogDay).order_by(IssueLogDay.day.desc())).all()
        days = [Day(row.day, row.size, row.root_sha256) for row in rows]
        return PublishedLog(last.number if last else 0, last, days)

    def as_json(self, *, entries: bool) -> Mapping[str, Any]:
        """Return the log as it is published (its roots alone) or exported (with its entries)."""
        found = self.published()
        document = {
            "kind": KIND,
            "issuer": issuer_did(self._base_url),
            "size": found.size,
            "last_sha256": found.last.sha256() if found.last else FIRST,
            "days": [day.as_json() for day in reversed(found.days)],
        }
        return {**document, "entries": [entry.as_json() for entry in self.entries()]} if entries else document

    def keep_up(self) -> None:
        """Enter certificates that were issued before there was a log, and close the days that are over."""
        self._enter_missing()
        self._close_days()

    def _enter_missing(self) -> None:
        entered = exists().where(IssueLogEntry.certificate_id == Certificate.id)
        query = select(Certificate.id).where(~entered, Certificate.erased_at.is_(None)).order_by(Certificate.issued_at)
        with self._database.reading() as session:
            missing = session.scalars(query).all()
        for certificate_id in missing:
            with self._database.session() as session:
                row = session.get_one(Certificate, certificate_id, with_for_update=True)
                if session.scalar(select(exists().where(IssueLogEntry.certificate_id == row.id))):
                    continue
                append(session, self._clock(), "issued", row.id, row.credential)
                if row.revoked_at is not None:
                    append(session, self._clock(), "revoked", row.id, row.credential)

    def _close_days(self) -> None:
        over = (self._clock().astimezone(UTC) - _GRACE).replace(hour=0, minute=0, second=0, microsecond=0)
        with self._database.reading() as session:
            last = session.scalar(select(func.max(IssueLogDay.day))) or ""
            newest = session.scalar(select(func.max(IssueLogEntry.at)).where(IssueLogEntry.at < over))
        if newest is None or _day(newest) <= last:
            return
        closed: list[Day] = []
        tree, day = MerkleTree(), ""
        for entry in self.entries():
            if entry.at >= over:
                break
            if day and _day(entry.at) != day:
                closed.append(Day(day, tree.size, tree.root()))
            day = _day(entry.at)
            tree.add(entry.leaf())
        closed.append(Day(day, tree.size, tree.root()))
        with self._database.session() as session:
            for one in closed:
                if one.day > last:
                    insert_unless_there(session, IssueLogDay, one.as_json())


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
