"""Where files are kept in memory: SQLite waits for the disk at every commit, which takes longest of all that tests do."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108  # whoever makes something there makes a folder that is nobody else's
ROOM = 2_000_000_000
"""Bytes that have to be free there; all tests together keep a quarter of it at most."""


def in_memory() -> Path | None:
    """Return a folder in memory that anybody may write to, None where there is none or little room."""
    usable = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if usable and shutil.disk_usage(_MEMORY).free > ROOM else None
