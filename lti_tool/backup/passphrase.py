"""The passphrase of backups, from a file that only its owner reads."""

import stat
from pathlib import Path

from lti_tool.backup.errors import BackupRefused

LEAST = 16
"""Characters: an archive can be tried for years by whoever finds it."""


def read_passphrase(path: Path) -> str:
    """Return the passphrase in a file, without the end of its line.

    Raises:
        BackupRefused: anybody on this machine may read the file, or it holds no passphrase that is long enough.
    """
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
        raise BackupRefused(f"{path}: everybody on this machine may read the passphrase; chmod 600 {path}")
    try:
        found = path.read_text("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BackupRefused(f"{path}: expected a passphrase, one line of text") from None
    if len(found) < LEAST or "\n" in found:
        raise BackupRefused(
            f"{path}: expected a passphrase of {LEAST} characters or more in one line; openssl rand -base64 24 makes one"
        )
    return found
