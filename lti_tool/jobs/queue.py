"""What the rooms above need of the engine, so that their tests can hand in a recording one."""

from collections.abc import Callable, Iterable
from typing import Protocol

from sqlalchemy.orm import Session

Handler = Callable[[str, int], None]
"""A job: takes the row's key and the job number, and returns at once when the number is stale."""


class Jobs(Protocol):
    """Takes jobs and gives them to a handler later, at least once each."""

    def enqueue(self, session: Session, job: str, key: str, number: int, *, lane: str = "", delay: float = 0.0) -> None:
        """Add a job within the caller's transaction: it exists exactly when the transaction commits.

        Args:
            session: the caller's open transaction.
            job: the name under which the handler is registered.
            key: the row's id.
            number: the row's job number; (job, key, number) is the idempotency key.
            lane: jobs of one lane run one after the other (a platform's id); only for jobs registered with lanes.
            delay: seconds to wait before it may start.
        """

    def cancel(self, job: str, key: str, number: int) -> None:
        """See that the job does not start any more, if it has not; if it has, its lane goes on without waiting for it.

        It writes by itself, so not within an open transaction.
        """

    def drop(self, job: str, rows: Iterable[tuple[str, int]]) -> None:
        """Forget those of the jobs of these (key, number) that have not started: they have nothing to do any more.

        It writes by itself, so not within an open transaction.
        """

    def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return which of these (key, number) have a job that will still start. Not within an open transaction."""


class JobEngine(Jobs, Protocol):
    """What the composition needs besides: say who does what, start and stop."""

    def register(self, job: str, handler: Handler, *, lanes: bool = False) -> None:
        """Say who does a kind of job."""

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Do `work` every so many seconds while launched."""

    def prepare(self) -> None:
        """Make or upgrade the engine's own tables."""

    def launch(self) -> None:
        """Start running jobs in this process."""

    def stop(self) -> None:
        """Stop."""
