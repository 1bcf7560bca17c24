"""Files of a site, streamed (``webservice/pluginfile.php``). The token goes to the site itself only, in the body.

A refusal comes with status 200 and JSON; a file of that type is told apart by its Content-Disposition.
"""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import requests

from moodle_client.errors import FileTooLarge, Unreachable
from moodle_client.reading import Node
from moodle_client.transport import Transport, unreachable

MAX_BYTES = 100_000_000
_CHUNK = 65536
_PLACE = "pluginfile"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that Moodle told of. The name is what its owner chose: never use it as a path."""

    name: str = field(repr=False)
    size: int
    url: str = field(repr=False)
    mime_type: str
    """What Moodle thinks that it is, by its name."""
    modified_at: datetime | None
    external: bool
    """It lies outside Moodle, and cannot be fetched with the token."""

    @classmethod
    def read(cls, node: Node) -> "RemoteFile":
        """Read one file of a file area."""
        return cls(
            name=node.text("filename"),
            size=node.integer("filesize"),
            url=node.text("fileurl"),
            mime_type=node.text("mimetype", ""),
            modified_at=node.moment("timemodified"),
            external=node.flag("isexternalfile", default=False),
        )


class Download:
    """An open file. Iterate over it once; every piece is counted against the cap."""

    def __init__(self, response: requests.Response, max_bytes: int) -> None:
        self._response = response
        self._max_bytes = max_bytes
        length = response.headers.get("Content-Length", "")
        self.size = int(length) if length.isascii() and length.isdigit() else None
        """Bytes, or None where the server does not say."""
        self.content_type = response.headers.get("Content-Type", "").split(";")[0].strip()
        if self.size is not None and self.size > max_bytes:
            raise FileTooLarge(f"{self.size} bytes, the cap is {max_bytes}", function=_PLACE)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes.

        Raises:
            FileTooLarge: more came than the cap allows.
            Unreachable: the connection was lost; what came so far is not the file.
        """
        count, pieces = 0, self._response.iter_content(_CHUNK)
        while True:
            failure, piece = None, b""
            try:
                piece = next(pieces, b"")
            except requests.RequestException as error:
                failure = unreachable(error, _PLACE)
            if failure:
                raise failure
            if not piece:
                return
            count += len(piece)
            if count > self._max_bytes:
                raise FileTooLarge(f"more than {self._max_bytes} bytes", function=_PLACE)
            yield piece


class Files:
    """The files of a site.

    Args:
        transport: how the site is reached.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @contextmanager
    def open(self, file: RemoteFile | str, *, max_bytes: int = MAX_BYTES) -> Iterator[Download]:
        """Open a file, for a `with`. One of the site's two slots is held until it is closed.

        Args:
            file: a file that Moodle told of, or its address.
            max_bytes: the cap.

        Raises:
            FileRefused: it is not a file of this site.
            FileTooLarge: it is larger than the cap; then nothing was fetched, or no more than the cap.
            NotFound, AuthError, SiteError: as Moodle answers.
        """
        if isinstance(file, RemoteFile) and file.size > max_bytes:
            raise FileTooLarge(f"{file.size} bytes, the cap is {max_bytes}", function=_PLACE)
        url = self._transport.site.file(file.url if isinstance(file, RemoteFile) else file)
        with self._transport.stream(url, _PLACE) as response:
            yield Download(response, max_bytes)

    def save(self, file: RemoteFile | str, path: Path, *, max_bytes: int = MAX_BYTES, attempts: int = 3) -> int:
        """Save a file under a path and return its size in bytes. A file that is half there is never under that path.

        Args:
            file: a file that Moodle told of, or its address.
            path: where to put it; what is there is replaced once all has come.
            max_bytes: the cap.
            attempts: how often to begin when the connection is lost on the way.

        Raises:
            MoodleError: as `open`.
            OSError: the file cannot be written.
        """
        part = path.with_name(f"{path.name}.part")
        try:
            for left in reversed(range(attempts)):
                try:
                    size = self._fetch(file, part, max_bytes)
                except Unreachable:
                    if not left:
                        raise
                else:
                    part.replace(path)
                    return size
        finally:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
        raise ValueError("at least one attempt")

    def _fetch(self, file: RemoteFile | str, part: Path, max_bytes: int) -> int:
        size = 0
        with self.open(file, max_bytes=max_bytes) as download, part.open("wb") as target:
            for piece in download:
                size += target.write(piece)
        return size
