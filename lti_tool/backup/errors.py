"""What goes wrong with backups; each says which file or setting it is about, and what to do.

::

    BackupRefused                 a backup that is not made, or not put back         (operator)
    ├── WrongPassphrase           the archive does not open with it                  (operator)
    └── DamagedArchive            the archive is cut off, changed, or none of ours   (operator)
"""

from lti_tool.errors import IccError


class BackupRefused(IccError):
    """A backup that is not made or not put back; nothing was overwritten."""

    code = "B-BACKUP"


class WrongPassphrase(BackupRefused):
    """The archive was encrypted with another passphrase."""


class DamagedArchive(BackupRefused):
    """The archive is cut off, was changed, or was not made by `icc-bridge backup create`."""
