"""Backups on the command line: the passphrase, and what is told."""

from pathlib import Path

import pytest

from tests.cli.command import CommandLine

PASSPHRASE = "een wachtzin voor de tests"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """The file with the passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE)
    path.chmod(0o600)
    return path


def test_a_backup_is_made_checked_and_told_and_its_name_is_never_used_twice(
    installed: CommandLine, tmp_path: Path, passphrase: Path
) -> None:
    target, secret = tmp_path / "one.tar.age", ("--passphrase-file", str(passphrase))
    assert installed.done("backup", "create", str(target), *secret).startswith(f"{target}: sqlite of ")
    assert installed.done("backup", "check", str(target), *secret).startswith(f"{target} is whole: sqlite of ")
    refused = installed.refused("backup", "create", str(target), *secret)
    assert refused == f"{target} is there already, and a backup overwrites nothing; choose another name"


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (PASSPHRASE, 0o644, "everybody on this machine may read the passphrase; chmod 600"),
        ("te kort", 0o600, "expected a passphrase of 16 characters or more in one line"),
        ("twee regels van\nelk genoeg tekens", 0o600, "expected a passphrase of 16 characters or more in one line"),
    ],
)
def test_a_passphrase_that_would_not_do_is_refused(
    installed: CommandLine, tmp_path: Path, passphrase: Path, content: str, mode: int, expected: str
) -> None:
    passphrase.write_text(content)
    passphrase.chmod(mode)
    line = installed.refused("backup", "create", str(tmp_path / "one"), "--passphrase-file", str(passphrase))
    assert line.startswith(f"{passphrase}: {expected}")
    assert not (tmp_path / "one").exists()


def test_without_a_database_there_is_nothing_to_back_up(command: CommandLine, tmp_path: Path, passphrase: Path) -> None:
    line = command.refused("backup", "create", str(tmp_path / "one"), "--passphrase-file", str(passphrase))
    assert line.startswith("there is no database ")
