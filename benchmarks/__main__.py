"""Runs all measurements and prints one table. Figures of a shared machine move by a third; compare within one run."""

import logging
import sys

import structlog

from benchmarks import certificates, lti


def main() -> int:
    """Measure and print; returns the exit code."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    for part in (lti, certificates):
        for name, rate, remark in part.rows():
            sys.stdout.write(f"{name:42} {rate:9.1f}  {remark}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
