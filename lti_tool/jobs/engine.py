"""The durable engine, DBOS on the application's own database; the only importer of `dbos`.

What DBOS alone does not give (measured): a job that raises is over for good, and a dead process's running job is not
taken over. So every kind of job keeps its truth in a row with a job number and a lease, and a sweeper (`every`) gives
rows without a living job a new one. The application version is pinned, executor ids are unique and stable a process.
"""

import fcntl
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy.orm import Session

from lti_tool.clock import Clock, utc_now
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.jobs.queue import Handler

APPLICATION = "icc-bridge"
APPLICATION_VERSION = "1"
"""Pinned: a job interrupted under one version is never picked up by another (DBOS hashes the source by default)."""
KEEP_FINISHED = timedelta(days=7)
PURGE_EVERY = 3600.0
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

log = structlog.get_logger(__name__)


@DBOS.workflow(name="icc-bridge-job")
def _run(job: str, key: str, number: int) -> None:
    handler = _handlers.get(job)
    if handler is None:
        log.error("job.unknown", job=job)
        return
    try:
        handler(key, number)
    except Exception as error:
        # The row stays due; the sweeper gives it a new job. The message may hold anything, so only its kind is logged.
        log.exception("job.failed", job=job, number=number, error=type(error).__name__, exc_info=False)
        raise


_handlers: dict[str, Handler] = {}
"""What `_run` calls. DBOS keeps one registry a process, so the engine that was launched last fills this."""


class Engine:
    """Enqueues jobs and, once launched, runs them in this process.

    Args:
        settings: job_threads, job_poll_seconds and the data folder (for the lock files of executor ids).
        database: the application's database; DBOS keeps its tables there too.
        clock: the time, for the retention of finished jobs.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._registered: dict[str, tuple[Handler, bool]] = {}
        self._periodic: list[tuple[float, str, Callable[[], object]]] = [(PURGE_EVERY, "purge-jobs", self.purge)]
        self._client: DBOSClient | None = None
        self._client_lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._claim: IO[str] | None = None
        self._launched = False

    def register(self, job: str, handler: Handler, *, lanes: bool = False) -> None:
        """Say who does a kind of job; before `launch`.

        Args:
            job: its name, kept stable: it stands in queued rows.
            handler: does it.
            lanes: whether its jobs have lanes, of which each runs one job at a time.
        """
        self._registered[job] = (handler, lanes)

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Do `work` at launch and then every so many seconds, in each launched process; it must be idempotent."""
        self._periodic.append((seconds, name, work))

    def enqueue(self, session: Session, job: str, key: str, number: int, *, lane: str = "", delay: float = 0.0) -> None:
        """Add a job within the caller's transaction; see `lti_tool.jobs.queue.Jobs`."""
        _handler, lanes = self._registered[job]
        options = EnqueueOptions(
            workflow_name="icc-bridge-job",
            queue_name="icc-lanes" if lanes else "icc-work",
            workflow_id=f"{job}:{key}:{number}",
            app_version=APPLICATION_VERSION,
        )
        if lanes:
            options["queue_partition_key"] = lane
        if delay > 0:
            options["delay_seconds"] = delay
        self._use_client().enqueue_in_transaction(session, options, job, key, number)

    def cancel(self, job: str, key: str, number: int) -> None:
        """See that the job does not start any more, if it has not."""
        self._use_client().cancel_workflow(f"{job}:{key}:{number}")

    def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return which of these (key, number) have a job that will still start."""
        names = {f"{job}:{key}:{number}": (key, number) for key, number in rows}
        if not names:
            return set()
        found = self._use_client().list_workflows(
            workflow_ids=list(names), status=["ENQUEUED", "DELAYED"], load_input=False, load_output=False
        )
        return {names[workflow.workflow_id] for workflow in found}

    def prepare(self) -> None:
        """Make or upgrade the engine's own tables. Part of `db upgrade`."""
        DBOS.migrate(self._database.url)

    def launch(self) -> None:
        """Start running jobs and periodic work in this process."""
        self._claim, executor = claim_executor(self._settings.data_dir)
        _handlers.clear()
        _handlers.update({job: handler for job, (handler, _lanes) in self._registered.items()})
        DBOS(config=self._config(executor))
        poll, threads = self._settings.job_poll_seconds, self._settings.job_threads
        DBOS.launch()
        DBOS.register_queue(
            "icc-lanes",
            partition_concurrency=1,
            worker_concurrency=threads,
            polling_interval_sec=poll,
            on_conflict="always_update",
        )
        DBOS.register_queue(
            "icc-work", worker_concurrency=threads, polling_interval_sec=poll, on_conflict="always_update"
        )
        self._launched = True
        self._stopping.clear()
        for seconds, name, work in self._periodic:
            thread = threading.Thread(target=self._repeat, args=(seconds, name, work), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        log.info("jobs.launched", executor=executor)

    def stop(self, wait_seconds: int = 10) -> None:
        """Stop taking jobs, give running ones `wait_seconds` to finish, and let go of the database."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=wait_seconds)
        self._threads.clear()
        if self._launched:
            DBOS.destroy(workflow_completion_timeout_sec=wait_seconds)
            self._launched = False
        with self._client_lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def purge(self) -> None:
        """Delete finished jobs that are older than a week; their rows hold what matters."""
        client = self._use_client()
        until = (self._clock() - KEEP_FINISHED).isoformat()
        while True:
            old = client.list_workflows(
                status=FINISHED, completed_before=until, limit=500, load_input=False, load_output=False
            )
            if not old:
                return
            client.delete_workflows([workflow.workflow_id for workflow in old])

    def _repeat(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001  # a sweeper must outlive a restart of the database
                log.warning("jobs.periodic_failed", name=name, error=type(error).__name__)
            self._stopping.wait(seconds)

    def _use_client(self) -> DBOSClient:
        with self._client_lock:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_url=self._database.url,
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._client

    def _config(self, executor: str) -> DBOSConfig:
        logging.getLogger("dbos").setLevel(logging.WARNING)
        return DBOSConfig(
            name=APPLICATION,
            system_database_url=self._database.url,
            application_version=APPLICATION_VERSION,
            executor_id=executor,
            log_level="WARNING",
            max_executor_threads=max(16, self._settings.job_threads * 2),
            notification_listener_polling_interval_sec=1.0,
        )


def claim_executor(data_dir: Path) -> tuple[IO[str], str]:
    """Take the first executor id that no living process of this machine holds.

    Two processes with one id would run a job twice; a stable id lets a restarted process find what it was running.

    Args:
        data_dir: where the lock files lie.

    Returns:
        The open lock file (held until it is closed or the process ends) and the id.
    """
    folder = data_dir / "executors"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        file = (folder / f"{number}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            number += 1
        else:
            return file, f"{socket.gethostname()}-{number}"
