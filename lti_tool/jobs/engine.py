"""The durable engine, DBOS on the application's own database; the only importer of `dbos`.

What DBOS alone does not give (measured): a job that raises is over for good, and a dead process's running job is not
taken over, nor is its lane. So every kind of job keeps its truth in a row with a job number and a lease, a sweeper
(`every`) gives rows without a living job a new one, and a job that runs too long gives its lane up. The application
version is pinned, executor ids are unique and stable.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.clock import Clock, utc_now
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.jobs.beats import BEAT_EVERY, Beats
from lti_tool.jobs.executors import Executor, claim_executor
from lti_tool.jobs.queue import Handler
from lti_tool.jobs.running import Running
from lti_tool.jobs.timing import timed
from lti_tool.tally import Tally

APPLICATION = "icc-bridge"
APPLICATION_VERSION = "1"
"""Pinned: a job interrupted under one version is never picked up by another (DBOS hashes the source by default)."""
WORKFLOW = "icc-bridge-job"
LANES = "icc-lanes"
WORK = "icc-work"
LONGEST_JOB = timedelta(minutes=10)
"""Longer than any job takes. What runs longer was running in a process that died, and would block its lane for ever."""
KEEP_FINISHED = timedelta(days=7)
PURGE_EVERY = 3600.0
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
BATCH = 500

log = structlog.get_logger(__name__)

_running = Running()
"""Whom `_run` calls. DBOS keeps one registry a process, so the engine that was launched last fills this."""


@DBOS.workflow(name=WORKFLOW)
def _run(job: str, key: str, number: int) -> None:
    _running.run(job, key, number)


class Engine:
    """Enqueues jobs and, once launched, runs them in this process.

    Args:
        settings: job_threads, job_poll_seconds and the data folder (for the lock files of executor ids).
        database: the application's database; DBOS keeps its tables there too.
        clock: the time, for the retention of finished jobs.
        tally: is told how long jobs take.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock = utc_now, tally: Tally | None = None) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._beats = Beats(database, clock)
        self._tally = tally
        self._registered: dict[str, tuple[Handler, bool]] = {}
        self._periodic: list[tuple[float, str, Callable[[], object]]] = [
            (PURGE_EVERY, "purge-jobs", self.purge),
            (BEAT_EVERY, "beat", self._beat),
        ]
        self._client: DBOSClient | None = None
        self._client_lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._executor: Executor | None = None

    def register(self, job: str, handler: Handler, *, lanes: bool = False) -> None:
        """Say who does a kind of job; before `launch`.

        Args:
            job: its name, kept stable: it stands in queued rows.
            handler: does it.
            lanes: whether its jobs have lanes, of which each runs one job at a time.
        """
        self._registered[job] = (handler if self._tally is None else timed(handler, job, self._tally), lanes)

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Do `work` at launch and then every so many seconds, in each launched process; it must be idempotent."""
        self._periodic.append((seconds, name, work))

    def enqueue(self, session: Session, job: str, key: str, number: int, *, lane: str = "", delay: float = 0.0) -> None:
        """Add a job within the caller's transaction; see `lti_tool.jobs.queue.Jobs`."""
        _handler, lanes = self._registered[job]
        options = EnqueueOptions(
            workflow_name=WORKFLOW,
            queue_name=LANES if lanes else WORK,
            workflow_id=_name(job, key, number),
            workflow_timeout=LONGEST_JOB.total_seconds(),
            app_version=APPLICATION_VERSION,
        )
        if lanes:
            options["queue_partition_key"] = lane
        if delay > 0:
            options["delay_seconds"] = delay
        self._use_client().enqueue_in_transaction(session, options, job, key, number)

    def cancel(self, job: str, key: str, number: int) -> None:
        """See that the job does not start any more, and give its lane free; see `lti_tool.jobs.queue.Jobs`."""
        self._use_client().cancel_workflow(_name(job, key, number))

    def drop(self, job: str, rows: Iterable[tuple[str, int]]) -> None:
        """Forget jobs that have not started; see `lti_tool.jobs.queue.Jobs`."""
        names = [_name(job, key, number) for key, number in self.waiting(job, rows)]
        if names:
            self._use_client().delete_workflows(names)

    def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return which of these (key, number) have a job that will still start; see `lti_tool.jobs.queue.Jobs`."""
        names = {_name(job, key, number): (key, number) for key, number in rows}
        found: set[tuple[str, int]] = set()
        for some in _batches(list(names)):
            workflows = self._use_client().list_workflows(
                workflow_ids=list(some), status=["ENQUEUED", "DELAYED"], load_input=False, load_output=False
            )
            found |= {names[workflow.workflow_id] for workflow in workflows}
        return found

    def prepare(self) -> None:
        """Make or upgrade the engine's own tables. Part of `db upgrade`, and of every launch."""
        DBOS.migrate(self._database.url)

    def launch(self) -> None:
        """Start running jobs and periodic work in this process."""
        self._executor = claim_executor(self._settings.data_dir)
        _running.serve({job: handler for job, (handler, _lanes) in self._registered.items()})
        try:
            self.prepare()
            # The queues come first: DBOS looks for new ones once a second only.
            self._register_queues()
            DBOS(config=self._config(self._executor.id))
            DBOS.launch()
        except BaseException:
            self.stop(0)
            raise
        self._stopping.clear()
        for seconds, name, work in self._periodic:
            thread = threading.Thread(target=self._repeat, args=(seconds, name, work), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        log.info("jobs.launched", executor=self._executor.id)

    def stop(self, wait_seconds: int = 10) -> None:
        """Stop taking jobs, give running ones `wait_seconds` to finish, and let go of the database."""
        until = time.monotonic() + wait_seconds
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        self._threads.clear()
        if self._executor is not None:
            # DBOS waits at least a second as soon as it waits at all.
            DBOS.destroy(workflow_completion_timeout_sec=wait_seconds if _running.busy() else 0)
            self._end_beats(self._executor.id)
            self._executor.release()
            self._executor = None
        with self._client_lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def purge(self) -> None:
        """Delete finished jobs that are older than a week; their rows hold what matters."""
        client = self._use_client()
        until = (self._clock() - KEEP_FINISHED).isoformat()
        while True:
            old = client.list_workflows(
                status=FINISHED, completed_before=until, limit=BATCH, load_input=False, load_output=False
            )
            if not old:
                return
            client.delete_workflows([workflow.workflow_id for workflow in old])

    def _beat(self) -> None:
        if self._executor is not None:
            self._beats.beat(self._executor.id)

    def _end_beats(self, executor: str) -> None:
        try:
            self._beats.end(executor)
        except SQLAlchemyError as error:
            log.warning("jobs.end_not_told", error=type(error).__name__)

    def _repeat(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001  # a sweeper must outlive a restart of the database
                log.warning("jobs.periodic_failed", name=name, error=type(error).__name__)
            self._stopping.wait(seconds)

    def _register_queues(self) -> None:
        client, poll, threads = self._use_client(), self._settings.job_poll_seconds, self._settings.job_threads
        client.register_queue(LANES, partition_concurrency=1, worker_concurrency=threads, polling_interval_sec=poll)
        client.register_queue(WORK, worker_concurrency=threads, polling_interval_sec=poll)

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
            notification_listener_polling_interval_sec=0.2,
        )


def _name(job: str, key: str, number: int) -> str:
    return f"{job}:{key}:{number}"


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]
