"""Traces: what became of each login, launch and registration, so that a code read aloud leads to the reason.

A launch that succeeds writes its row in its own transaction. A refusal stores nothing else, so its row has a short
transaction of its own. A row never says who somebody is: no token, name, `sub`, hint or foreign text is in it.

Nobody fills the disk with refusals: a process writes at most `REFUSALS_A_MINUTE`, the log counts the rest, and the
clean-up keeps the newest `REFUSALS_KEPT` of each platform.
"""

import re
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import IccError
from lti_tool.ids import new_reference
from lti_tool.launch.models import LAUNCHED, LaunchTrace, Layer, Step
from lti_tool.measures import LAUNCHES, REFUSALS
from lti_tool.statements import Statement
from lti_tool.tally import Tally
from mappings.roles import Role

PREFIX = "LTI-"
REFUSALS_A_MINUTE = 600
"""A whole school that starts at once behind a broken registration is traced wholly."""
REFUSALS_KEPT = 10_000
LONGEST_DETAIL = 300
CLEAN_UP_BATCH = 2_000
"""Rows deleted in one transaction: on SQLite nobody else writes meanwhile."""

_LETTERS = re.compile(r"[^\W_]", re.ASCII)
_HIDDEN = re.compile(
    r"eyJ[\w.-]+"  # a token
    r"|\S*@\S*"  # an e-mail address, or credentials in an address
    r"|(?<=[?#])\S+"  # what follows the path of an address
    r"|[\w+/=-]{32,}",  # a secret, a digest
    re.ASCII,
)

log = structlog.get_logger(__name__)


class TraceNotWritten(Exception):
    """A launch's row cannot be written; whatever else that transaction did is undone with it."""


class TraceService:
    """Writes traces and cleans them up; `lti_tool.launch.tracebook` reads them.

    Args:
        settings: `trace_days`.
        database: where the traces are.
        clock: the time.
        tally: counts launches and refusals.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, tally: Tally | None = None) -> None:
        self._kept = timedelta(days=settings.trace_days)
        self._database = database
        self._clock = clock
        self._tally = tally
        self._refusals = Allowance(REFUSALS_A_MINUTE, clock, _told)

    def launched(
        self, session: Session, platform_id: str, *, message: str, role: Role, layer: Layer | None, now: datetime
    ) -> None:
        """Write that a launch succeeded, within its transaction.

        Raises:
            TraceNotWritten: the database refused; the caller rolls back and does the launch again without a trace.
        """
        row = _row(Step.LAUNCH, platform_id, LAUNCHED, now) | {"message": message, "role": role.value, "layer": layer}
        structlog.contextvars.bind_contextvars(launch=row["code"])
        try:
            _INSERT.rows(session.connection(), row)
        except SQLAlchemyError as error:
            log.error("trace_not_written", step=Step.LAUNCH.value, error=type(error).__name__)
            raise TraceNotWritten from None

    def count(self, platform_id: str, message: str) -> None:
        """Count a launch that succeeded; not within its transaction, which may yet be undone."""
        if self._tally is not None:
            self._tally.count(LAUNCHES, platform_id, message)

    def refused(self, step: Step, error: IccError, *, platform_id: str | None = None, layer: Layer | None = None) -> str:
        """Write that something was refused, in a transaction of its own, and return the code for the page.

        It never raises: without a row the code still leads to the log. Call it in no transaction.

        Args:
            error: why; its code and its `detail` are kept.
            platform_id: the registration it concerns, if that is known.
        """
        now = self._clock()
        row = _row(step, platform_id, error.code, now) | {"detail": one_line(error.detail), "layer": layer}
        code = str(row["code"])
        structlog.contextvars.bind_contextvars(launch=code)
        if self._tally is not None:
            self._tally.count(REFUSALS, step.value, error.code)
        if self._refusals.take() == 0:
            try:
                with self._database.session() as session:
                    _INSERT.rows(session.connection(), row)
            except Exception as failure:  # noqa: BLE001  # the reader gets the page of the refusal, whatever happens here
                log.error("trace_not_written", step=step.value, reference=code, error=type(failure).__name__)
        return code

    def clean_up(self) -> int:
        """Delete what is older than `trace_days`, and of each platform all but the newest refusals; return how many."""
        newest_first = func.row_number().over(partition_by=LaunchTrace.platform_id, order_by=LaunchTrace.created_at.desc())
        ranked = select(LaunchTrace.id, newest_first.label("rank")).where(LaunchTrace.outcome != LAUNCHED).subquery()
        old = select(LaunchTrace.id).where(LaunchTrace.created_at <= self._clock() - self._kept)
        many = select(ranked.c.id).where(ranked.c.rank > REFUSALS_KEPT)
        return self._delete(old.limit(CLEAN_UP_BATCH)) + self._delete(many.limit(CLEAN_UP_BATCH))

    def _delete(self, doomed: Select[str]) -> int:
        total = 0
        while True:
            with self._database.session() as session:
                gone = session.execute(
                    delete(LaunchTrace).where(LaunchTrace.id.in_(doomed)).returning(LaunchTrace.id),
                    execution_options={"synchronize_session": False},
                )
                count = len(gone.all())
            total += count
            if count < CLEAN_UP_BATCH:
                return total


_INSERT = Statement(insert(LaunchTrace))


def _row(step: Step, platform_id: str | None, outcome: str, now: datetime) -> dict[str, object]:
    return {
        "code": f"{PREFIX}{new_reference()}",
        "platform_id": platform_id,
        "step": step.value,
        "outcome": outcome,
        "created_at": now,
    }


def _told(count: int) -> None:
    log.warning("traces_dropped", count=count, most_a_minute=REFUSALS_A_MINUTE)


def one_line(detail: str) -> str:
    """Return a detail as one short line, without what looks like a token, a secret, an e-mail address or a query."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in detail).split())
    return _HIDDEN.sub("…", words)[:LONGEST_DETAIL]


def code_from(typed: str) -> str:
    """Return the code that somebody means, however it was typed: ``lti 7f3k2m``, ``7F3K-2M``."""
    letters = "".join(_LETTERS.findall(typed)).upper()
    return f"{PREFIX}{letters.removeprefix(PREFIX.strip('-'))}"
