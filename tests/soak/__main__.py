"""`make soak`: the load, and a line for each minute; it ends with 1 when anything is wrong.

Options (``make soak ARGS="--engine sqlite --minutes 5"``): see ``--help``.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import get_args

from tests.postgresql import PostgresqlMissing
from tests.soak.running import Plan, run
from tests.soak.scene import EngineName

SWITCH_SECONDS = 0.0005


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run and report; return the exit code."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="make soak", description="Whether anything wears out under a load that is borne.")
    parser.add_argument("--engine", choices=get_args(EngineName), default="postgresql")
    parser.add_argument("--minutes", type=float, default=usual.minutes, help=f"of load ({usual.minutes:g})")
    parser.add_argument("--people", type=int, default=usual.people, help=f"participants ({usual.people})")
    parser.add_argument("--share", type=float, default=usual.share, help=f"of what is borne ({usual.share:g})")
    parser.add_argument("--finding", type=float, default=usual.finding, help=f"seconds to find that out ({usual.finding:g})")
    parser.add_argument("--seed", type=int, default=usual.seed, help=f"of all chance ({usual.seed})")
    options = parser.parse_args(arguments)
    plan = Plan(options.minutes, options.people, options.share, options.finding, options.seed)
    folder = Path(tempfile.mkdtemp(prefix="icc-soak-"))
    # the people are threads of this process: an answer that has come shall not wait for a page that is read
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        verdict = run(options.engine, plan, folder, _say)
    except PostgresqlMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    sys.stdout.write("\n".join(verdict.lines()) + "\n")
    if verdict.wrong:
        sys.stdout.write(f"logs: {folder}\n")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
