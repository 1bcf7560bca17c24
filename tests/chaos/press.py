"""Processes that issue every certificate that is due, until they are killed: a worker with its jobs, without pause.

`python -m tests.chaos.press URL FOLDER SECRET` is their nursery: it loads the application once and forks on command, so that
starting one costs nothing. It reads lines and answers with one each: ``fork TICK`` → the id of a process that is ready and
waits for SIGUSR1, and then kills itself before its TICK-th statement or commit; ``wait ID`` → how it ended.
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import event, select

from lti_tool.app import Parts, compose
from lti_tool.certificates.conformance import check_conformance
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.models import Award, AwardState
from lti_tool.certificates.status import StatusEntry
from lti_tool.config import load_settings
from lti_tool.logs import silence_logs
from tests.certificates.samples import sample_snapshot
from tests.recording_jobs import RecordingJobs


def press(parts: Parts) -> None:
    """Issue whatever is queued, again and again until nothing is."""
    query = select(Award.id, Award.job).where(Award.state == AwardState.QUEUED).order_by(Award.id)
    while True:
        with parts.database.reading() as session:
            due = [(award_id, job) for award_id, job in session.execute(query)]
        if not due:
            return
        for award_id, job in due:
            parts.issuer.issue(award_id, job)


def die_at(tick: int, parts: Parts) -> None:
    """Let this process end by ``kill -9`` before its tick-th statement or commit; one that it never comes to: not at all."""
    ticks = count(1)

    def tempt(*_anything: object) -> None:
        if next(ticks) == tick:
            os.kill(os.getpid(), signal.SIGKILL)

    for engine in (parts.database.engine, parts.database.single):
        event.listen(engine, "before_cursor_execute", tempt)
        event.listen(engine, "commit", tempt)


def main(url: str, folder: str, secret: str) -> None:
    """Serve until stdin ends."""
    silence_logs()
    settings = load_settings(data_dir=Path(folder), database_url=url, secret_key=secret, allow_private_platforms=True)
    # what the first certificate of a process loads
    check_conformance(build_credential(sample_snapshot(), StatusEntry(1, 1)))
    for line in sys.stdin:
        command, _, number = line.strip().partition(" ")
        if command == "wait":
            print(os.waitpid(int(number), 0)[1], flush=True)  # noqa: T201 - its answer
            continue
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        if os.fork() == 0:
            parts = compose(settings, engine=RecordingJobs())
            parts.issuer_keys.keys()
            print(os.getpid(), flush=True)  # noqa: T201 - its answer
            signal.sigwait({signal.SIGUSR1})
            die_at(int(number), parts)
            press(parts)
            os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
