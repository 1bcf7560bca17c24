"""Wrong settings and installations that cannot work: one line and exit code 1, whatever the command."""

import shutil
import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.cli.command import CommandLine
from tests.ports import free_port

NOBODY_LISTENS = "postgresql://icc:geheim@127.0.0.1:1/icc"
READING = [["cohort", "list"], ["platform", "list"], ["score", "list"], ["certificate", "list"], ["keys", "list"]]


@pytest.fixture(autouse=True)
def _a_port_that_nobody_has(command: CommandLine) -> None:
    command.set(ICC_BASE_URL=f"http://localhost:{free_port()}")


@pytest.mark.parametrize("words", [["serve"], ["doctor"], ["db", "upgrade"], ["worker"], *READING], ids=" ".join)
def test_a_wrong_setting_is_named(command: CommandLine, words: list[str]) -> None:
    command.set(ICC_BASE_URL="icc.example.org")
    assert command.refused(*words).startswith("ICC_BASE_URL: expected an address")


@pytest.mark.parametrize(
    "url",
    ["postgresql://icc:geheim@host:port/icc", "postgresql+asyncpg://icc:geheim@host/icc", "sqlite:///:memory:"],
)
@pytest.mark.parametrize("words", [["serve"], ["db", "upgrade"], ["cohort", "list"]], ids=" ".join)
def test_a_database_url_that_cannot_be_used_is_named(command: CommandLine, words: list[str], url: str) -> None:
    command.set(ICC_DATABASE_URL=url)
    assert command.refused(*words).startswith("ICC_DATABASE_URL: expected sqlite:////path/file.sqlite or postgresql://")


@pytest.mark.parametrize("words", [["serve"], ["serve", "--upgrade"], ["worker"], ["db", "upgrade"], *READING], ids=" ".join)
def test_a_database_server_that_does_not_answer(command: CommandLine, words: list[str]) -> None:
    command.set(ICC_DATABASE_URL=NOBODY_LISTENS)
    line = command.refused(*words)
    assert line.startswith("the database cannot be used: ")
    assert "geheim" not in line


@pytest.mark.postgresql
def test_a_database_that_is_not_on_the_server(command: CommandLine, postgresql_url: str) -> None:
    command.set(ICC_DATABASE_URL=f"{postgresql_url}nowhere")
    assert '"nowhere" does not exist' in command.refused("cohort", "list")


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_without_a_database_the_line_says_how_to_make_one_and_nothing_is_left_behind(
    command: CommandLine, tmp_path: Path, words: list[str]
) -> None:
    assert "run icc-bridge db upgrade" in command.refused(*words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgresql
def test_an_empty_database_has_to_be_upgraded_first(command: CommandLine, postgresql_url: str) -> None:
    with psycopg.connect(f"{postgresql_url}postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE icc_empty")
    command.set(ICC_DATABASE_URL=f"{postgresql_url}icc_empty")
    for words in (["cohort", "list"], ["serve"], ["worker"]):
        assert command.refused(*words) == "the database's schema is not the newest: run icc-bridge db upgrade"
    assert command.done("db", "upgrade") == "The database is up to date.\n"
    assert command.done("cohort", "list") == "No cohort yet.\n"


def test_a_database_of_a_later_version(command: CommandLine, sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite"
    shutil.copy(sqlite_template, path)
    command.set(ICC_DATABASE_URL=f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for words in (["cohort", "list"], ["serve"]):
        assert command.refused(*words).startswith("the database")
    assert "another version of ICC Bridge" in command.refused("db", "upgrade")
    assert "install that" in command.refused("cohort", "list")
    command.set(ICC_ALLOW_NEWER_SCHEMA="true")
    assert command.done("cohort", "list") == "No cohort yet.\n"


def test_a_file_that_is_no_database(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "icc.sqlite"
    path.write_text("This is not a database. " * 100)
    command.set(ICC_DATABASE_URL=f"sqlite:///{path}")
    for words in (["cohort", "list"], ["serve"], ["db", "upgrade"], ["doctor"]):
        assert "not a database" in command.refused(*words)


@pytest.mark.parametrize("words", [["serve"], ["db", "upgrade"], ["doctor"]], ids=" ".join)
def test_a_data_folder_that_cannot_be_written(command: CommandLine, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    command.set(ICC_DATA_DIR=str(tmp_path / "file" / "data"))
    assert "cannot be written" in command.refused(*words)


@pytest.mark.parametrize("words", [["serve"], ["db", "upgrade"], ["cohort", "list"], ["doctor"]], ids=" ".join)
def test_a_broken_training_file_is_named_with_what_is_wrong(
    installed: CommandLine, tmp_path: Path, words: list[str]
) -> None:
    folder = tmp_path / "trainings"
    folder.mkdir()
    (folder / "beleid.toml").write_text('[training]\nkey = "beleid"\nversion = "een"\n')
    installed.set(ICC_TRAININGS_DIR=str(folder))
    line = installed.refused(*words)
    assert "beleid.toml: " in line
    assert "expected" in line


def test_a_secret_that_does_not_fit_the_database_stops_the_server(installed: CommandLine) -> None:
    installed.done("keys", "rotate")
    installed.set(ICC_SECRET_KEY="another secret, long enough to be one")
    assert "ICC_SECRET_KEY" in installed.refused("serve")
    assert "ICC_SECRET_KEY" in installed.refused("doctor")


def test_a_file_store_that_takes_nothing_stops_the_server(installed: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    installed.set(ICC_FILES_URL=f"file://{tmp_path}/file/store")
    assert installed.refused("serve").startswith("ICC_FILES_URL: files cannot be stored")
    installed.set(ICC_FILES_URL="nostore://x")
    assert installed.refused("serve").startswith("ICC_FILES_URL: this store cannot be used")
