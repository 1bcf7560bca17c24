"""The command line as such: help, wrong usage, and that it loads nothing heavy without need."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from lti_tool.cli import main
from tests.cli.command import CommandLine

HEAVY = ("alembic", "dbos", "flask", "gunicorn", "openbadgeslib", "pydantic", "pyhanko", "requests", "sqlalchemy", "typst")


def commands(group: click.Group = main, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield all commands and groups, as they are typed."""
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


ALL = list(commands())


def test_the_names_that_others_rely_on_are_there() -> None:
    words = {" ".join(one) for one in ALL}
    assert words >= {"demo", "serve", "worker", "db upgrade", "doctor", "keys list", "keys rotate"}
    assert words >= {f"platform {one}" for one in ("invite", "add", "list", "show", "check", "disable")}
    assert words >= {f"cohort {one}" for one in ("create", "list", "show", "approve", "invite")}
    assert words >= {"score list", "score retry"}
    assert words >= {f"certificate {one}" for one in ("list", "issue", "revoke", "verify")}


def test_help_lists_the_commands_and_ends_well(command: CommandLine) -> None:
    text = command.done("--help")
    assert text.startswith("Usage: icc-bridge")
    assert [word for word in main.commands if f"\n  {word} " not in text] == []


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_each_command_explains_itself(command: CommandLine, words: tuple[str, ...]) -> None:
    text = command.done(*words, "--help")
    assert text.startswith(f"Usage: icc-bridge {' '.join(words)}")
    assert command.done(*words, "-h") == text


def test_an_unknown_command_or_option_is_wrong_usage(command: CommandLine) -> None:
    assert "No such command 'certificaat'" in command.misused("certificaat")
    assert "No such option" in command.misused("cohort", "list", "--everything")


def test_the_version_is_told(command: CommandLine) -> None:
    assert command.done("--version").startswith("icc-bridge 0.")


def test_the_package_can_be_run_as_a_module_and_help_loads_nothing_heavy() -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv[1:] = ['--help']\n"
        "try:\n    runpy.run_module('lti_tool.cli', run_name='__main__')\n"
        f"finally:\n    print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0
    assert ended.stdout.startswith("Usage: icc-bridge ")
    assert ended.stdout.endswith("LOADED []\n")
    assert ended.stderr == ""


def test_the_application_starts_without_what_only_sealing_needs() -> None:
    code = "import sys, lti_tool.app\nprint(sorted({'aiohttp', 'pyhanko'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert ended.stdout == "[]\n"
