"""How long jobs take, by kind and by how they ended; and their name in every line that they log."""

import time

import structlog

from lti_tool.jobs.queue import Handler
from lti_tool.measures import JOB_SECONDS
from lti_tool.tally import Tally

DONE, FAILED = "done", "failed"


def timed(handler: Handler, job: str, tally: Tally) -> Handler:
    """Return a handler that does the same, and whose time is told.

    Args:
        job: its kind.
        tally: is told.
    """

    def do(key: str, number: int) -> None:
        began, result = time.perf_counter(), FAILED
        try:
            with structlog.contextvars.bound_contextvars(job=job):
                handler(key, number)
            result = DONE
        finally:
            tally.time(JOB_SECONDS, time.perf_counter() - began, job, result)

    return do
