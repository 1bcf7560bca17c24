"""Workers that read a course and die on the way, by ``kill -9`` at a point that is given; a process of its own makes them.

``python -m tests.moodle.victims DATABASE_URL DATA_DIR`` imports once and forks a worker for each line ``MINUTES TICK`` it
reads: the worker's clock stands so many minutes further, and it kills itself before its TICK-th statement or request. The
answer is ``killed``, or ``done TICKS`` when it got through.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from lti_tool.app import compose
from lti_tool.config import load_settings
from lti_tool.moodle.course_rows import SYNC_MOODLE
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.sync import MoodleSync
from lti_tool.training.importing import ImportService
from lti_tool.vault import Vault
from moodle_client import Manners
from tests.clock import START
from tests.conftest import SECRET
from tests.recording_jobs import RecordingJobs

TICKS_OF_PATIENCE = 1_000_000


class Fate:
    """Counts what a worker does, and ends it.

    Args:
        tick: before which statement or request; more than it ever comes to: not at all.
    """

    def __init__(self, tick: int) -> None:
        self._tick = tick
        self.count = 0

    def tempt(self, *_anything: object) -> None:
        self.count += 1
        if self.count == self._tick:
            os.kill(os.getpid(), signal.SIGKILL)


def work(database_url: str, folder: Path, minutes: int, tick: int) -> int:
    """Read whatever is due; return how many statements and requests that took."""
    now = START + timedelta(minutes=minutes)
    settings = load_settings(database_url=database_url, data_dir=folder, secret_key=SECRET, allow_private_platforms=True)
    jobs, fate = RecordingJobs(), Fate(tick)

    def clock() -> datetime:
        return now.astimezone(UTC)

    parts = compose(settings, clock=clock, engine=jobs)
    manners = Manners(timeout=(5.0, 10.0), sleep=lambda _seconds: None, check_address=fate.tempt)
    sites = MoodleSites(
        parts.database, Vault(SECRET), clock, parts.platforms, parts.outgoing, allow_http=True, manners=manners
    )
    importer = ImportService(clock, parts.outcome_followers)
    sync = MoodleSync(parts.database, sites, parts.platforms, importer, jobs, clock, 10, lambda: 0.0)
    jobs.register(SYNC_MOODLE, sync.sync, lanes=True)
    for engine in (parts.database.engine, parts.database.single):
        event.listen(engine, "before_cursor_execute", fate.tempt)
    sync.sweep()
    jobs.waiting_jobs = [job for job in jobs.waiting_jobs if job.job == SYNC_MOODLE]
    while jobs.waiting_jobs:
        job = jobs.waiting_jobs.pop(0)
        if job.job == SYNC_MOODLE:
            sync.sync(job.key, job.number)
    parts.close()
    return fate.count


def main() -> None:
    """Make the workers that are asked for."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    for line in sys.stdin:
        minutes, tick = (int(part) for part in line.split())
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                count = work(url, folder, minutes, tick)
                os.write(writing, str(count).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        told = os.read(reading, 20).decode()
        os.close(reading)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", flush=True)  # noqa: T201  # the answer
        else:
            print(f"done {told}" if os.WEXITSTATUS(status) == 0 else "failed", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
