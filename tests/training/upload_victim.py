"""A process that receives a part of an upload and stops in its middle, waiting to be killed.

Arguments: the data folder, the database's URL, the secret of a session, the cohort, the assignment, the upload, the file
that is sent, and after how many bytes it stops.
"""

import sys
import threading
from pathlib import Path

from lti_tool.config import load_settings
from lti_tool.database import Database
from lti_tool.training.resumable import UploadService
from tests.clock import FakeClock
from tests.training.world import World


class Stopping:
    """Sends a file up to a point, and then nothing any more."""

    has_checksum = False

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int, /) -> bytes:
        if not self._rest:
            sys.stdout.write("half of the second part\n")
            sys.stdout.flush()
            threading.Event().wait()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def is_intact(self) -> bool:
        return True


def main(folder: str, url: str, secret: str, cohort_id: str, key: str, upload_id: str, source: str, most: str) -> None:
    """Begin to receive."""
    world = World(load_settings(data_dir=Path(folder)), Database(url), FakeClock())
    viewer = world.sessions.load(secret)
    body = Stopping(Path(source).read_bytes()[: int(most)])
    world.service(UploadService).receive(viewer, cohort_id, key, upload_id, 0, body)


if __name__ == "__main__":
    main(*sys.argv[1:])
