"""Files that participants add to their work, and that are sent back to whoever may see them.

First the bytes are stored, then the row is written: a row always has its bytes; bytes without a row are seen by nobody.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import Access, Standing
from lti_tool.training.errors import FileRefused, Moved
from lti_tool.training.file_content import holds
from lti_tool.training.file_names import clean_name
from lti_tool.training.files import FileStore, StoredBytes, TooManyBytes
from lti_tool.training.models import Submission, VersionFile, WorkFile
from lti_tool.training.outcomes import Extras, OutcomeFollower
from lti_tool.web.formats import filesize
from mappings.file_kinds import FileKind
from mappings.progress import OutcomeState
from mappings.training import HandIn

MB = 1024 * 1024


@dataclass(frozen=True)
class Download:
    """A file on its way to somebody: its bytes come chunk by chunk."""

    name: str
    kind: FileKind
    size: int
    chunks: Iterator[bytes]


class WorkFileService:
    """Adds, removes and sends files.

    Args:
        database: its own short transactions; none is open while bytes are stored.
        clock: the time.
        access: who may.
        store: where the bytes lie.
        file_max_mb: the installation's largest file; an assignment may allow less.
        extras: tells whether a room above still shows a file.
        followers: told when a first file makes an assignment a draft.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        store: FileStore,
        file_max_mb: int,
        extras: Extras,
        followers: tuple[OutcomeFollower, ...] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._store = store
        self._file_max_mb = file_max_mb
        self._extras = extras
        self._followers = followers

    def largest(self, hand_in: HandIn) -> int:
        """Return how many bytes a file for this assignment may have."""
        return min(hand_in.file_max_mb, self._file_max_mb) * MB

    def add(self, viewer: Viewer, cohort_id: str, assignment_key: str, name: str, stream: IO[bytes]) -> None:
        """Add a file to the viewer's draft. The same file twice is one.

        Args:
            name: as the browser sent it.
            stream: seekable.

        Raises:
            FileRefused: too large, not of a kind that is asked for, not what its name says, or one too many.
            Moved: the work was accepted already.
            NotFound: not the viewer's assignment.
            StoreUnavailable: the store does not take it.
        """
        name = clean_name(name)
        with self._database.session() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            hand_in = standing.assignment(assignment_key).hand_in
            known = submissions.find(session, standing, assignment_key)
            self._check_open(known)
        kind = self._check_kind(hand_in, name)
        most = self.largest(hand_in)
        size = stream.seek(0, os.SEEK_END)
        if size > most:
            raise too_large(name, size, most)
        if not holds(kind, stream):
            raise not_what_it_says(name, kind)
        try:
            stored = self._store.put(stream, max_bytes=most)
        except TooManyBytes:
            raise too_large(name, size, most) from None
        kept = False
        try:
            with self._database.session() as session:
                kept = self._add_row(session, standing, assignment_key, hand_in, name, kind, stored)
        finally:
            if not kept:
                self._store.discard(stored.path)

    def remove(self, viewer: Viewer, cohort_id: str, assignment_key: str, file_id: str) -> None:
        """Take a file out of the viewer's draft; versions that were handed in, and whoever it is shared with, keep it.

        Raises:
            NotFound: no such file in the draft.
            Moved: the work was accepted already.
        """
        unused: str | None = None
        with self._database.session() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            submission = submissions.find(session, standing, assignment_key)
            if submission is None:
                raise NotFound("nothing begun")
            submission = submissions.lock(session, submission.id)
            self._check_open(submission)
            file = session.get(WorkFile, file_id)
            if file is None or file.submission_id != submission.id or not file.in_draft:
                raise NotFound("no such file in this draft")
            handed_in = session.scalar(select(exists().where(VersionFile.file_id == file_id)))
            if handed_in or self._extras.keeps_file(session, file_id):
                file.in_draft = False
            else:
                unused = file.path
                session.delete(file)
            submission.draft_saved_at = self._clock()
        if unused is not None:
            self._store.discard(unused)

    def download(self, viewer: Viewer, file_id: str) -> Download:
        """Return a file that the viewer may see.

        Raises:
            NotFound: no such file, or not for this viewer.
            StoreUnavailable: its bytes cannot be read.
        """
        with self._database.session() as session:
            file = self._access.file(session, viewer, file_id)
            name, kind, size, path = file.name, FileKind(file.kind), file.size, file.path
        return Download(name, kind, size, self._store.read(path))

    def _add_row(
        self,
        session: Session,
        standing: Standing,
        assignment_key: str,
        hand_in: HandIn,
        name: str,
        kind: FileKind,
        stored: StoredBytes,
    ) -> bool:
        now = self._clock()
        submission = submissions.lock_or_begin(session, standing.enrolment_id, assignment_key, now)
        self._check_open(submission)
        present = submissions.draft_files(session, submission.id)
        if any((file.name, file.sha256) == (name, stored.sha256) for file in present):
            return False
        if len(present) >= hand_in.files_max:
            raise FileRefused(
                "one file too many",
                explanation=_l(
                    "Er passen hooguit %(most)s bestanden bij deze opdracht. “%(name)s” is niet toegevoegd.",
                    most=hand_in.files_max,
                    name=name,
                ),
            )
        added_at = max([now, *(file.added_at + timedelta(microseconds=1) for file in present)])
        session.add(
            WorkFile(
                id=new_id(),
                submission_id=submission.id,
                name=name,
                kind=kind.value,
                size=stored.size,
                sha256=stored.sha256,
                path=stored.path,
                in_draft=True,
                added_at=added_at,
            )
        )
        submission.draft_saved_at = now
        if submission.state == OutcomeState.OPEN:
            submissions.change_state(session, submission, OutcomeState.DRAFT, now, self._followers)
        return True

    @staticmethod
    def _check_kind(hand_in: HandIn, name: str) -> FileKind:
        if hand_in.files_max == 0:
            raise FileRefused("no files asked", explanation=_l("Bij deze opdracht horen geen bestanden."))
        kind = FileKind.of_name(name)
        if kind is None or kind not in hand_in.file_kinds:
            kinds = ", ".join(hand_in.file_kinds)
            raise FileRefused(
                "kind not asked for",
                explanation=_l(
                    "“%(name)s” is een soort bestand dat we hier niet aannemen. Dit kan wel: %(kinds)s.",
                    name=name,
                    kinds=kinds,
                ),
            )
        return kind

    @staticmethod
    def _check_open(submission: Submission | None) -> None:
        if submission is not None and submission.state == OutcomeState.ACCEPTED:
            raise Moved("accepted already", explanation=_l("Dit werk is al akkoord. Er is niets veranderd."))


def too_large(name: str, size: int, most: int) -> FileRefused:
    """Return the refusal of a file that is larger than fits; both sizes in bytes."""
    return FileRefused(
        "too large",
        explanation=_l(
            "“%(name)s” is %(size)s. Er past hooguit %(most)s in. Maak het bestand kleiner.",
            name=name,
            size=filesize(size),
            most=filesize(most),
        ),
    )


def not_what_it_says(name: str, kind: FileKind) -> FileRefused:
    """Return the refusal of a file whose content is not of the kind that its name says."""
    return FileRefused(
        "content is not of that kind",
        explanation=_l(
            "“%(name)s” is geen goed %(kind)s-bestand, of er staat een wachtwoord op. Bewaar het opnieuw als %(kind)s.",
            name=name,
            kind=kind.value,
        ),
    )
