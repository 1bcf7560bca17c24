"""Runs the measurements and prints tables. Figures of a shared machine move by a third; compare within one run."""

import json
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from benchmarks import certificate_table
from benchmarks.launches import table as launch_table
from benchmarks.parts import LAUNCHES, MOODLE, PAGES, SCORES

PARTS = ("launches", "scores", "moodle", "pages", "certificates")
COMPARED = {"launches": LAUNCHES, "scores": SCORES, "moodle": MOODLE, "pages": PAGES}
"""The parts that are played in rounds, most of them beside others."""
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="One round, of the conditions that say most.")
@click.option("--only", help="These ways alone, comma-separated; an unknown one names all.")
@click.option("--at", help="These conditions alone, comma-separated; an unknown one names all.")
@click.option("--rounds", type=click.IntRange(1, 50), help="How often each is played; default 3.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures here.")
@click.option("--write-docs", is_flag=True, help=f"Put the tables into {DOCUMENT.name}.")
def main(
    parts: Sequence[str],
    *,
    quick: bool,
    only: str | None,
    at: str | None,
    rounds: int | None,
    json_file: Path | None,
    write_docs: bool,
) -> None:
    """Measure PARTS (all by default): launches, scores and reading a Moodle beside other tools, pages, certificates.

    The options are about the first four; --only and --at want one of these parts.
    """
    chosen = parts or PARTS
    compared = {name: part for name, part in COMPARED.items() if name in chosen}
    if (only or at) and len(compared) != 1:
        raise click.UsageError("--only and --at name ways and conditions of one part: launches, scores, moodle or pages")
    found: dict[str, object] = {}
    # what was started is ended then too
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(1))
    with _quiet():
        for name, part in compared.items():
            ways, conditions = _keys(only, part.ways, "--only"), _keys(at, part.conditions, "--at")
            shown, found[name] = part.measure(conditions, ways, rounds, quick, lambda line: click.echo(line, err=True))
            click.echo("\n".join(shown))
            if write_docs:
                document = launch_table.in_document(DOCUMENT.read_text("utf-8"), shown, *part.marks)
                DOCUMENT.write_text(document, encoding="utf-8")
        if "certificates" in chosen:
            shown, found["certificates"] = certificate_table.measure(
                quick=quick, say=lambda line: click.echo(line, err=True)
            )
            click.echo("\n".join(shown))
            if write_docs:
                marks = certificate_table.BEGIN, certificate_table.END
                DOCUMENT.write_text(launch_table.in_document(DOCUMENT.read_text("utf-8"), shown, *marks), encoding="utf-8")
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


@contextmanager
def _quiet() -> Iterator[None]:
    """Let nothing be logged meanwhile: the lines would stand in the table, and their making in the figures."""
    before, disabled = structlog.get_config(), logging.root.manager.disable
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)
        structlog.configure(**before)


def _keys(given: str | None, known: Sequence[str], option: str) -> list[str]:
    found = [key.strip() for key in (given or "").split(",") if key.strip()]
    wrong = [key for key in found if key not in known]
    if wrong:
        raise click.BadParameter(f"unknown: {', '.join(wrong)}; known are {', '.join(known)}", param_hint=option)
    return found


if __name__ == "__main__":
    main()
