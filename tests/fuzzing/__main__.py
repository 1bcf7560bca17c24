"""`make fuzz`: throw so many requests (10,000) at the login, the launch and the registration, and say what came of them."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import SigningKey
from tests.conftest import SECRET
from tests.fuzzing.attacks import ATTACKS, Attack, Example
from tests.fuzzing.target import Tally, Target, standing

REQUESTS = 10_000


def main(arguments: list[str]) -> int:
    """Play every attack with its share of the requests; return 0 when all of them ended well."""
    wanted = int(arguments[0]) if arguments else REQUESTS
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, standing(_settings(Path(folder)), SigningKey.generate()) as target:
        for attack in ATTACKS:
            before = target.tally.requests
            while target.tally.requests - before < wanted / len(ATTACKS):
                _play(target, attack, examples=100)
            target.tells_nothing()
            sys.stdout.write(f"{attack.name:<28} {target.tally.requests - before:>7} requests\n")
        sys.stdout.write(_report(target.tally, time.monotonic() - began))
    return 0


def _play(target: Target, attack: Attack, *, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(example=attack.makes)
    def throw(example: Example) -> None:
        attack.play(target, example)

    throw()


def _report(tally: Tally, seconds: float) -> str:
    errors = sum(count for status, count in tally.statuses.items() if status == 500)
    lines = [
        f"{tally.requests} requests in {seconds:.0f} s: {errors} errors of our own, {tally.stored} rows left by refusals",
        f"{tally.refused} refusals of a login, launch or registration, {tally.traced} with a trace that says why",
        f"answers: {_counted(tally.statuses)}",
        f"refusals: {_counted(tally.codes)}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _counted(counts: Counter[int] | Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _settings(folder: Path) -> Settings:
    made = load_settings(data_dir=folder / "var", database_url=f"sqlite:///{folder / 'icc.sqlite'}", secret_key=SECRET)
    database = Database(made.sqlalchemy_url)
    database.upgrade()
    database.close()
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
