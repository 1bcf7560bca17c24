"""Which process is which: executor ids, unique among the living and stable over restarts.

Two processes with one id run a job twice. A process with the id of one that died takes up at once what that one was
running, so the id belongs to the data folder, not to the host's name: a container gets another name at every start.
"""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lti_tool.ids import new_id

FOLDER = "executors"
DYING_SECONDS = 0.3
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Executor:
    """An executor id, held until `release` or until the process ends, however it ends."""

    id: str
    lock: IO[str]

    def release(self) -> None:
        """Let another process have it."""
        self.lock.close()


def claim_executor(data_dir: Path) -> Executor:
    """Take the first executor id of this data folder that no living process holds.

    Before a new id is begun, the known ones are tried for a moment: of a process that was killed the system lets go of one
    lock after the other, and whoever heard of its death by another lock is early by microseconds. With a new id nobody
    would take up at once what that process was running.
    """
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    home = _home(folder / "id")
    until = time.monotonic() + DYING_SECONDS
    number = 1
    while True:
        file = (folder / f"{number}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            if (folder / f"{number + 1}.lock").exists() or time.monotonic() >= until:
                number += 1
            else:
                time.sleep(POLL_SECONDS)
                number = 1
        else:
            return Executor(f"{home}-{number}", file)


def _home(path: Path) -> str:
    """Return the random name of this data folder, made once; of two processes at the same moment one makes it."""
    if not path.exists():
        mine = path.with_name(f"{path.name}-{new_id()}")
        mine.write_text(new_id()[:12])
        try:
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text().strip()
