"""Files that were handed in in Moodle: fetched when somebody opens one first, then kept like files that were handed in here.

No transaction is open while a file comes; of two who open one at the same moment both fetch it, and one is kept.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.errors import AddressRefused, IccError, NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.moodle.advice import advice_for
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.models import NativeFile
from lti_tool.moodle.problems import (
    ADDRESS,
    FILE_GONE,
    FILE_INFECTED,
    FILE_REFUSED,
    FILE_REPLACED,
    FILE_TOO_LARGE,
    NOT_CONNECTED,
    code_of,
)
from lti_tool.moodle.sites import MoodleSites
from lti_tool.training.access import Access
from lti_tool.training.errors import FileInfected
from lti_tool.training.files import FileStore, SourceLost, StoredBytes, TooManyBytes
from lti_tool.training.importing import NativeFacts
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.models import SubmissionVersion
from lti_tool.web.formats import filesize
from mappings.file_kinds import FileKind
from moodle_client import MoodleClient, MoodleError
from moodle_client import NotFound as NotInMoodle

MB = 1024 * 1024
ANY_TYPE = "application/octet-stream"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NativeDownload:
    """A file on its way to somebody: its bytes come chunk by chunk."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


class FileNotThere(Exception):
    """A file cannot be fetched; in Moodle itself it may be seen.

    Args:
        problem: one of `moodle.problems`.
        what: what happened, for people.
        who: who can do something about it.
        name: of the file.
        url: where the work is in Moodle.
    """

    def __init__(self, problem: str, what: Words, who: Words, name: str, url: str | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.what = what
        self.who = who
        self.name = name
        self.url = url


@dataclass(frozen=True)
class _Wanted:
    """What is known of a file before it is fetched."""

    id: str
    platform_id: str
    name: str
    size: int
    url: str
    path: str | None
    problem: str | None
    """Why it is not even tried."""
    there: str | None
    """Where the work is in Moodle, for whoever asks."""


class NativeFileService:
    """Sends files.

    Args:
        database: its own short transactions.
        access: who may.
        sites: opens clients of the connected Moodles.
        store: where files are kept.
        max_mb: the largest file that is fetched.
        shared: whether somebody sees a version, by its id, because its maker shares it.
        inspector: looks at what was fetched.
    """

    def __init__(
        self,
        database: Database,
        access: Access,
        sites: MoodleSites,
        store: FileStore,
        max_mb: int,
        shared: Callable[[Session, Viewer, str], bool] = lambda _session, _viewer, _version_id: False,
        inspector: FileInspector | None = None,
    ) -> None:
        self._database = database
        self._access = access
        self._sites = sites
        self._store = store
        self._most = max_mb * MB
        self._shared = shared
        self._inspector = inspector or FileInspector()

    def download(self, viewer: Viewer, file_id: str) -> NativeDownload:
        """Return a file that the viewer may see; fetch it first if nobody has opened it yet.

        Raises:
            NotFound: no such file, or not for this viewer.
            FileNotThere: it cannot be fetched.
            StoreUnavailable: its bytes cannot be kept or read.
        """
        with self._database.session() as session:
            wanted = self._wanted(session, viewer, file_id)
        size, path = wanted.size, wanted.path
        if path is None:
            if wanted.problem is not None:
                raise self._not_there(wanted, wanted.problem)
            stored = self._fetch(wanted, viewer.actor_id)
            path, size = self._keep(wanted, stored), stored.size
        kind = FileKind.of_name(wanted.name)
        return NativeDownload(wanted.name, kind.media_type if kind else ANY_TYPE, size, self._store.read(path))

    def _wanted(self, session: Session, viewer: Viewer, file_id: str) -> _Wanted:
        row = session.get(NativeFile, file_id)
        if row is None:
            raise NotFound("no such file")
        version, there = self._version(session, viewer, row.version_id)
        problem = None
        if row.problem == FILE_REFUSED:
            problem = FILE_REFUSED
        elif row.size > self._most:
            problem = FILE_TOO_LARGE
        elif row.path is None and self._is_replaced(session, row, version):
            problem = FILE_REPLACED
        return _Wanted(row.id, row.platform_id, row.name, row.size, row.url, row.path, problem, there)

    def _version(self, session: Session, viewer: Viewer, version_id: str) -> tuple[SubmissionVersion, str | None]:
        """Return the version of a file that the viewer may see, and where that version is in Moodle for the viewer."""
        try:
            version, standing = self._access.version(session, viewer, version_id)
        except NotFound:
            if not self._shared(session, viewer, version_id):
                raise
            return session.get_one(SubmissionVersion, version_id), None
        facts = NativeFacts.of(version.facts)
        own = standing.enrolment_id == version.submission.enrolment_id
        return version, facts.activity_url if own and facts is not None else version.source_url

    @staticmethod
    def _is_replaced(session: Session, row: NativeFile, version: SubmissionVersion) -> bool:
        """Whether a later version has another file at the same address: the bytes there are not those of this version."""
        later = (
            select(NativeFile.id)
            .join(SubmissionVersion, SubmissionVersion.id == NativeFile.version_id)
            .where(
                SubmissionVersion.submission_id == version.submission_id,
                SubmissionVersion.number > version.number,
                NativeFile.url == row.url,
                NativeFile.modified_at.is_distinct_from(row.modified_at),
            )
        )
        return bool(session.scalar(select(exists(later))))

    def _fetch(self, wanted: _Wanted, account_id: str) -> StoredBytes:
        problem: str
        try:
            with self._sites.client(wanted.platform_id) as client:
                try:
                    stored = self._store_from(client, wanted)
                except NotInMoodle:
                    problem = FILE_GONE
                except MoodleError as error:
                    # a token that may not download says nothing about the site as a whole
                    problem = code_of(error)
                except TooManyBytes:
                    problem = FILE_TOO_LARGE
                else:
                    if stored.size == wanted.size and self._is_clean(wanted, stored, account_id):
                        return stored
                    self._store.discard(stored.path)
                    problem = FILE_REPLACED if stored.size != wanted.size else FILE_INFECTED
        except NotConnected:
            problem = NOT_CONNECTED
        except IccError as error:
            if not isinstance(error, AddressRefused):
                raise
            problem = ADDRESS
        self._remember(wanted, problem)
        log.info("moodle.file_not_fetched", platform=wanted.platform_id, file=wanted.id, problem=problem)
        raise self._not_there(wanted, problem)

    def _is_clean(self, wanted: _Wanted, stored: StoredBytes, account_id: str) -> bool:
        """Whether the scanner finds nothing in what was fetched. Raises NotScanned; nothing is kept then."""
        scanned = False
        try:
            with self._store.open(stored.path) as whole:
                self._inspector.scan(wanted.name, whole, account_id)
            scanned = True
        except FileInfected:
            return False
        finally:
            if not scanned:
                self._store.discard(stored.path)
        return True

    def _store_from(self, client: MoodleClient, wanted: _Wanted) -> StoredBytes:
        """Fetch a file into the store. Raises MoodleError, TooManyBytes, StoreUnavailable."""
        lost: MoodleError | None = None
        with client.files.open(wanted.url, max_bytes=self._most) as download:
            try:
                return self._store.put(_stream(download), max_bytes=self._most)
            except SourceLost as error:
                if not isinstance(error.__cause__, MoodleError):
                    raise
                lost = error.__cause__
        raise lost

    def _keep(self, wanted: _Wanted, stored: StoredBytes) -> str:
        """Keep where a file lies; return that, or where somebody else has put it meanwhile."""
        kept: str | None = None
        try:
            with self._database.session() as session:
                row = session.get(NativeFile, wanted.id, with_for_update=True)
                if row is None:
                    raise NotFound("its version is gone")
                if row.path is None:
                    row.path, row.sha256, row.problem = stored.path, stored.sha256, None
                path = row.path
            kept = path
        finally:
            if kept != stored.path:
                self._store.discard(stored.path)
        return kept or path

    def _remember(self, wanted: _Wanted, problem: str) -> None:
        with self._database.session() as session:
            row = session.get(NativeFile, wanted.id, with_for_update=True)
            if row is not None and row.path is None:
                row.problem = None if problem == FILE_REFUSED else problem

    def _not_there(self, wanted: _Wanted, problem: str) -> FileNotThere:
        advice = advice_for(problem)
        what = advice.what
        if problem == FILE_TOO_LARGE:
            what = _l(
                "Dit bestand is %(size)s. Hier openen we bestanden tot %(most)s.",
                size=filesize(wanted.size),
                most=filesize(self._most),
            )
        return FileNotThere(problem, what, advice.who, wanted.name, wanted.there)


def _stream(chunks: Iterable[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Chunks(iter(chunks)))


class _Chunks(io.RawIOBase):
    """Chunks, as a file that can be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what a BufferedReader hands in
        """Fill a part of the buffer; 0: the end."""
        try:
            self._left = self._left or next(self._chunks, b"")
        except MoodleError as error:
            raise SourceLost from error
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
