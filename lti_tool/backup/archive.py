"""The archive as a stream of files: a tar within age, written to a new name and read member by member."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from lti_tool.backup.age import WORK_FACTOR, Opened, Sealed
from lti_tool.backup.errors import BackupRefused, DamagedArchive
from lti_tool.backup.manifest import HEADER, MANIFEST, Header, Manifest, Member, read_model
from lti_tool.ids import new_id

LONGEST_TEXT = 100_000_000
"""Bytes of a header or manifest: a hundred for each file, and room for a million of them."""


class Hashed:
    """Reads a stream and knows the SHA-256 of what was read.

    Args:
        read: returns so many of its next bytes.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        found = self._read(size)
        self._digest.update(found)
        self.size += len(found)
        return found

    @property
    def sha256(self) -> str:
        """The hash of what was read so far, in hex."""
        return self._digest.hexdigest()


class ArchiveWriter:
    """Adds files one after the other.

    Args:
        tar: a tar that is written as a stream.
        at: the moment that all of them bear.
    """

    def __init__(self, tar: tarfile.TarFile, at: datetime) -> None:
        self._tar = tar
        self._at = at
        self.members: dict[str, Member] = {}

    def add(self, name: str, size: int, read: Callable[[int], bytes]) -> Member:
        """Add one file and return what was added.

        Raises:
            BackupRefused: it ends before its size.
        """
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(self._at.timestamp())
        source = Hashed(read)
        try:
            self._tar.addfile(info, cast(IO[bytes], source))
        except OSError as error:
            if source.size < size and "unexpected end of data" in str(error):
                raise BackupRefused(f"{name} became shorter while it was copied; try again") from None
            raise
        _forget(self._tar)
        self.members[name] = Member(size=size, sha256=source.sha256)
        return self.members[name]

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a small file."""
        self.add(name, len(content), io.BytesIO(content).read)

    def add_text(self, name: str, model: Header | Manifest) -> None:
        """Add what the archive says about itself."""
        text = json.dumps(model.model_dump(mode="json"), ensure_ascii=False, indent=1)
        self.add_bytes(name, text.encode())


@contextmanager
def new_archive(target: Path, passphrase: str, at: datetime, *, work_factor: int = WORK_FACTOR) -> Iterator[ArchiveWriter]:
    """Write an archive. It gets its name when it is whole and on the disk; whatever goes wrong leaves nothing.

    Args:
        target: a file that is not there yet.
        passphrase: opens it.
        at: the moment that its files bear.
        work_factor: log2 of scrypt's N.

    Raises:
        BackupRefused: there is a file of that name.
    """
    if target.exists():
        raise BackupRefused(f"{target} is there already, and a backup overwrites nothing; choose another name")
    part = target.with_name(f".{target.name}.{new_id()[:8]}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            sealed = Sealed(file, passphrase, work_factor=work_factor)
            with tarfile.open(fileobj=cast(Any, sealed), mode="w|", format=tarfile.PAX_FORMAT) as tar:
                yield ArchiveWriter(tar, at)
            sealed.close()
            file.flush()
            os.fsync(file.fileno())
        _name(part, target)
    finally:
        part.unlink(missing_ok=True)


class ArchiveReader:
    """Goes through an archive once, and checks each file that is passed.

    Args:
        tar: a tar that is read as a stream.
        opened: what it is read from.
    """

    def __init__(self, tar: tarfile.TarFile, opened: Opened) -> None:
        self._tar = tar
        self._opened = opened
        self._seen: dict[str, Member] = {}
        self.header = read_model(Header, self._first())
        self.manifest: Manifest | None = None

    def members(self) -> Iterator[tuple[str, Hashed]]:
        """Yield the name and the content of every file; what is not read of it is skipped, and hashed all the same.

        At the end `manifest` is there, and everything has been compared with it.

        Raises:
            DamagedArchive: something is missing, or is not what was written.
        """
        for info in self._following():
            source = self._content(info)
            if info.name == MANIFEST:
                self.manifest = read_model(Manifest, source.read(LONGEST_TEXT))
                continue
            yield info.name, source
            while source.read(1 << 18):
                pass
            self._seen[info.name] = Member(size=source.size, sha256=source.sha256)
        self._opened.finish()
        if self.manifest is None or self.manifest.members != self._seen:
            raise DamagedArchive("the backup is damaged: what is in it is not what its list says")

    def _first(self) -> bytes:
        info = next(self._following(), None)
        if info is None or info.name != HEADER:
            raise DamagedArchive("this is no backup of ICC Bridge")
        source = self._content(info)
        content = source.read(LONGEST_TEXT)
        self._seen[HEADER] = Member(size=source.size, sha256=source.sha256)
        return content

    def _following(self) -> Iterator[tarfile.TarInfo]:
        try:
            while (info := self._tar.next()) is not None:
                _forget(self._tar)
                yield info
        except tarfile.TarError:
            raise DamagedArchive("the backup is damaged, or it is none of ICC Bridge") from None

    def _content(self, info: tarfile.TarInfo) -> Hashed:
        found = self._tar.extractfile(info)
        if found is None:
            raise DamagedArchive("this is no backup of ICC Bridge: it holds something else than files")
        return Hashed(found.read)


@contextmanager
def open_archive(source: Path, passphrase: str) -> Iterator[ArchiveReader]:
    """Open an archive.

    Raises:
        WrongPassphrase, DamagedArchive: it cannot be opened.
    """
    with source.open("rb") as file, Opened(file, passphrase) as opened:
        try:
            tar = tarfile.open(fileobj=cast(Any, opened), mode="r|")  # noqa: SIM115  # closed below
        except tarfile.TarError:
            raise DamagedArchive("this is no backup of ICC Bridge: there is no tar in it") from None
        with tar:
            yield ArchiveReader(tar, opened)


def _forget(tar: tarfile.TarFile) -> None:
    """Forget the members that were passed: a tar remembers all of them, and a backup may have a million."""
    cast(Any, tar).members = []


def _name(part: Path, target: Path) -> None:
    """Give the finished file its name unless another one has it by now."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise BackupRefused(f"{target} is there by now, and a backup overwrites nothing; choose another name") from None
    except OSError:
        # A file system without hard links, such as many network shares.
        if target.exists():
            raise BackupRefused(f"{target} is there by now, and a backup overwrites nothing") from None
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
