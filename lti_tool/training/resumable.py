"""Files that come in part by part, so that one whose sending was broken off goes on where it stopped.

What is kept of an upload is its beginning, without gaps: parts that lie in the store as objects of their own, and rows that
say where. A part counts once its row is written, in the transaction that moves `received`: of two that send the same
stretch the first one counts and the other hears that it came too late. Several processes need nothing but the database and
the store for that. `resumable_finishing` makes a file of the draft of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.jobs.leases import is_claimed, unclaimed
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import Access, Standing, hold
from lti_tool.training.draft_files import MB, DraftFiles, check_kind, check_open, check_room, not_what_it_says, too_large
from lti_tool.training.errors import FileRefused, Moved, OffsetWrong, PartBroken, PartTooLong, UploadBusy
from lti_tool.training.file_names import clean_name
from lti_tool.training.files import FileStore, Readable, StoredBytes
from lti_tool.training.models import Enrolment, Upload, UploadPart
from lti_tool.training.resumable_finishing import UploadFinisher, folder_of
from lti_tool.web.formats import filesize

PART = 4 * MB
"""Of what comes in one request, so much at most is lost when this process is killed."""
MOST_UNFINISHED = 50
"""Uploads of one person, however small they are."""
LONGEST_FINGERPRINT = 64


@dataclass(frozen=True)
class PartSeen:
    """A stretch that was received."""

    size: int
    sha256: str


@dataclass(frozen=True)
class UploadSeen:
    """How far an upload is."""

    id: str
    name: str
    fingerprint: str
    size: int
    received: int
    expires_at: datetime
    finished: bool
    """It is a file of the draft, or was."""
    parts: tuple[PartSeen, ...] = ()
    """In order; none once it is finished."""

    @property
    def percent(self) -> int:
        """How much is there, from 0 to 100; 100 only when all is."""
        return 100 * self.received // self.size


class Incoming(Readable, Protocol):
    """What a request brings: at its end it is known whether it is what its checksum says."""

    @property
    def has_checksum(self) -> bool:
        """Whether it came with one."""

    def is_intact(self) -> bool:
        """Return whether all that was read is what the checksum says."""


class UploadService:
    """Begins, continues and ends uploads.

    Args:
        database: its own short transactions; none is open while bytes are stored.
        clock: the time.
        access: who may.
        store: where the bytes lie.
        drafts: knows what may become a file of a draft.
        finisher: makes a file of a draft of all parts.
        unfinished_mb: how much of one person may be unfinished, in MB.
        days: how long an upload is kept after its last part.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        store: FileStore,
        drafts: DraftFiles,
        finisher: UploadFinisher,
        *,
        unfinished_mb: int,
        days: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._store = store
        self._drafts = drafts
        self._finisher = finisher
        self._most_unfinished = unfinished_mb * MB
        self._life = timedelta(days=days)

    def largest(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> int:
        """Return how many bytes a file may have. Raises NotFound: not the viewer's assignment."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            return self._drafts.largest(standing.assignment(assignment_key).hand_in)

    def check_own(self, viewer: Viewer, cohort_id: str, assignment_key: str, upload_id: str) -> None:
        """Raise NotFound unless it is an upload of the viewer for this assignment."""
        with self._database.reading() as session:
            self._own(session, viewer, cohort_id, assignment_key, upload_id)

    def begin(
        self, viewer: Viewer, cohort_id: str, assignment_key: str, name: str, size: int, fingerprint: str
    ) -> UploadSeen:
        """Begin an upload to the viewer's draft.

        Args:
            name: as the browser sent it.
            size: of the whole file, in bytes.
            fingerprint: what the page knows the file by, the same when it is chosen again.

        Raises:
            FileRefused: too large, not of a kind that is asked for, one too many, or too much is unfinished.
            Moved: the work was accepted already.
            NotFound: not the viewer's assignment.
        """
        name = clean_name(name)
        now = self._clock()
        with self._database.session() as session:
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            hand_in = standing.assignment(assignment_key).hand_in
            submission = submissions.find(session, standing, assignment_key)
            check_open(submission)
            kind = check_kind(hand_in, name)
            if size > self._drafts.largest(hand_in):
                raise too_large(name, size, self._drafts.largest(hand_in))
            if size == 0:
                raise not_what_it_says(name, kind)
            check_room(hand_in, len(submissions.draft_files(session, submission.id)) if submission else 0, name)
            self._check_quota(session, standing, name, size)
            upload = Upload(
                id=new_id(),
                enrolment_id=standing.enrolment_id or "",
                assignment_key=assignment_key,
                name=name,
                fingerprint=fingerprint[:LONGEST_FINGERPRINT],
                size=size,
                received=0,
                created_at=now,
                expires_at=now + self._life,
            )
            session.add(upload)
            return _seen(upload)

    def see(self, viewer: Viewer, cohort_id: str, assignment_key: str, upload_id: str) -> UploadSeen:
        """Return how far an upload is. One of which everything is there becomes a file of the draft first.

        Raises:
            FileRefused, Moved: it cannot become one; it is gone.
            NotFound: no such upload of the viewer for this assignment.
            StoreUnavailable: the store does not give or take it; it is kept.
            UploadBusy: that is being done at this moment.
        """
        with self._database.reading() as session:
            upload = self._own(session, viewer, cohort_id, assignment_key, upload_id)
            seen = _seen(upload, upload.parts)
        return self._finish_if_whole(seen)

    def receive(
        self,
        viewer: Viewer,
        cohort_id: str,
        assignment_key: str,
        upload_id: str,
        offset: int,
        body: Incoming,
        length: int | None = None,
    ) -> UploadSeen:
        """Add what a request brings to an upload. What arrived before it broke off is kept, unless it has a checksum.

        Args:
            offset: where it belongs, in bytes from the file's beginning.
            body: the bytes.
            length: how many they are, as far as that is known.

        Raises:
            FileRefused, Moved: all is there and cannot become a file of the draft; it is gone.
            NotFound: no such upload of the viewer for this assignment.
            OffsetWrong: it does not follow on what is there, or another request was first.
            PartBroken: it is not what its checksum says; none of it was kept.
            PartTooLong: it brings more than the file was to have; none of it was kept.
            StoreUnavailable: the store does not take it.
            UploadBusy: somebody makes a whole of it, or removes it.
        """
        with self._database.reading() as session:
            upload = self._own(session, viewer, cohort_id, assignment_key, upload_id)
            standing = self._access.participant(session, viewer, cohort_id)
            check_open(submissions.find(session, standing, assignment_key))
            if upload.received != offset:
                raise OffsetWrong(f"at {offset} of {upload.received}")
            if is_claimed(upload, self._clock()):
                raise UploadBusy("claimed")
            left = upload.size - offset
            seen = _seen(upload)
        if length is not None and length > left:
            raise PartTooLong(f"{length} bytes where {left} fit")
        if left > 0:
            seen = self._keep(seen, body, left)
        return self._finish_if_whole(seen)

    def remove(self, viewer: Viewer, cohort_id: str, assignment_key: str, upload_id: str) -> None:
        """End an upload before it is finished, and remove what was received.

        Raises:
            Moved: it is finished; the file stands in the draft.
            NotFound: no such upload of the viewer for this assignment.
            UploadBusy: somebody makes a whole of it at this moment.
        """
        with self._database.reading() as session:
            upload = self._own(session, viewer, cohort_id, assignment_key, upload_id)
            if upload.finished_at is not None:
                raise Moved("finished", explanation=_l("“%(name)s” was al helemaal binnen.", name=upload.name))
        if not self._finisher.throw_away(upload_id):
            raise UploadBusy("claimed")

    def _keep(self, seen: UploadSeen, body: Incoming, left: int) -> UploadSeen:
        at = seen.received
        waiting: list[tuple[int, StoredBytes]] = []
        try:
            while left > 0:
                path = f"{folder_of(seen.id)}/{at}-{new_id()}"
                stored = self._store.put(_Stretch(body, min(PART, left)), max_bytes=PART, path=path)
                waiting.append((at, stored))
                at, left = at + stored.size, left - stored.size
                if not body.has_checksum and stored.size:
                    seen = self._count(seen, waiting)
                    waiting = []
                if stored.size < PART:
                    break
            if body.has_checksum and not body.is_intact():
                raise PartBroken("checksum")
            if any(stored.size for _at, stored in waiting):
                seen = self._count(seen, waiting)
                waiting = []
        finally:
            for _at, stored in waiting:
                self._store.discard(stored.path)
        return seen

    def _count(self, seen: UploadSeen, parts: Sequence[tuple[int, StoredBytes]]) -> UploadSeen:
        """Let parts count that are in the store; none does when another request was first."""
        now = self._clock()
        received = seen.received + sum(stored.size for _at, stored in parts)
        own = (Upload.id == seen.id) & (Upload.received == seen.received) & Upload.finished_at.is_(None)
        with self._database.session() as session:
            moved = session.scalar(
                update(Upload)
                .where(own, unclaimed(Upload.claimed_until, now))
                .values(received=received, expires_at=now + self._life)
                .returning(Upload.id)
            )
            if moved is None:
                raise OffsetWrong("another request was first, or it is gone")
            session.add_all(
                UploadPart(upload_id=seen.id, start=at, size=stored.size, sha256=stored.sha256, path=stored.path)
                for at, stored in parts
                if stored.size
            )
            return _seen(session.get_one(Upload, seen.id, populate_existing=True))

    def _finish_if_whole(self, seen: UploadSeen) -> UploadSeen:
        if seen.received < seen.size or seen.finished:
            return seen
        self._finisher.finish(seen.id)
        with self._database.reading() as session:
            return _seen(session.get_one(Upload, seen.id))

    def _own(self, session: Session, viewer: Viewer, cohort_id: str, assignment_key: str, upload_id: str) -> Upload:
        standing = self._access.participant(session, viewer, cohort_id)
        standing.assignment(assignment_key)
        upload = session.get(Upload, upload_id)
        if upload is None or (upload.enrolment_id, upload.assignment_key) != (standing.enrolment_id, assignment_key):
            raise NotFound("no such upload")
        if upload.expires_at <= self._clock():
            raise NotFound("expired")
        return upload

    def _check_quota(self, session: Session, standing: Standing, name: str, size: int) -> None:
        # of two that begin at once the second waits for the first, and counts it
        session.execute(select(Person.id).where(Person.id == standing.person_id).with_for_update(key_share=True))
        mine = select(Enrolment.id).where(Enrolment.person_id == standing.person_id)
        count, reserved = session.execute(
            select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
                Upload.enrolment_id.in_(mine), Upload.finished_at.is_(None), Upload.expires_at > self._clock()
            )
        ).one()
        if count >= MOST_UNFINISHED or reserved + size > self._most_unfinished:
            raise FileRefused(
                "too much unfinished",
                explanation=_l(
                    "“%(name)s” kan er nu niet bij: er staat nog te veel half verstuurd. Samen past er %(most)s. "
                    "Maak die bestanden af of gooi ze weg.",
                    name=name,
                    most=filesize(self._most_unfinished),
                ),
            )


def unfinished_of(session: Session, enrolment_id: str, assignment_key: str, now: datetime) -> Sequence[UploadSeen]:
    """Return the unfinished uploads of a participant for an assignment, the oldest first."""
    query = select(Upload).where(
        Upload.enrolment_id == enrolment_id,
        Upload.assignment_key == assignment_key,
        Upload.finished_at.is_(None),
        Upload.expires_at > now,
    )
    return [_seen(upload) for upload in session.scalars(query.order_by(Upload.created_at, Upload.id))]


class _Stretch:
    """So many bytes of a stream and no more."""

    def __init__(self, stream: Readable, most: int) -> None:
        self._stream = stream
        self._left = most

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        found = self._stream.read(min(size, self._left)) if self._left else b""
        self._left -= len(found)
        return found


def _seen(upload: Upload, parts: Sequence[UploadPart] = ()) -> UploadSeen:
    return UploadSeen(
        id=upload.id,
        name=upload.name,
        fingerprint=upload.fingerprint,
        size=upload.size,
        received=upload.received,
        expires_at=upload.expires_at,
        finished=upload.finished_at is not None,
        parts=tuple(PartSeen(part.size, part.sha256) for part in parts),
    )
