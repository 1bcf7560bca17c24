"""Certificates are issued exactly once: two processes at the same awards, killed with -9 at random statements, 20 times."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lti_tool.app import Parts, compose
from lti_tool.certificates.issue_log_check import as_log, check_log
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.clock import utc_now
from lti_tool.config import Settings
from tests.certificates.award import all_accepted
from tests.conftest import SECRET
from tests.recording_jobs import RecordingJobs

pytestmark = pytest.mark.long

RUNS = 20
AWARDS = 2
"""New ones in each run; what a killed process left is there as well."""
LATEST = 30
"""Statement or commit before which a process is killed at the latest."""
NEVER = 1_000_000
ROOT = Path(__file__).parents[2]


class Nursery:
    """Gives processes that are ready to issue, and tells how they ended."""

    def __init__(self, settings: Settings) -> None:
        arguments = [str(settings.database_url), str(settings.data_dir), SECRET]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "tests.chaos.press", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**clean, "PYTHONPATH": str(ROOT)},
        )

    def fork(self, tick: int = NEVER) -> int:
        """Return the id of a process that waits for `begin`, and then dies before its tick-th statement or commit."""
        return int(self._ask(f"fork {tick}"))

    def ended(self, process: int) -> int:
        """Wait for its end; return 0 when it did all, 9 when it was killed."""
        return int(self._ask(f"wait {process}"))

    def close(self) -> None:
        """End with everything that was started: no process is left that was not waited for."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, jobs: RecordingJobs) -> Iterator[Parts]:
    composed = compose(settings, clock=utc_now, engine=jobs)
    composed.issuer_keys.keys()
    yield composed
    composed.close()


@pytest.fixture
def nursery(settings: Settings, parts: Parts) -> Iterator[Nursery]:
    assert parts
    made = Nursery(settings)
    yield made
    made.close()


def test_certificates_are_issued_once_whatever_is_killed_when(parts: Parts, jobs: RecordingJobs, nursery: Nursery) -> None:
    chance = random.Random(4)  # noqa: S311 - chance that can be repeated
    ends: Counter[int] = Counter()
    for run in range(RUNS):
        for number in range(AWARDS):
            all_accepted(parts, name=f"Deelnemer {run}-{number}")
        ends.update(run_and_kill(nursery, chance))
    assert ends[signal.SIGKILL] >= RUNS / 2, "hardly anybody was killed in time"
    assert set(ends) == {0, signal.SIGKILL}
    parts.awards.push()
    jobs.run()
    check(parts, RUNS * AWARDS)


def run_and_kill(nursery: Nursery, chance: random.Random) -> list[int]:
    """Let two processes issue, and kill one of them, or now and then both; return how they ended."""
    ticks = [chance.randint(1, LATEST), chance.randint(1, LATEST) if chance.random() < 0.3 else NEVER]
    both = [nursery.fork(tick) for tick in ticks]
    for process in both:
        os.kill(process, signal.SIGUSR1)
    return [nursery.ended(process) for process in both]


def test_two_processes_with_the_same_awards_issue_each_once(parts: Parts, nursery: Nursery) -> None:
    for number in range(12):
        all_accepted(parts, name=f"Deelnemer {number}")
    both = [nursery.fork(), nursery.fork()]
    for process in both:
        os.kill(process, signal.SIGUSR1)
    assert [nursery.ended(process) for process in both] == [0, 0]
    check(parts, 12)


def check(parts: Parts, awards: int) -> None:
    """See that every award has one certificate, and the log one line for each."""
    certificates = parts.certificates.list()
    assert len(certificates) == awards
    assert len({one.award_id for one in certificates}) == awards
    assert len({(one.status_list, one.status_index) for one in certificates}) == awards
    entered = Counter((entry.what, entry.certificate_id) for entry in parts.issue_log.entries())
    assert entered == Counter(("issued", one.id) for one in certificates)
    assert check_log(as_log(parts.issue_log.as_json(entries=True), "log")) == []
    trust = parts.certificates.trust()
    assert all(verify(one.jwt.encode(), trust, now=utc_now()).state is VerdictState.VALID for one in certificates)
    with parts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == awards
        assert set(session.scalars(select(Award.state))) == {AwardState.ISSUED}
