"""Putting a backup back into an empty installation: checked wholly first, files next, the database last.

Whatever goes wrong before the database is there takes away again what was put, so that it can be tried once more.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, make_url

from lti_tool.app import compose
from lti_tool.backup.archive import open_archive
from lti_tool.backup.checking import Checked, check_backup
from lti_tool.backup.errors import BackupRefused, DamagedArchive
from lti_tool.backup.facts import Facts, is_empty, read_facts
from lti_tool.backup.manifest import DATABASE, EXTRAS, FILES
from lti_tool.backup.programs import call, find_program
from lti_tool.backup.snapshots import server_major
from lti_tool.config import Settings, prepare_data_dir, secrets_of
from lti_tool.database import Database
from lti_tool.doctor import check_database_url, check_secret
from lti_tool.training.files import FileStore

EXTRAS_FOLDER = "from-backup"
"""In the data folder: what settings named elsewhere, for the operator to put in its place."""


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    checked: Checked
    revision: str
    """Of the schema now: that of the backup, or a newer one to which it was upgraded."""
    extras: Path | None
    """Where the files are that settings of the old installation named outside its data folder."""


def restore_backup(settings: Settings, source: Path, passphrase: str) -> Restored:
    """Put a backup back.

    Args:
        settings: of an installation without a database, without files, and without another secret.
        source: the archive.
        passphrase: with which it was made.

    Raises:
        BackupRefused: something is there already, or the backup is of another engine or a newer version.
        WrongPassphrase, DamagedArchive: the archive cannot be read wholly; nothing was written.
        StoreUnavailable: the file store does not take the files.
    """
    prepare_data_dir(settings)
    check_database_url(settings)
    checked = check_backup(source, passphrase)
    database, files = Database(settings.sqlalchemy_url), FileStore(settings.files_location)
    with closing(database):
        target = _Target(settings, database, files)
        target.refuse_unless_fit(checked)
        with ExitStack() as undo, tempfile.TemporaryFile(dir=settings.data_dir) as dump:
            extras = target.put_files(source, passphrase, dump, undo)
            target.put_secret(checked.secret, undo)
            dump.seek(0)
            facts = target.put_database(dump)
            undo.pop_all()
    if dict(facts.rows) != checked.manifest.rows:
        raise BackupRefused("the database was put back, but it does not hold as many rows as the backup says; do not use it")
    return Restored(checked, _upgraded(settings), extras)


class _Target:
    """An installation to put a backup into."""

    def __init__(self, settings: Settings, database: Database, files: FileStore) -> None:
        self._settings = settings
        self._database = database
        self._files = files
        self._secret_file = settings.data_dir / "secret.key"
        self._file = Path(str(make_url(database.url).database)) if database.sqlite else None

    def refuse_unless_fit(self, checked: Checked) -> None:
        """See that the backup fits here, and that nothing is here that it would replace.

        Raises:
            BackupRefused: not so.
        """
        header = checked.header
        engine = "sqlite" if self._database.sqlite else "postgresql"
        if header.engine != engine:
            raise BackupRefused(f"the backup is of a database on {header.engine}, and ICC_DATABASE_URL is on {engine}")
        scripts = ScriptDirectory.from_config(self._database.alembic_config())
        if header.revision not in {script.revision for script in scripts.walk_revisions()}:
            raise BackupRefused(
                f"the backup is of a newer ICC Bridge ({header.version}, revision {header.revision}): install that one first"
            )
        if not self._is_empty():
            shown = self._database.engine.url.render_as_string(hide_password=True)
            raise BackupRefused(f"the database {shown} is not empty, and a backup replaces nothing: name a new one")
        if next(self._files.every(), None) is not None:
            raise BackupRefused("the file store (ICC_FILES_URL) is not empty, and a backup replaces nothing: name a new one")
        self._refuse_other_secret(checked.secret)

    def put_files(self, source: Path, passphrase: str, dump: IO[bytes], undo: ExitStack) -> Path | None:
        """Put the files into the store, the database aside, and what settings named into a folder; return that."""
        extras: Path | None = None
        with open_archive(source, passphrase) as archive:
            for name, content in archive.members():
                if name == DATABASE:
                    shutil.copyfileobj(cast(IO[bytes], content), dump)
                elif name.startswith(FILES):
                    path = _safe(name.removeprefix(FILES))
                    undo.callback(self._files.discard, path)
                    self._files.keep(path, cast(IO[bytes], content))
                elif name.startswith(EXTRAS):
                    if extras is None:
                        extras = Path(tempfile.mkdtemp(prefix=f"{EXTRAS_FOLDER}-", dir=self._settings.data_dir))
                        undo.callback(shutil.rmtree, extras, ignore_errors=True)
                    _write_private(extras / _safe(name.removeprefix(EXTRAS)), content.read())
        return extras

    def put_secret(self, secret: str, undo: ExitStack) -> None:
        """Put the secret into the data folder, unless the settings hold it."""
        if self._settings.secret_key is None and not self._secret_file.exists():
            undo.callback(self._secret_file.unlink, missing_ok=True)
            _write_private(self._secret_file, secret.encode())

    def put_database(self, dump: IO[bytes]) -> Facts:
        """Put the database back and return what it holds now.

        Raises:
            BackupRefused: pg_restore could not; the database is as empty as before.
        """
        if self._file is not None:
            _put_file(self._file, dump)
        else:
            url = self._database.url
            program = find_program("pg_restore", server_major(url))
            call(program, ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"], url, given=dump)
        return _facts(self._database.url)

    def _is_empty(self) -> bool:
        if self._file is not None and not self._file.exists():
            return True
        with create_engine(self._database.url, poolclass=NullPool).connect() as connection:
            return is_empty(connection)

    def _refuse_other_secret(self, secret: str) -> None:
        if self._settings.secret_key is not None:
            if not set(secrets_of(self._settings)) & set(secret.splitlines()):
                raise BackupRefused(
                    "ICC_SECRET_KEY is not the secret of this backup: set that one, or take it out of the settings and "
                    "the backup brings its own"
                )
        elif self._secret_file.exists() and self._secret_file.read_text().strip() != secret:
            raise BackupRefused(f"{self._secret_file} is of another installation, and a backup replaces nothing")


def _facts(url: str) -> Facts:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return read_facts(connection)


def _upgraded(settings: Settings) -> str:
    """Bring the schema along, see that the secret opens the keys, and return the revision."""
    parts = compose(settings)
    try:
        parts.upgrade()
        check_secret(parts)
        return _facts(settings.sqlalchemy_url).revision
    finally:
        parts.close()


def _put_file(path: Path, dump: IO[bytes]) -> None:
    """Make a file of what was put aside: whole and on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
        try:
            shutil.copyfileobj(dump, part)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)


def _safe(name: str) -> str:
    """Return the name of a file in an archive if it stays below the folder it is put into.

    Raises:
        DamagedArchive: it does not.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise DamagedArchive("this is no backup of ICC Bridge: a file in it would land outside of its folder")
    return name
