"""The end of an upload: its parts become one file of the draft, or all of it goes.

Who ends one holds its row's lease. The whole is composed under a path that the row names, so that what a killed process left
behind is found again: the next one who holds the lease removes it. The file's row and the end of the upload are one
transaction, so that there is no moment in which neither, or both, are there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, select, update

from lti_tool.clock import Clock
from lti_tool.courses.models import Account
from lti_tool.database import Database
from lti_tool.errors import IccError, NotFound
from lti_tool.jobs.leases import unclaimed
from lti_tool.training.access import Access, hold_account
from lti_tool.training.draft_files import DraftFiles, check_kind, too_large
from lti_tool.training.errors import FileRefused, Moved, StoreUnavailable, UploadBusy
from lti_tool.training.files import FileStore, StoredBytes
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.models import Enrolment, Upload, UploadPart
from mappings.file_kinds import FileKind
from mappings.training import HandIn

FOLDER = "uploads"
"""Below it each unfinished upload has a folder of its own in the store."""
LEASE = timedelta(minutes=1)
"""Renewed while a whole is being made; so long at most does an upload wait whose process was killed."""
FINISHED_KEPT = timedelta(days=1)
"""How long it is known that an upload was finished, for a page whose answer got lost."""
UPLOAD_SWEEP_EVERY = 900.0
_AT_ONCE = 200
_RENEW_EVERY = 8
"""After so many parts of a whole the lease is renewed."""

_log = structlog.get_logger(__name__)


def folder_of(upload_id: str) -> str:
    """Return where the parts of an upload lie."""
    return f"{FOLDER}/{upload_id}"


@dataclass(frozen=True)
class _Claimed:
    id: str
    account_id: str
    """One of the maker's; all of them are the same person's."""
    assignment_key: str
    hand_in: HandIn
    name: str
    size: int
    parts: tuple[str, ...]
    whole: str


class UploadFinisher:
    """Makes files of drafts of uploads that are whole, and removes uploads.

    Args:
        database: its own short transactions; none is open while bytes are read or stored.
        clock: the time.
        access: knows the training of a cohort.
        store: where the bytes lie.
        drafts: adds the file.
        inspector: looks at the whole.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        store: FileStore,
        drafts: DraftFiles,
        inspector: FileInspector | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._store = store
        self._drafts = drafts
        self._inspector = inspector or FileInspector()

    def finish(self, upload_id: str) -> None:
        """Make a file of the draft of an upload of which everything is there; nothing if that was done.

        Raises:
            FileRefused, Moved: it cannot become one; the upload is gone.
            NotFound: it is gone.
            StoreUnavailable: the store does not give or take it; the upload stays.
            UploadBusy: somebody is doing it.
        """
        claimed = self._claim(upload_id)
        if claimed is None:
            return
        ended = False
        try:
            kind = check_kind(claimed.hand_in, claimed.name)
            if claimed.size > self._drafts.largest(claimed.hand_in):
                raise too_large(claimed.name, claimed.size, self._drafts.largest(claimed.hand_in))
            stored = self._compose(claimed, kind)
            ended = self._become_file(claimed, kind, stored)
        except (FileRefused, Moved):
            self._forget(upload_id)
            raise
        finally:
            if not ended:
                self._store.discard(claimed.whole)
                self._release(claimed)
        self._store.discard_folder(folder_of(upload_id))

    def throw_away(self, upload_id: str) -> bool:
        """Remove an unfinished upload and its bytes; return whether nobody was in the way."""
        now = self._clock()
        free = (Upload.id == upload_id) & Upload.finished_at.is_(None) & unclaimed(Upload.claimed_until, now)
        with self._database.session() as session:
            whole = session.execute(
                update(Upload).where(free).values(claimed_until=now + LEASE).returning(Upload.whole_path)
            ).one_or_none()
        if whole is None:
            return False
        if whole.whole_path is not None:
            self._store.discard(whole.whole_path)
        self._forget(upload_id)
        return True

    def sweep(self) -> int:
        """Remove what expired, finish what a killed process left whole, and return how many uploads went.

        What lies in the store without a row goes too: the row is there before the first part.
        """
        now = self._clock()
        with self._database.session() as session:
            over = (Upload.expires_at <= now) & Upload.finished_at.is_not(None)
            gone = len(session.execute(delete(Upload).where(over).returning(Upload.id)).all())
            expired = session.scalars(
                select(Upload.id).where(Upload.expires_at <= now, Upload.finished_at.is_(None)).limit(_AT_ONCE)
            ).all()
            whole = session.scalars(
                select(Upload.id)
                .where(
                    Upload.expires_at > now,
                    Upload.finished_at.is_(None),
                    Upload.received == Upload.size,
                    unclaimed(Upload.claimed_until, now),
                )
                .limit(_AT_ONCE)
            ).all()
        gone += sum(self.throw_away(one) for one in expired)
        for one in whole:
            try:
                self.finish(one)
            except IccError as problem:
                _log.info("upload_not_finished", code=problem.code, detail=problem.detail)
        self._remove_strays()
        return gone

    def _claim(self, upload_id: str) -> _Claimed | None:
        """Take the lease and say where the whole will be; None when it is finished."""
        now = self._clock()
        with self._database.session() as session:
            upload = session.scalar(select(Upload).where(Upload.id == upload_id).with_for_update())
            if upload is None:
                raise NotFound("no such upload")
            if upload.finished_at is not None:
                return None
            if upload.claimed_until is not None and upload.claimed_until > now:
                raise UploadBusy("claimed")
            enrolment = session.get_one(Enrolment, upload.enrolment_id)
            training = self._access.training_of(enrolment.cohort)
            left_behind, upload.whole_path = upload.whole_path, self._store.new_path()
            upload.claimed_until = now + LEASE
            claimed = _Claimed(
                id=upload.id,
                account_id=session.scalar(select(Account.id).where(Account.person_id == enrolment.person_id).limit(1)) or "",
                assignment_key=upload.assignment_key,
                hand_in=training.assignment(upload.assignment_key).hand_in,
                name=upload.name,
                size=upload.size,
                parts=tuple(part.path for part in upload.parts),
                whole=upload.whole_path,
            )
        if left_behind is not None:
            self._store.discard(left_behind)
        return claimed

    def _compose(self, claimed: _Claimed, kind: FileKind) -> StoredBytes:
        """Write the whole from its parts and look whether it is what its name says."""
        joined = _Joined(self._store, claimed.parts, lambda: self._hold_on(claimed))
        stored = self._store.put(joined, max_bytes=claimed.size, path=claimed.whole)
        if stored.size != claimed.size:
            raise StoreUnavailable("the parts are not all there")
        with self._store.open(stored.path) as whole:
            self._inspector.check(kind, claimed.name, whole, claimed.account_id)
        return stored

    def _become_file(self, claimed: _Claimed, kind: FileKind, stored: StoredBytes) -> bool:
        """Add the row of the file and end the upload; of the same file twice the bytes go. Returns that it has ended."""
        now = self._clock()
        with self._database.session() as session:
            hold_account(session, claimed.account_id)
            upload = session.get_one(Upload, claimed.id, with_for_update=True)
            if upload.whole_path != claimed.whole:
                raise UploadBusy("somebody else took it over")
            added = self._drafts.add(
                session,
                upload.enrolment_id,
                claimed.assignment_key,
                claimed.hand_in,
                claimed.name,
                kind,
                stored,
            )
            upload.finished_at, upload.whole_path, upload.claimed_until = now, None, None
            upload.expires_at = now + FINISHED_KEPT
            session.execute(delete(UploadPart).where(UploadPart.upload_id == claimed.id))
        if not added:
            self._store.discard(stored.path)
        return True

    def _hold_on(self, claimed: _Claimed) -> None:
        """Renew the lease."""
        with self._database.session() as session:
            mine = Upload.whole_path == claimed.whole
            session.execute(update(Upload).where(Upload.id == claimed.id, mine).values(claimed_until=self._clock() + LEASE))

    def _release(self, claimed: _Claimed) -> None:
        with self._database.session() as session:
            mine = (Upload.id == claimed.id) & (Upload.whole_path == claimed.whole)
            session.execute(update(Upload).where(mine).values(claimed_until=None, whole_path=None))

    def _forget(self, upload_id: str) -> None:
        self._store.discard_folder(folder_of(upload_id))
        with self._database.session() as session:
            session.execute(delete(Upload).where(Upload.id == upload_id))

    def _remove_strays(self) -> None:
        found = sorted(self._store.folders(FOLDER))
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            with self._database.reading() as session:
                known = set(session.scalars(select(Upload.id).where(Upload.id.in_(some), Upload.finished_at.is_(None))))
            for stray in set(some) - known:
                self._store.discard_folder(folder_of(stray))


class _Joined:
    """The parts of an upload as one stream; one of them is open at a time."""

    def __init__(self, store: FileStore, paths: Sequence[str], hold_on: Callable[[], None]) -> None:
        self._chunks = self._read(store, paths, hold_on)
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._chunks, b"")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    @staticmethod
    def _read(store: FileStore, paths: Sequence[str], hold_on: Callable[[], None]) -> Iterator[bytes]:
        for number, path in enumerate(paths, 1):
            if number % _RENEW_EVERY == 0:
                hold_on()
            yield from store.read(path)
