"""Where the bytes of handed-in files lie: a folder, memory or S3, by URL (fsspec). No names, no rows, no rights."""

import errno
import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol

import structlog
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from lti_tool.errors import SettingsError
from lti_tool.ids import new_id
from lti_tool.training.errors import StoreUnavailable

_log = structlog.get_logger(__name__)
CHUNK = 256 * 1024


class TooManyBytes(Exception):
    """A stream holds more bytes than it may; nothing was kept."""


class SourceLost(Exception):
    """A stream that says so itself broke off; nothing was kept. Its cause is what happened to it."""


class Readable(Protocol):
    """What can be read to its end."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


@dataclass(frozen=True)
class StoredBytes:
    """What was stored: where, how many bytes, and their SHA-256 in hex."""

    path: str
    size: int
    sha256: str


class FileStore:
    """Keeps bytes under random paths.

    Args:
        location: an fsspec URL of a folder, see `Settings.files_location`.

    Raises:
        SettingsError: the URL names a store that this installation cannot use.
    """

    def __init__(self, location: str) -> None:
        try:
            found: tuple[Any, str] = url_to_fs(location)
        except (ImportError, ValueError) as error:
            raise SettingsError(f"ICC_FILES_URL: this store cannot be used: {str(error).splitlines()[0]}") from None
        self._files, self._root = found
        self._local = isinstance(self._files, LocalFileSystem)

    def __repr__(self) -> str:
        return f"FileStore({type(self._files).__name__})"

    def put(self, stream: Readable, *, max_bytes: int, path: str | None = None) -> StoredBytes:
        """Store what a stream holds, chunk by chunk.

        Args:
            path: where, of `new_path` or below a folder of one; by default a path of its own.

        Raises:
            TooManyBytes: it holds more than `max_bytes`.
            SourceLost: as the stream raises it.
            StoreUnavailable: the store does not take it.
        """
        path = path or self.new_path()
        digest = hashlib.sha256()
        size = 0
        try:
            if self._local:
                self._files.makedirs(self._full(path).rsplit("/", 1)[0], exist_ok=True)
            with self._files.open(self._full(path), "wb") as target:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > max_bytes:
                        raise TooManyBytes
                    digest.update(chunk)
                    target.write(chunk)
                if self._local:
                    target.flush()
                    os.fsync(target.fileno())
        except (TooManyBytes, SourceLost):
            self.discard(path)
            raise
        except Exception as error:
            self.discard(path)
            raise self._unavailable("put", error) from error
        return StoredBytes(path, size, digest.hexdigest())

    def read(self, path: str) -> Iterator[bytes]:
        """Open the bytes under a path and return them chunk by chunk.

        Raises:
            StoreUnavailable: they cannot be opened; raised at once, not while reading.
        """
        return self._chunks(self.open(path))

    def open(self, path: str) -> IO[bytes]:
        """Open the bytes under a path as a stream that can be sought in; a distant store sends what is read, not all.

        Raises:
            StoreUnavailable: they cannot be opened.
        """
        try:
            source: IO[bytes] = self._files.open(self._full(path), "rb")
        except Exception as error:
            raise self._unavailable("open", error) from error
        return source

    def discard(self, path: str) -> bool:
        """Remove the bytes under a path, as far as that is possible: what stays behind is seen by nobody.

        Returns:
            Whether they are gone.
        """
        try:
            self._files.rm_file(self._full(path))
        except FileNotFoundError:
            return True
        except Exception as error:  # noqa: BLE001 - every store raises errors of its own
            _log.warning("file_left_behind", path=path, error=type(error).__name__)
            return False
        return True

    def discard_folder(self, path: str) -> None:
        """Remove everything below a path, as far as that is possible, as `discard` does."""
        try:
            self._files.rm(self._full(path), recursive=True)
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001 - as in `discard`
            _log.warning("folder_left_behind", path=path, error=type(error).__name__)

    def folders(self, path: str) -> Collection[str]:
        """Return the names of the folders right below a path; none where nothing lies.

        Raises:
            StoreUnavailable: the store does not tell.
        """
        try:
            found = self._files.ls(self._full(path), detail=True, refresh=True)
        except FileNotFoundError:
            return ()
        except Exception as error:
            raise self._unavailable("list", error) from error
        return {str(one["name"]).rstrip("/").rsplit("/", 1)[-1] for one in found if one["type"] == "directory"}

    def check(self) -> None:
        """See that the store can be used, without leaving anything in it.

        Raises:
            StoreUnavailable: it cannot be reached, or a folder is not to be written.
        """
        try:
            if self._local:
                self._files.makedirs(self._root, exist_ok=True)
                if not os.access(self._root, os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            else:
                self._files.exists(self._root)
        except Exception as error:
            raise self._unavailable("check", error) from error

    def every(self) -> Iterator[tuple[str, int]]:
        """Return the path and the size in bytes of everything that lies in the store, folder by folder.

        Raises:
            StoreUnavailable: it cannot be looked through.
        """
        root = self._root.strip("/")
        try:
            for _folder, _folders, files in self._files.walk(self._root, detail=True, on_error=_unless_missing):
                for found in files.values():
                    yield str(found["name"]).strip("/").removeprefix(root).lstrip("/"), int(found["size"])
        except Exception as error:
            raise self._unavailable("list", error) from error

    def keep(self, path: str, stream: IO[bytes]) -> None:
        """Store what a stream holds under a path that it had before, as when a backup is put back.

        Raises:
            StoreUnavailable: the store does not take it.
        """
        try:
            self._write(path, stream)
        except Exception as error:
            self.discard(path)
            raise self._unavailable("put", error) from error

    def _write(self, path: str, stream: IO[bytes]) -> None:
        if self._local:
            self._files.makedirs(self._full(path).rsplit("/", 1)[0], exist_ok=True)
        with self._files.open(self._full(path), "wb") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
            if self._local:
                target.flush()
                os.fsync(target.fileno())

    @staticmethod
    def new_path() -> str:
        """Return a path where nothing lies."""
        name = new_id()
        return f"{name[:2].lower()}/{name}"

    @staticmethod
    def _chunks(source: IO[bytes]) -> Iterator[bytes]:
        with source:
            while chunk := source.read(CHUNK):
                yield chunk

    def _full(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"

    @staticmethod
    def _unavailable(what: str, error: Exception) -> StoreUnavailable:
        reason = error.strerror if isinstance(error, OSError) else None
        return StoreUnavailable(f"{what}: {reason or type(error).__name__}")


def _unless_missing(error: Exception) -> None:
    """Let a store whose folder was not made yet be an empty one."""
    if not isinstance(error, FileNotFoundError):
        raise error
