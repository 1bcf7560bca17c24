"""What is said about errors, foreseen or not."""

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError, PendingRollbackError

from lti_tool.certificates.problems import KeysUnusable
from lti_tool.cli.failures import line_of, unforeseen
from lti_tool.cli.frame import IccGroup
from lti_tool.errors import NotAllowed, SettingsError
from mappings.errors import TrainingError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SettingsError("ICC_BASE_URL: expected an address"), "ICC_BASE_URL: expected an address"),
        (NotAllowed(), "not allowed"),
        (TrainingError("beleid.toml", ["training.key: expected a key"]), "beleid.toml: training.key: expected a key"),
        (KeysUnusable("the seal key is missing"), "the seal key is missing"),
        (PermissionError(13, "Permission denied", "/srv/files"), "/srv/files: Permission denied"),
        (
            OperationalError("SELECT 'Zoë'", {"name": "Zoë"}, Exception("locked\nand more")),
            "the database cannot be used: locked",
        ),
        (PendingRollbackError("Zoë"), "the database cannot be used: pending rollback error"),
        (KeyError("Zoë"), None),
    ],
)
def test_a_foreseen_error_has_its_words(error: Exception, expected: str | None) -> None:
    assert line_of(error) == expected


def broken() -> None:
    raise KeyError("Zoë van 't Höfen")


def group() -> IccGroup:
    return IccGroup(name="icc-bridge", commands=[click.Command("break", callback=broken)])


def test_an_unforeseen_error_is_one_line_that_says_where_and_repeats_nothing_of_it() -> None:
    result = CliRunner().invoke(group(), ["break"])
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("icc-bridge: unexpected KeyError at test_failures.py:")
    assert "Zoë" not in line


def test_an_unforeseen_error_is_shown_whole_to_who_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICC_LOG_LEVEL", "DEBUG")
    with pytest.raises(KeyError):
        unforeseen(KeyError("x"))
    assert isinstance(CliRunner().invoke(group(), ["break"]).exception, KeyError)


def test_a_foreseen_error_is_one_line_at_any_log_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICC_LOG_LEVEL", "DEBUG")

    def refuse() -> None:
        raise SettingsError("the port\n is taken")

    result = CliRunner().invoke(IccGroup(name="icc-bridge", commands=[click.Command("serve", callback=refuse)]), ["serve"])
    assert (result.exit_code, result.stderr) == (1, "icc-bridge: the port is taken\n")
