"""Making a backup: the database as it is at one moment, then the files, which never change in place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine

from lti_tool import __version__
from lti_tool.backup.age import WORK_FACTOR
from lti_tool.backup.archive import ArchiveWriter, new_archive
from lti_tool.backup.facts import Facts, read_facts
from lti_tool.backup.manifest import DATABASE, EXTRAS, FILES, HEADER, MANIFEST, SECRET, Header, Manifest
from lti_tool.backup.snapshots import copied
from lti_tool.clock import Clock
from lti_tool.config import Settings, secret_text
from lti_tool.database import Database
from lti_tool.shown_settings import shown_settings
from lti_tool.training.errors import StoreUnavailable
from lti_tool.training.files import FileStore

SUFFIX = ".tar.age"


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    header: Header
    manifest: Manifest


def make_backup(
    settings: Settings,
    database: Database,
    files: FileStore,
    clock: Clock,
    target: Path,
    passphrase: str,
    *,
    work_factor: int = WORK_FACTOR,
) -> Made:
    """Back up an installation that goes on working meanwhile.

    Args:
        settings, database, files: of the installation; its schema may be an older one.
        clock: the time.
        target: a file that is not there yet, or a folder, in which the moment names the file.
        passphrase: opens the archive again.
        work_factor: log2 of scrypt's N.

    Raises:
        BackupRefused: the target is there, or the database cannot be copied.
        StoreUnavailable: the file store cannot be read.
    """
    now = clock()
    path = target / f"icc-bridge-{now:%Y-%m-%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target
    with (
        new_archive(path, passphrase, now, work_factor=work_factor) as archive,
        copied(database, settings.data_dir) as snapshot,
    ):
        header = Header(
            version=__version__,
            revision=snapshot.facts.revision,
            engine="sqlite" if database.sqlite else "postgresql",
            created_at=now,
            settings=dict(shown_settings(settings)),
        )
        archive.add_text(HEADER, header)
        size = snapshot.file.seek(0, 2)
        snapshot.file.seek(0)
        archive.add(DATABASE, size, snapshot.file.read)
        archive.add_bytes(SECRET, secret_text(settings).encode())
        for name, extra in _extras(settings):
            archive.add_bytes(f"{EXTRAS}{name}", extra.read_bytes())
        _add_files(archive, files)
        manifest = _manifest(archive, snapshot.facts, lambda: _named_now(database))
        archive.add_text(MANIFEST, manifest)
    return Made(path, header, manifest)


def _add_files(archive: ArchiveWriter, files: FileStore) -> None:
    for path, size in files.every():
        try:
            chunks = files.read(path)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                continue
            raise
        archive.add(f"{FILES}{path}", size, _Joined(chunks).read)


def _manifest(archive: ArchiveWriter, facts: Facts, named_now: Callable[[], Mapping[str, str | None]]) -> Manifest:
    kept = archive.members
    gone = [path for path in facts.named if f"{FILES}{path}" not in kept]
    still = named_now() if gone else {}
    altered = [
        path
        for path, sha256 in facts.named.items()
        if sha256 is not None and f"{FILES}{path}" in kept and kept[f"{FILES}{path}"].sha256 != sha256
    ]
    return Manifest(
        rows=dict(facts.rows),
        members=dict(kept),
        deleted_meanwhile=[path for path in gone if path not in still],
        missing=[path for path in gone if path in still],
        altered=altered,
    )


def _named_now(database: Database) -> Mapping[str, str | None]:
    with create_engine(database.url, poolclass=NullPool).connect() as connection:
        return read_facts(connection).named


def _extras(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what settings name outside the data folder: the eSeal and the trainings of this installation."""
    for name in ("seal_certificate", "seal_key", "seal_chain"):
        path: Path | None = getattr(settings, name)
        if path is not None:
            yield f"{name}/{path.name}", path
    if settings.trainings_dir is not None:
        for path in sorted(settings.trainings_dir.glob("*.toml")):
            yield f"trainings/{path.name}", path


class _Joined:
    """Reads chunks as one stream.

    Args:
        chunks: of any size.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._pending = b""

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        while len(self._pending) < size and (chunk := next(self._chunks, b"")):
            self._pending += chunk
        found, self._pending = self._pending[:size], self._pending[size:]
        return found
