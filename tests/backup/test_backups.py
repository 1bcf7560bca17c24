"""Backups of filled installations on both engines: everything comes back, and nothing is ever replaced."""

import io
import json
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from alembic import command as alembic
from sqlalchemy import delete, update

from lti_tool.app import Parts, compose
from lti_tool.backup.age import Sealed
from lti_tool.backup.checking import check_backup
from lti_tool.backup.errors import BackupRefused, DamagedArchive, WrongPassphrase
from lti_tool.backup.facts import PATHS
from lti_tool.backup.making import Made, make_backup
from lti_tool.backup.programs import find_program
from lti_tool.backup.restoring import restore_backup
from lti_tool.certificates.models import IssuingKey
from lti_tool.config import Settings, load_settings
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing, SchoolServer, SigningKey
from lti_tool.migrations.models import metadata
from lti_tool.platforms.models import ToolKey
from lti_tool.training.models import WorkFile
from tests.backup.conftest import PASSPHRASE, QUICK
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.sync.school import AtSchool
from tests.test_migrations import REVISIONS, content, fill

pytestmark = pytest.mark.long

Nowhere = Callable[[Settings], Settings]


def filled(parts: Parts) -> dict[str, bytes]:
    """Put a row into every table and some files into the store; return those by their paths."""
    fill(parts.database)
    sealed = parts.vault.encrypt("a private key")
    stored = [(parts.files.put(io.BytesIO(data), max_bytes=10**7), data) for data in (b"een plan", b"", bytes(700_000))]
    first = stored[0][0]
    with parts.database.session() as session:
        session.execute(update(ToolKey).values(private_pem=sealed))
        session.execute(update(IssuingKey).values(private_pem=sealed))
        session.execute(update(WorkFile).values(path=first.path, sha256=first.sha256))
    return {one.path: data for one, data in stored}


def backed_up(parts: Parts, target: Path) -> Made:
    return make_backup(parts.settings, parts.database, parts.files, parts.clock, target, PASSPHRASE, work_factor=QUICK)


def files_of(settings: Settings) -> dict[str, bytes]:
    """Everything in the file store of an installation."""
    folder = settings.data_dir / "files"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock) -> Iterator[Parts]:
    """An installation on each engine."""
    composed = compose(settings, clock=clock, database=database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def installation(tmp_path: Path, sqlite_database: Database, clock: FakeClock) -> Iterator[Parts]:
    """An installation on SQLite, for what is the same on both."""
    settings = load_settings(data_dir=tmp_path / "var", database_url=sqlite_database.url, secret_key=SECRET)
    composed = compose(settings, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield composed
    composed.close()


def test_every_row_every_file_and_the_secret_come_back(parts: Parts, tmp_path: Path, nowhere: Nowhere) -> None:
    files = filled(parts)
    before = content(parts.database)
    made = backed_up(parts, tmp_path)
    assert made.path.name == "icc-bridge-2026-11-23T120000Z.tar.age"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    # what the made-up rows name beside the one real file
    assert (made.manifest.missing, made.manifest.altered) == (["A" * 20], [])
    new = nowhere(parts.settings)
    done = restore_backup(new, made.path, PASSPHRASE)
    assert done.revision == REVISIONS[-1]
    database = Database(new.sqlalchemy_url)
    after = content(database, like=metadata)
    database.close()
    assert after == {name: before[name] for name in after}
    assert all(after.values())
    assert files_of(new) == files
    assert (new.data_dir / "secret.key").read_text() == SECRET
    assert stat.S_IMODE((new.data_dir / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    assert list(parts.settings.data_dir.glob(".backup-*")) == []


def test_nothing_is_put_where_something_is(installation: Parts, tmp_path: Path, nowhere: Nowhere) -> None:
    parts = installation
    filled(parts)
    made = backed_up(parts, tmp_path / "one.tar.age")
    with pytest.raises(BackupRefused, match=r"one\.tar\.age is there already"):
        backed_up(parts, tmp_path / "one.tar.age")
    with pytest.raises(BackupRefused, match=r"the database .* is not empty"):
        restore_backup(parts.settings, made.path, PASSPHRASE)
    new = nowhere(parts.settings)
    other = new.model_copy(update={"files_url": f"file://{parts.settings.data_dir}/files"})
    with pytest.raises(BackupRefused, match=r"the file store .* is not empty"):
        restore_backup(other, made.path, PASSPHRASE)
    new.data_dir.mkdir(exist_ok=True)
    (new.data_dir / "secret.key").write_text("the secret of another installation, long enough")
    with pytest.raises(BackupRefused, match=r"secret\.key is of another installation"):
        restore_backup(new, made.path, PASSPHRASE)
    assert files_of(new) == {}
    (new.data_dir / "secret.key").unlink()
    restore_backup(new, made.path, PASSPHRASE)


def test_a_backup_that_cannot_be_opened_writes_nothing(installation: Parts, tmp_path: Path, nowhere: Nowhere) -> None:
    filled(installation)
    made = backed_up(installation, tmp_path)
    new = nowhere(installation.settings)
    with pytest.raises(WrongPassphrase, match="does not open with this passphrase"):
        restore_backup(new, made.path, "een andere wachtzin!")
    whole = made.path.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole[:-40] + b"x" * 40, b"", b"PK" + whole):
        bad = tmp_path / "damaged.tar.age"
        bad.write_bytes(damaged)
        with pytest.raises(DamagedArchive):
            restore_backup(new, bad, PASSPHRASE)
    assert [path for path in new.data_dir.rglob("*") if path.is_file()] == []


def test_a_backup_made_by_hand_with_other_content_is_noticed(installation: Parts, tmp_path: Path) -> None:
    filled(installation)
    made = backed_up(installation, tmp_path)
    plain = pyrage.passphrase.decrypt(made.path.read_bytes(), PASSPHRASE)
    changed = plain.replace(b"een plan", b"een PLAN")
    bad = tmp_path / "changed.tar.age"
    with bad.open("wb") as file:
        sealed = Sealed(file, PASSPHRASE, work_factor=QUICK)
        sealed.write(changed)
        sealed.close()
    with pytest.raises(DamagedArchive, match="is not what its list says"):
        check_backup(bad, PASSPHRASE)


def test_an_older_backup_is_upgraded_and_a_newer_one_refused(
    tmp_path: Path, clock: FakeClock, nowhere: Nowhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert monkeypatch
    settings = load_settings(data_dir=tmp_path / "old", secret_key=SECRET)
    settings.data_dir.mkdir()
    old = Database(settings.sqlalchemy_url)
    alembic.upgrade(old.alembic_config(), REVISIONS[0])
    tables = fill(old)
    parts = compose(settings, clock=clock, database=old, engine=RecordingJobs(), make_rsa=rsa_key)
    with old.session() as session:
        sealed = parts.vault.encrypt("a private key")
        for table in ("tool_key", "issuing_key"):
            session.execute(tables.tables[table].update().values(private_pem=sealed))
    before = content(old)
    made = backed_up(parts, tmp_path)
    assert made.header.revision == REVISIONS[0]
    new = nowhere(settings)
    assert restore_backup(new, made.path, PASSPHRASE).revision == REVISIONS[-1]
    database = Database(new.sqlalchemy_url)
    assert content(database, like=tables) == before
    database.close()
    with old.session() as session:
        session.execute(tables.tables["alembic_version"].update().values(version_num="9999"))
    newer = backed_up(parts, tmp_path / "newer")
    with pytest.raises(BackupRefused, match=r"of a newer ICC Bridge \(.*revision 9999\): install that one first"):
        restore_backup(nowhere(settings), newer.path, PASSPHRASE)
    parts.close()


def test_it_is_one_moment_while_others_write_and_delete(installation: Parts, tmp_path: Path, nowhere: Nowhere) -> None:
    filled(installation)
    began, over = threading.Event(), threading.Event()

    def write() -> None:
        while not over.is_set():
            with installation.database.session() as session:
                session.add_all(Person(created_at=installation.clock()) for _one in range(2))
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait()
    try:
        made = backed_up(installation, tmp_path)
    finally:
        over.set()
        writer.join()
    # two in each transaction beside the one that was there
    assert made.manifest.rows["person"] % 2 == 1
    new = nowhere(installation.settings)
    restore_backup(new, made.path, PASSPHRASE)
    database = Database(new.sqlalchemy_url)
    people = content(database)["person"]
    database.close()
    assert len(people) == made.manifest.rows["person"] < len(content(installation.database)["person"]) + 1


def test_files_that_are_gone_or_not_what_they_were_are_told(installation: Parts, tmp_path: Path) -> None:
    kept = filled(installation)
    path = next(iter(kept))
    (installation.settings.data_dir / "files" / path).write_bytes(b"iets anders")
    made = backed_up(installation, tmp_path / "altered")
    assert made.manifest.altered == [path]
    installation.files.discard(path)
    assert path in backed_up(installation, tmp_path / "missing").manifest.missing


def test_every_column_that_names_a_file_of_the_store_is_known() -> None:
    found = {column.name for table in metadata.sorted_tables for column in table.columns if column.name.endswith("path")}
    # the last is the path of a page
    assert found == {*PATHS, "next_path"}


class DeletedMeanwhile:
    """A file store from which somebody takes a file, row and all, as soon as it is looked through."""

    def __init__(self, parts: Parts, path: str) -> None:
        self._parts, self._path = parts, path

    def every(self) -> Iterator[tuple[str, int]]:
        found = list(self._parts.files.every())
        with self._parts.database.session() as session:
            session.execute(delete(WorkFile).where(WorkFile.path == self._path))
        self._parts.files.discard(self._path)
        yield from found

    def read(self, path: str) -> Iterator[bytes]:
        return self._parts.files.read(path)


def test_a_file_that_is_deleted_meanwhile_is_told_and_hinders_nothing(installation: Parts, tmp_path: Path) -> None:
    path = next(iter(filled(installation)))
    store: Any = DeletedMeanwhile(installation, path)
    made = make_backup(
        installation.settings, installation.database, store, installation.clock, tmp_path, PASSPHRASE, work_factor=QUICK
    )
    assert made.manifest.deleted_meanwhile == [path]
    assert path not in made.manifest.missing
    check_backup(made.path, PASSPHRASE)


def test_age_and_tar_open_it_without_us(installation: Parts, tmp_path: Path) -> None:
    files = filled(installation)
    made = backed_up(installation, tmp_path)
    with tarfile.open(fileobj=io.BytesIO(pyrage.passphrase.decrypt(made.path.read_bytes(), PASSPHRASE))) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json") or io.BytesIO())
        assert (tar.extractfile("database") or io.BytesIO()).read(15) == b"SQLite format 3"
    assert names[0] == "backup.json"
    assert names[-1] == "manifest.json"
    assert {name for name in names if name.startswith("files/")} == {f"files/{path}" for path in files}
    assert set(manifest["members"]) == set(names) - {"manifest.json"}


def test_what_settings_name_elsewhere_comes_along(installation: Parts, tmp_path: Path, nowhere: Nowhere) -> None:
    filled(installation)
    trainings = tmp_path / "trainings"
    trainings.mkdir()
    (trainings / "own.toml").write_text("# een eigen opleiding")
    (tmp_path / "seal.pem").write_text("a certificate")
    settings = installation.settings.model_copy(
        update={"trainings_dir": trainings, "seal_certificate": tmp_path / "seal.pem"}
    )
    made = make_backup(
        settings,
        installation.database,
        installation.files,
        installation.clock,
        tmp_path,
        PASSPHRASE,
        work_factor=QUICK,
    )
    assert SECRET not in json.dumps(made.header.settings)
    done = restore_backup(nowhere(settings), made.path, PASSPHRASE)
    assert done.extras is not None
    found = {str(path.relative_to(done.extras)) for path in done.extras.rglob("*") if path.is_file()}
    assert found == {"trainings/own.toml", "seal_certificate/seal.pem"}


def test_a_score_that_had_arrived_is_not_posted_again_after_a_restore(
    installation: Parts, tmp_path: Path, nowhere: Nowhere
) -> None:
    settings = installation.settings.model_copy(update={"allow_private_platforms": True})
    parts = compose(settings, database=installation.database, engine=RecordingJobs(), make_rsa=rsa_key)
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as server:
        school = AtSchool(server, parts.database, FakeClock(parts.clock()), parts.engine, parts.key_ring, parts.outgoing)
        school.desk.accept()
        row = school.desk.row()
        assert row.dirty
        made = make_backup(settings, parts.database, parts.files, parts.clock, tmp_path, PASSPHRASE, work_factor=QUICK)
        parts.poster.post(row.id, row.job)
        assert (school.posts(), school.shown()[0]) == (1, 100)
        new = nowhere(settings)
        restore_backup(new, made.path, PASSPHRASE)
        again = compose(new, engine=RecordingJobs(), make_rsa=rsa_key)
        again.poster.post(row.id, row.job)
        school.desk.database = again.database
        assert not school.desk.row().dirty
        assert (school.posts(), school.shown()[0]) == (1, 100)
        again.close()
    parts.close()


def test_programs_of_postgresql_that_are_missing_or_too_old_are_named(tmp_path: Path) -> None:
    nothing = {"debian": tmp_path / "none", "path": str(tmp_path / "none")}
    with pytest.raises(BackupRefused, match="pg_dump is missing: install Debian's package postgresql-client"):
        find_program("pg_dump", 15, **nothing)  # type: ignore[arg-type]  # both of the right kinds
    for major in (14, 16):
        program = tmp_path / "postgresql" / str(major) / "bin" / "pg_dump"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.3 (Debian)'\n")
        program.chmod(0o755)
    debian = tmp_path / "postgresql"
    assert find_program("pg_dump", 15, debian=debian, path="") == str(debian / "16" / "bin" / "pg_dump")
    with pytest.raises(
        BackupRefused, match="pg_dump is of PostgreSQL 16 and the server of 17: install postgresql-client-17"
    ):
        find_program("pg_dump", 17, debian=debian, path="")
