"""Checking a backup: every byte of it is read, and compared with what its list says."""

from dataclasses import dataclass, field
from pathlib import Path

from lti_tool.backup.archive import LONGEST_TEXT, open_archive
from lti_tool.backup.errors import DamagedArchive
from lti_tool.backup.manifest import DATABASE, SECRET, Header, Manifest


@dataclass(frozen=True)
class Checked:
    """A backup that is whole."""

    header: Header
    manifest: Manifest
    secret: str = field(repr=False)
    """The installation's secret, which opens the keys in its database."""


def check_backup(source: Path, passphrase: str) -> Checked:
    """Read a backup from beginning to end; nothing is written.

    Raises:
        WrongPassphrase: the passphrase is another one.
        DamagedArchive: something in it is missing or was changed.
    """
    secret = ""
    with open_archive(source, passphrase) as archive:
        for name, content in archive.members():
            if name == SECRET:
                secret = content.read(LONGEST_TEXT).decode()
        manifest = archive.manifest
    if manifest is None or not secret or DATABASE not in manifest.members:
        raise DamagedArchive("this is no backup of ICC Bridge: the database or the secret is not in it")
    return Checked(archive.header, manifest, secret)
