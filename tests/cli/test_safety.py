"""What stops a server before it serves anybody."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lti_tool.config import load_settings
from lti_tool.safety import unsafe
from tests.cli.command import CommandLine
from tests.ports import free_port

GOOD = {
    "base_url": "https://icc.example.org",
    "trusted_proxies": 1,
    "secret_key": "TcV1vPq3ZkY0sB7wXo9eRr2uJm5nHd8LfAgK4tQiW6bCyEz",
    "database_url": "postgresql://icc@/icc",
}


def found(tmp_path: Path, changes: Mapping[str, object], environment: Mapping[str, str] | None = None) -> list[str]:
    """What is unsafe in a good installation with these changes."""
    return list(unsafe(load_settings(**{"data_dir": tmp_path, **GOOD, **changes}), environment or {}))


def test_a_good_installation_may_start(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"trusted_proxies": 0}, "ICC_TRUSTED_PROXIES is 0"),
        ({"allow_private_platforms": True}, "ICC_ALLOW_PRIVATE_PLATFORMS is for demos and labs"),
        ({"secret_key": "abcabcabcabcabcabcabcabcabcabcabcabc"}, "ICC_SECRET_KEY looks made up"),
        ({"secret_key": "change-me-0123456789-abcdefghijklmnop"}, "ICC_SECRET_KEY looks made up"),
        ({"log_level": "DEBUG"}, "ICC_LOG_LEVEL=DEBUG"),
    ],
)
def test_what_belongs_to_a_lab_is_named_where_people_are_served(
    tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    (line,) = found(tmp_path, changes)
    assert line.startswith(named)
    assert found(tmp_path, {"base_url": "https://icc.lab.test", **changes}) == []
    assert found(tmp_path, {"base_url": "http://localhost:8401", **changes}) == []


def test_flask_in_debug_is_named(tmp_path: Path) -> None:
    assert len(found(tmp_path, {}, {"FLASK_DEBUG": "1"})) == 1
    assert found(tmp_path, {}, {"FLASK_DEBUG": "0"}) == []


def test_a_secret_that_everybody_may_read_is_named_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text("x" * 48)
    for mode, count in ((0o644, 1), (0o604, 1), (0o640, 0), (0o600, 0)):
        path.chmod(mode)
        assert len(found(tmp_path, {"secret_key": None, "base_url": "http://localhost:8401"})) == count


@pytest.mark.parametrize(
    ("kind", "count"), [("ext4", 0), ("tmpfs", 0), ("nfs4", 1), ("cifs", 1), ("fuse.sshfs", 1), ("overlay", 0)]
)
def test_sqlite_on_a_network_disk_is_named(tmp_path: Path, kind: str, count: int) -> None:
    disk = tmp_path / "a disk"
    disk.mkdir()
    mounts = tmp_path / "mounts"
    place = str(disk).replace(" ", "\\040")
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nthere:/x {place} {kind} rw 0 0\nthere:/y /elsewhere nfs4 rw 0 0\n")
    settings = load_settings(data_dir=disk)
    assert len(list(unsafe(settings, {}, mounts=mounts))) == count
    postgresql = load_settings(data_dir=disk, database_url="postgresql://icc@/icc")
    assert list(unsafe(postgresql, {}, mounts=mounts)) == []


@pytest.mark.parametrize("words", [("serve", "--port"), ("worker",)])
def test_neither_server_nor_worker_starts(command: CommandLine, words: tuple[str, ...]) -> None:
    port = [str(free_port())] if words[-1] == "--port" else []
    command.set(ICC_BASE_URL="https://icc.example.org", ICC_TRUSTED_PROXIES="0", ICC_DATABASE_URL="postgresql://icc@/icc")
    assert command.refused(*words, *port).startswith("ICC_TRUSTED_PROXIES is 0, but with https")
