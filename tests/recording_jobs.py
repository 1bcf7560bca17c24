"""A stand-in for the engine that keeps what was enqueued and runs it when a test says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

from lti_tool.jobs.queue import Handler


@dataclass(frozen=True)
class Job:
    """One enqueued job."""

    job: str
    key: str
    number: int
    lane: str
    delay: float


class RecordingJobs:
    """Takes jobs like the engine does: they exist once the caller's transaction has committed, each id once."""

    def __init__(self) -> None:
        self.waiting_jobs: list[Job] = []
        self.seen: set[tuple[str, str, int]] = set()
        self.cancelled: list[tuple[str, str, int]] = []
        self.handlers: dict[str, Handler] = {}
        self.periodic: dict[str, Callable[[], object]] = {}

    def register(self, job: str, handler: Handler, *, lanes: bool = False) -> None:  # noqa: ARG002
        self.handlers[job] = handler

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:  # noqa: ARG002
        self.periodic[name] = work

    def enqueue(self, session: Session, job: str, key: str, number: int, *, lane: str = "", delay: float = 0.0) -> None:
        added = Job(job, key, number, lane, delay)

        def commit(_session: Session) -> None:
            if (job, key, number) not in self.seen:
                self.seen.add((job, key, number))
                self.waiting_jobs.append(added)

        event.listen(session, "after_commit", commit, once=True)

    def cancel(self, job: str, key: str, number: int) -> None:
        self.cancelled.append((job, key, number))
        self.waiting_jobs = [one for one in self.waiting_jobs if (one.job, one.key, one.number) != (job, key, number)]

    def drop(self, job: str, rows: Iterable[tuple[str, int]]) -> None:
        gone = set(rows)
        self.waiting_jobs = [one for one in self.waiting_jobs if one.job != job or (one.key, one.number) not in gone]

    def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        here = {(one.key, one.number) for one in self.waiting_jobs if one.job == job}
        return here & set(rows)

    def run(self, *, delayed: bool = False) -> int:
        """Run what waits, and what that adds; return how many ran. Delayed jobs only when asked."""
        count = 0
        while True:
            ready = [one for one in self.waiting_jobs if delayed or one.delay == 0]
            if not ready:
                return count
            for one in ready:
                if one not in self.waiting_jobs:
                    continue  # it was dropped meanwhile
                self.waiting_jobs.remove(one)
                self.handlers[one.job](one.key, one.number)
                count += 1
            delayed = False

    def prepare(self) -> None:
        """There are no tables."""

    def launch(self) -> None:
        """Jobs run when a test says so."""

    def stop(self) -> None:
        """Nothing runs."""
