"""Counting over all processes: each keeps its own counts for a few seconds and adds them to rows that all share.

So a request or a job pays for a dictionary entry, and whoever reads the rows reads the sum of all processes, workers and
those that are gone included. A process that is killed with -9 takes along what it counted in the last seconds.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import structlog
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy import Executable, Float, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base, Database
from lti_tool.measures import MEASURES, Measure

FLUSH_EVERY = 5.0
"""Seconds."""
MOST_SERIES = 500
"""Combinations of labels that one process counts apart for a measure; what comes after that counts as `OTHER`."""
OTHER = "other"
LONGEST_LABEL = 60
COUNT, SUM = "count", "sum"

log = structlog.get_logger(__name__)
Key = tuple[str, str, str]


class TallyCount(Base):
    """How much of a measure there was since the beginning, for one combination of its labels."""

    __tablename__ = "tally_count"

    measure: Mapped[str] = mapped_column(String(60), primary_key=True)
    labels: Mapped[str] = mapped_column(String(300), primary_key=True)
    """The values of its labels, as a JSON list."""
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    """``count``, for times also ``sum`` (seconds) and each step's upper bound."""
    value: Mapped[float] = mapped_column(Float, server_default="0")


class Tally:
    """Counts, in this process, and brings it to the rows of all.

    Args:
        database: where the rows are.
        flush_every: seconds, once it flushes by itself.
    """

    def __init__(self, database: Database, *, flush_every: float = FLUSH_EVERY) -> None:
        self._flush_every = flush_every
        self._database = database
        self._pending: Counter[Key] = Counter()
        self._series: dict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, measure: Measure, *labels: str) -> None:
        """Count one."""
        with self._lock:
            self._pending[measure.name, self._known(measure, labels), COUNT] += 1

    def time(self, measure: Measure, seconds: float, *labels: str) -> None:
        """Note how long something took."""
        step = next((repr(one) for one in measure.steps if seconds <= one), None)
        with self._lock:
            series = measure.name, self._known(measure, labels)
            if step is not None:
                self._pending[*series, step] += 1
            self._pending[*series, COUNT] += 1
            # a Counter adds fractions too
            self._pending[*series, SUM] += seconds  # type: ignore[assignment]

    def flush(self) -> None:
        """Add to the rows what was counted here since the last time; what cannot be written is kept for the next time."""
        with self._lock:
            taken, self._pending = self._pending, Counter()
        if not taken:
            return
        # in one order, so that no two processes wait in a ring
        rows = [
            {"measure": measure, "labels": labels, "part": part, "value": float(value)}
            for (measure, labels, part), value in sorted(taken.items())
        ]
        try:
            with self._database.session() as session:
                session.connection().execute(_more(session.get_bind().dialect.name), rows)
        except SQLAlchemyError as error:
            log.warning("tally.not_written", error=type(error).__name__)
            with self._lock:
                self._pending.update(taken)

    def keep_flushing(self) -> None:
        """Flush every few seconds from now on, in a thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._repeat, name="tally", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Flush for the last time, where it flushed by itself; a command that ends at once has nothing to tell."""
        if self._thread is not None:
            self._over.set()
            self._thread.join()
            self._thread = None
            self.flush()

    def read(self) -> Iterator[Metric]:
        """Yield what all processes have counted, as Prometheus has it.

        Raises:
            SQLAlchemyError: the database cannot be used.
        """
        found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        with self._database.reading() as session:
            for one in session.scalars(select(TallyCount)):
                found[one.measure][one.labels][one.part] = one.value
        for measure in MEASURES:
            yield _metric(measure, found[measure.name])

    def _known(self, measure: Measure, labels: Iterable[str]) -> str:
        """Return the labels as a row has them; those that are too many as others."""
        shown = json.dumps([label[:LONGEST_LABEL] for label in labels])
        series = self._series[measure.name]
        if shown not in series:
            if len(series) >= MOST_SERIES:
                return json.dumps([OTHER] * len(measure.labels))
            series.add(shown)
        return shown

    def _repeat(self) -> None:
        while not self._over.wait(self._flush_every):
            self.flush()


def _metric(measure: Measure, series: dict[str, dict[str, float]]) -> Metric:
    if not measure.steps:
        counter = CounterMetricFamily(measure.name, measure.meaning, labels=measure.labels)
        for labels, parts in sorted(series.items()):
            counter.add_metric(json.loads(labels), parts.get(COUNT, 0))
        return counter
    histogram = HistogramMetricFamily(measure.name, measure.meaning, labels=measure.labels)
    for labels, parts in sorted(series.items()):
        total, buckets = 0.0, []
        for step in measure.steps:
            total += parts.get(repr(step), 0)
            buckets.append((str(step), total))
        buckets.append(("+Inf", parts.get(COUNT, 0)))
        histogram.add_metric(json.loads(labels), buckets, parts.get(SUM, 0))
    return histogram


@cache
def _more(dialect: str) -> Executable:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(TallyCount)
    return statement.on_conflict_do_update(
        index_elements=[TallyCount.measure, TallyCount.labels, TallyCount.part],
        set_={"value": TallyCount.value + statement.excluded.value},
    )
