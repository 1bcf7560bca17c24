"""What all commands share: refusals as one line, `--json`, and the parts of the application.

The command line imports what it needs when a command runs: the parts of the application cost more than a second, and
``--help`` needs none of them.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from lti_tool.cli.loading import load

if TYPE_CHECKING:
    from lti_tool.app import Parts

F = TypeVar("F", bound=Callable[..., Any])


class OrderedGroup(click.Group):
    """A group whose help lists the commands in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names as they were added."""
        return list(self.commands)


class IccGroup(OrderedGroup):
    """The outermost group: whatever its commands raise becomes one clear line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  # the one place where errors become words
            from lti_tool.cli.failures import line_of, unforeseen

            fail(line_of(error) or unforeseen(error))


def fail(line: str) -> NoReturn:
    """Say why on stderr and end with exit code 1."""
    click.echo(f"icc-bridge: {' '.join(line.split())}", err=True)
    sys.exit(1)


@contextmanager
def parts() -> Iterator["Parts"]:
    """Compose the application for one command, over a database that is there and up to date.

    Raises:
        SettingsError: a setting is wrong, or the database is missing, cannot be used or is not up to date.
    """
    load()
    from lti_tool.app import compose
    from lti_tool.config import load_settings
    from lti_tool.doctor import check_there, check_usable
    from lti_tool.logs import silence_logs

    silence_logs()
    settings = load_settings()
    check_there(settings)
    composed = compose(settings)
    try:
        check_usable(composed)
        yield composed
    finally:
        composed.close()


def json_option(command: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def show(rows: Iterable[Mapping[str, object]], *, as_json: bool, empty: str = "Nothing there.") -> None:
    """Print rows as a table for people, or as JSON."""
    found = list(rows)
    if as_json:
        echo_json(found)
        return
    if not found:
        click.echo(empty)
        return
    names = list(dict.fromkeys(name for row in found for name in row))
    cells = [[_word(row.get(name)) for name in names] for row in found]
    widths = [max(len(name), *(len(line[index]) for line in cells)) for index, name in enumerate(names)]
    for line in [names, *cells]:
        click.echo("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())


def show_one(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print one thing as facts for people, or as JSON."""
    if as_json:
        echo_json(facts)
        return
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {_word(value)}")


def tell(words: str, facts: Mapping[str, object], *, as_json: bool) -> None:
    """Say how a command ended: in words for people, or as facts in JSON."""
    if as_json:
        echo_json(facts)
    else:
        click.echo(words)


def echo_json(value: object) -> None:
    """Print JSON; moments as ISO 8601, what is no JSON as its text."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _word(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
