"""Which process is which: executor ids, unique among the living and stable over restarts.

Two processes with one id run a job twice. A process with the id of one that died takes up at once what that one was
running, so the id belongs to the data folder, not to the host's name: a container gets another name at every start.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lti_tool.ids import new_id

FOLDER = "executors"


@dataclass(frozen=True)
class Executor:
    """An executor id, held until `release` or until the process ends, however it ends."""

    id: str
    lock: IO[str]

    def release(self) -> None:
        """Let another process have it."""
        self.lock.close()


def claim_executor(data_dir: Path) -> Executor:
    """Take the first executor id of this data folder that no living process holds."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    home = _home(folder / "id")
    number = 1
    while True:
        file = (folder / f"{number}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            number += 1
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
