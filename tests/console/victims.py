"""Workers that go on with a batch and die on the way, by ``kill -9`` at a point that is given; another process makes them.

``python -m tests.console.victims DATABASE_URL DATA_DIR TRAININGS_DIR`` imports once and forks a worker for each line
``MINUTES TICK`` it reads: the worker's clock stands so many minutes further, and it kills itself before its TICK-th
statement. The answer is ``killed``, or ``done`` when it got through.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from lti_tool.app import compose
from lti_tool.certificates.batch_runs import ISSUE_BATCH
from lti_tool.config import load_settings
from lti_tool.logs import silence_logs
from tests.clock import START, FakeClock
from tests.conftest import SECRET
from tests.moodle.victims import Fate
from tests.recording_jobs import RecordingJobs


def work(arguments: list[str], minutes: int, tick: int) -> None:
    """Go on with whatever batch is due, as a server does after its start."""
    url, folder, trainings = arguments
    settings = load_settings(
        base_url="http://localhost:8401",
        database_url=url,
        data_dir=Path(folder),
        trainings_dir=Path(trainings),
        secret_key=SECRET,
    )
    jobs, fate = RecordingJobs(), Fate(tick)
    parts = compose(settings, clock=FakeClock(START + timedelta(minutes=minutes)), engine=jobs)
    for engine in (parts.database.engine, parts.database.single):
        event.listen(engine, "before_cursor_execute", fate.tempt)
    parts.batch_runs.sweep()
    jobs.waiting_jobs = [job for job in jobs.waiting_jobs if job.job == ISSUE_BATCH]
    jobs.run()
    parts.close()


def main() -> None:
    """Make the workers that are asked for."""
    silence_logs()
    for line in sys.stdin:
        minutes, tick = (int(part) for part in line.split())
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(sys.argv[1:], minutes, tick)
                status = 0
            finally:
                os._exit(status)
        _pid, status = os.waitpid(child, 0)
        answer = "killed" if os.WIFSIGNALED(status) else "done" if os.WEXITSTATUS(status) == 0 else "failed"
        print(answer, flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
