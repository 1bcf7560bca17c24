"""Files that participants add to their work, and that are sent back to whoever may see them.

First the bytes are stored, then the row is written: a row always has its bytes; bytes without a row are seen by nobody.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from sqlalchemy import exists, select

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import Access, hold
from lti_tool.training.draft_files import DraftFiles, check_kind, check_open, too_large
from lti_tool.training.file_names import clean_name
from lti_tool.training.files import FileStore, TooManyBytes
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.models import VersionFile, WorkFile
from lti_tool.training.outcomes import Extras
from mappings.file_kinds import FileKind
from mappings.training import HandIn


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
        drafts: knows what may become a file of a draft.
        extras: tells whether a room above still shows a file.
        inspector: looks at what comes in.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        store: FileStore,
        drafts: DraftFiles,
        extras: Extras,
        inspector: FileInspector | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._store = store
        self._drafts = drafts
        self._extras = extras
        self._inspector = inspector or FileInspector()

    def largest(self, hand_in: HandIn) -> int:
        """Return how many bytes a file for this assignment may have."""
        return self._drafts.largest(hand_in)

    def add(self, viewer: Viewer, cohort_id: str, assignment_key: str, name: str, stream: IO[bytes]) -> None:
        """Add a file to the viewer's draft. The same file twice is one.

        Args:
            name: as the browser sent it.
            stream: seekable.

        Raises:
            FileRefused: too large, not of a kind that is asked for, not what its name says, harmful, or one too many.
            Moved: the work was accepted already.
            NotFound: not the viewer's assignment.
            StoreUnavailable: the store does not take it.
        """
        name = clean_name(name)
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            hand_in = standing.assignment(assignment_key).hand_in
            check_open(submissions.find(session, standing, assignment_key))
        kind = check_kind(hand_in, name)
        most = self.largest(hand_in)
        size = stream.seek(0, os.SEEK_END)
        if size > most:
            raise too_large(name, size, most)
        self._inspector.check(kind, name, stream, viewer.actor_id)
        try:
            stored = self._store.put(stream, max_bytes=most)
        except TooManyBytes:
            raise too_large(name, size, most) from None
        kept = False
        try:
            with self._database.session() as session:
                standing = self._access.participant(session, hold(session, viewer), cohort_id)
                kept = self._drafts.add(session, standing.enrolment_id, assignment_key, hand_in, name, kind, stored)
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
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            submission = submissions.find(session, standing, assignment_key)
            if submission is None:
                raise NotFound("nothing begun")
            submission = submissions.lock(session, submission.id)
            check_open(submission)
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
