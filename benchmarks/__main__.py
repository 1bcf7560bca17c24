"""Runs the measurements and prints tables. Figures of a shared machine move by a third; compare within one run."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from benchmarks import certificates, scores
from benchmarks.launches import conditions, table
from benchmarks.launches.rounds import all_openings, measure
from benchmarks.measuring import Figure
from benchmarks.stage import stage

PARTS = ("launches", "scores", "certificates")
WAYS = tuple(key for opening in all_openings() for key in opening.keys)
CONDITIONS = {condition.key: condition for condition in conditions.ALL}
ROUNDS = 3
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="Launches: one round, 8 at once only.")
@click.option("--only", help=f"Launches: these ways alone, comma-separated, of {', '.join(WAYS)}.")
@click.option("--at", help=f"Launches: these conditions alone, comma-separated, of {', '.join(CONDITIONS)}.")
@click.option("--rounds", type=click.IntRange(1, 50), help=f"Launches: how often each is played; default {ROUNDS}.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Launches: write all figures here."
)
@click.option("--write-docs", is_flag=True, help=f"Launches: put the table into {DOCUMENT.name}.")
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
    """Measure PARTS (all by default): whole launches beside other tools, scores, certificates."""
    with _quiet():
        _measure(parts or PARTS, quick=quick, only=only, at=at, rounds=rounds, json_file=json_file, write_docs=write_docs)


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


def _measure(
    parts: Sequence[str],
    *,
    quick: bool,
    only: str | None,
    at: str | None,
    rounds: int | None,
    json_file: Path | None,
    write_docs: bool,
) -> None:
    chosen = tuple(CONDITIONS[key] for key in _keys(at, CONDITIONS, "--at")) or (
        conditions.QUICK if quick else conditions.ALL
    )
    ways = _keys(only, WAYS, "--only")
    if "scores" in parts or "certificates" in parts:
        click.echo(f"{'':40} {'a second':>9} {'CPU ms':>8}")
    if "scores" in parts:
        with stage() as scene:
            for figure in scores.figures(scene):
                show(figure)
    if "certificates" in parts:
        for figure in certificates.figures():
            show(figure)
    if "launches" in parts:
        results = measure(chosen, ways, rounds or (1 if quick else ROUNDS), lambda line: click.echo(line, err=True))
        shown = list(table.lines(results))
        click.echo("\n".join(shown))
        if json_file is not None:
            json_file.write_text(json.dumps(table.as_data(results), indent=1) + "\n", encoding="utf-8")
        if write_docs:
            DOCUMENT.write_text(table.in_document(DOCUMENT.read_text("utf-8"), shown), encoding="utf-8")


def show(figure: Figure) -> None:
    """Print one line of the table of scores and certificates."""
    cpu = f"{figure.cpu_ms:8.2f}" if figure.cpu_ms is not None else " " * 8
    click.echo(f"{figure.name:40} {figure.rate:9.1f} {cpu}  {figure.remark}".rstrip())


def _keys(given: str | None, known: Sequence[str] | dict[str, conditions.Condition], option: str) -> list[str]:
    found = [key.strip() for key in (given or "").split(",") if key.strip()]
    wrong = [key for key in found if key not in known]
    if wrong:
        raise click.BadParameter(f"unknown: {', '.join(wrong)}; known are {', '.join(known)}", param_hint=option)
    return found


if __name__ == "__main__":
    main()
