"""Runs all measurements and prints one table. Figures of a shared machine move by a third; compare within one run."""

import logging
import sys

import structlog

from benchmarks import certificates, launches, scores
from benchmarks.measuring import Figure
from benchmarks.stage import stage


def main() -> int:
    """Measure and print; returns the exit code."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    sys.stdout.write(f"{'':40} {'a second':>9} {'CPU ms':>8}\n")
    with stage() as scene:
        for figure in launches.figures(scene):
            show(figure)
        for figure in scores.figures(scene):
            show(figure)
    for figure in certificates.figures():
        show(figure)
    return 0


def show(figure: Figure) -> None:
    """Print one line of the table."""
    cpu = f"{figure.cpu_ms:8.2f}" if figure.cpu_ms is not None else " " * 8
    sys.stdout.write(f"{figure.name:40} {figure.rate:9.1f} {cpu}  {figure.remark}\n".rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
