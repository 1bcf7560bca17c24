"""Running commands in this process and looking at how they ended."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main


class CommandLine:
    """Runs commands with the settings of a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def set(self, **settings: str) -> None:
        """Set settings for the commands that follow."""
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str, answer: str | None = None) -> Result:
        """Run a command and return how it ended; `answer` is what somebody types, else nobody is there."""
        return CliRunner().invoke(main, list(arguments), prog_name="icc-bridge", input=answer)

    def done(self, *arguments: str) -> str:
        """Run a command that ends well; return what it printed."""
        result = self(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever it printed
        """Run a command with ``--json``."""
        return json.loads(self.done(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        """Run a command that is refused: exit code 1 and one line on stderr, which is returned."""
        result = self(*arguments)
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("icc-bridge: ")
        return lines[0].removeprefix("icc-bridge: ")

    def misused(self, *arguments: str) -> str:
        """Run a command in a wrong way: exit code 2, and what is wrong on stderr."""
        result = self(*arguments)
        assert result.exit_code == 2
        return result.stderr
