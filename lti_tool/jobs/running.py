"""Doing a job: finding who does it, counting what runs, and letting nothing out that does not belong in a log."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog

from lti_tool.jobs.queue import Handler

log = structlog.get_logger(__name__)


class JobFailed(Exception):
    """A job raised. The engine keeps this error and logs it, so it names the kind of what happened and nothing else:
    the message of the original may hold anything, such as the parameters of a query.
    """


class Running:
    """The handlers of this process and how many jobs they are doing."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._count = 0
        self._lock = threading.Lock()

    def serve(self, handlers: Mapping[str, Handler]) -> None:
        """From now on these do the jobs."""
        self._handlers = dict(handlers)

    def busy(self) -> bool:
        """Return whether a job is being done."""
        return self._count > 0

    def run(self, job: str, key: str, number: int) -> None:
        """Do one job.

        Raises:
            JobFailed: it raised, or nobody does this kind. Its row stays due, and the sweeper gives it a new job.
        """
        failure = ""
        with self._counted():
            try:
                self._handlers[job](key, number)
            except Exception as error:  # noqa: BLE001  # raised again below, without its message
                failure = type(error).__name__ if job in self._handlers else "nobody does this kind of job"
        if failure:
            log.error("job.failed", job=job, number=number, error=failure)
            raise JobFailed(f"{job}: {failure}")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
