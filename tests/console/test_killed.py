"""kill -9 of the worker of a batch, again and again: in the end everybody was approved and issued once."""

import os
import random
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.certificates.models import AwardDecision, BatchState, DecisionKind
from tests.console.test_batches import Class
from tests.recording_jobs import RecordingJobs

ROOT = Path(__file__).parents[2]
PEOPLE = 4
ENOUGH = 1_000_000


def test_whatever_dies_when_everybody_is_issued_once(parts: Parts, jobs: RecordingJobs, tmp_path: Path) -> None:
    group = Class(parts, jobs, PEOPLE)
    batch_id = group.start()
    chance = random.Random(7)  # noqa: S311  # chance that can be repeated
    arguments = [parts.settings.database_url or "", str(tmp_path / "worker"), str(tmp_path / "trainings")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
    with subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", "tests.console.victims", *arguments],
        cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers: list[str] = []
        for minutes in range(1, 40):
            tick = ENOUGH if len(answers) > PEOPLE else chance.randrange(5, 60)
            process.stdin.write(f"{minutes} {tick}\n")
            process.stdin.flush()
            answers.append(process.stdout.readline().strip())
            if answers[-1] != "killed":
                break
        process.stdin.close()
    assert answers[-1] == "done"
    assert answers.count("killed") >= PEOPLE
    page = group.page(batch_id)
    assert (page.state, page.issued, page.failed) == (BatchState.DONE, PEOPLE, 0)
    certificates = parts.certificates.list()
    assert len({one.award_id for one in certificates}) == len(certificates) == PEOPLE
    assert [entry.what for entry in parts.issue_log.entries()] == ["issued"] * PEOPLE
    with parts.database.session() as session:
        kinds = session.scalars(select(AwardDecision.kind)).all()
    assert kinds == [DecisionKind.APPROVED] * PEOPLE
