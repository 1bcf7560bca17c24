"""What all commands share: errors as one line, `--json`, and the parts of the application."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import structlog

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.errors import IccError, SettingsError
from mappings.errors import MappingError

F = TypeVar("F", bound=Callable[..., Any])


class IccGroup(click.Group):
    """A group of commands whose refusals are one clear line on stderr and exit code 1."""

    def __init__(self, *, commands: Sequence[click.Command], **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        for command in commands:
            self.add_command(command)

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401
        """Run the command and turn our own errors into a line and an exit code."""
        try:
            return super().invoke(context)
        except IccError as error:
            fail(error.detail or str(error))
        except MappingError as error:
            fail(str(error))
        except BrokenPipeError:
            sys.exit(1)


def fail(line: str) -> None:
    """Say why on stderr and end with exit code 1."""
    click.echo(f"icc-bridge: {' '.join(line.split())}", err=True)
    sys.exit(1)


@contextmanager
def parts(*, check_schema: bool = True) -> Iterator[Parts]:
    """Compose the application for one command.

    Args:
        check_schema: refuse when the database's schema is not the newest.

    Raises:
        SettingsError: a setting is wrong, or the schema is not the newest.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    composed = compose(load_settings())
    try:
        if check_schema and not composed.database.is_current():
            raise SettingsError("the database's schema is not the newest: run icc-bridge db upgrade")
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
        click.echo(json.dumps(found, default=str, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(empty)
        return
    names = list(found[0])
    cells = [[_word(row[name]) for name in names] for row in found]
    widths = [max(len(name), *(len(line[index]) for line in cells)) for index, name in enumerate(names)]
    for line in [names, *cells]:
        click.echo("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())


def show_one(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print one thing as facts for people, or as JSON."""
    if as_json:
        click.echo(json.dumps(facts, default=str, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {_word(value)}")


def _word(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
