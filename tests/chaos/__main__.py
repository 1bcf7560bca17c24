"""`make chaos`: the whole run on both engines; it prints the counts, and ends with 1 when anything is wrong.

Options (``make chaos ARGS="--engine postgresql --seed 7"``): see ``--help``.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import get_args

from tests.chaos.plan import Plan
from tests.chaos.running import EngineName, run
from tests.postgresql import PostgresqlMissing


def main(arguments: list[str] | None = None) -> int:
    """Run and report; return the exit code."""
    usual = Plan(seed=0)
    parser = argparse.ArgumentParser(prog="make chaos", description="Whether every score arrives, in order, in chaos.")
    parser.add_argument("--engine", choices=[*get_args(EngineName), "both"], default="both")
    parser.add_argument("--seed", type=int, help="of all chance; a new one each time unless given")
    parser.add_argument("--people", type=int, default=usual.people, help=f"participants ({usual.people})")
    parser.add_argument("--versions", type=int, default=usual.versions, help=f"changes of each outcome ({usual.versions})")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help=f"of bad weather ({usual.seconds:.0f})")
    parser.add_argument("--kills", type=int, default=usual.kills, help=f"processes killed with -9 ({usual.kills})")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    plan = Plan(seed, options.people, options.versions, options.seconds, options.kills)
    engines = get_args(EngineName) if options.engine == "both" else (options.engine,)
    good = True
    for engine in engines:
        folder = Path(tempfile.mkdtemp(prefix=f"icc-chaos-{engine}-"))
        try:
            report = run(engine, plan, folder)
        except PostgresqlMissing as missing:
            sys.stderr.write(f"{missing}\n")
            return 2
        sys.stdout.write(f"{report}\n")
        sys.stdout.flush()
        good &= report.good
        if report.good:
            shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
