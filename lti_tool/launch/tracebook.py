"""Reading the traces: one by its code, the last ones of a platform, and what they amount to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, not_, select

from lti_tool.database import Database
from lti_tool.launch.errors import CookieMissing
from lti_tool.launch.models import LAUNCHED, LaunchTrace, Layer, Step
from lti_tool.launch.traces import code_from
from lti_tool.platforms.models import Platform

MOST = 500
"""Rows that are read at once."""


@dataclass(frozen=True)
class Trace:
    """One login, launch or registration and what became of it."""

    code: str
    at: datetime
    platform_id: str | None
    platform: str | None
    """The name of the platform; None when it is not registered."""
    step: str
    outcome: str
    detail: str
    message: str | None
    role: str | None
    layer: str | None

    @property
    def refused(self) -> bool:
        """Whether somebody was refused."""
        return self.outcome != LAUNCHED

    def row(self) -> dict[str, object]:
        """Return it as a row for a table."""
        return {
            "code": self.code,
            "at": self.at,
            "step": self.step,
            "outcome": self.outcome,
            "detail": self.detail,
            "message": self.message,
            "role": self.role,
            "layer": self.layer,
        }


@dataclass(frozen=True)
class Reason:
    """How often one reason refused somebody, and when last."""

    outcome: str
    count: int
    last_at: datetime
    last_code: str
    """The code of the last one, to look further."""


class TraceBook:
    """Reads the traces.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, code: str) -> Sequence[Trace]:
        """Return the traces with a code, newest first: mostly one, seldom more, as codes are short.

        Args:
            code: as somebody typed it: case, dashes and ``LTI`` in front do not matter.
        """
        return self._read(_TRACES.where(LaunchTrace.code == code_from(code)), MOST)

    def launches(self, platform_id: str, limit: int = 10) -> Sequence[Trace]:
        """Return the last launches of a platform that succeeded, newest first."""
        return self._read(_TRACES.where(LaunchTrace.platform_id == platform_id, LaunchTrace.outcome == LAUNCHED), limit)

    def refusals(self, platform_id: str | None, limit: int = 10) -> Sequence[Trace]:
        """Return the last refusals of a platform, newest first; of None those of platforms that are not registered."""
        return self._read(_TRACES.where(LaunchTrace.platform_id == platform_id, _REFUSED), limit)

    def all_refusals(self, limit: int = 50) -> Sequence[Trace]:
        """Return the last refusals of all platforms and of none, newest first."""
        return self._read(_TRACES.where(_REFUSED), limit)

    def reasons(self, platform_id: str, since: datetime) -> Sequence[Reason]:
        """Return why people of a platform were refused since a moment, the most frequent reason first."""
        rank = func.row_number().over(partition_by=LaunchTrace.outcome, order_by=LaunchTrace.created_at.desc())
        times = func.count().over(partition_by=LaunchTrace.outcome)
        refusals = (
            select(LaunchTrace.outcome, LaunchTrace.created_at, LaunchTrace.code, times.label("times"), rank.label("rank"))
            .where(LaunchTrace.platform_id == platform_id, _REFUSED, LaunchTrace.created_at >= since)
            .subquery()
        )
        last_ones = select(refusals).where(refusals.c.rank == 1).order_by(refusals.c.times.desc(), refusals.c.outcome)
        with self._database.reading() as session:
            rows = session.execute(last_ones)
            return [Reason(row.outcome, row.times, row.created_at, row.code) for row in rows]

    def layers(self, platform_id: str, since: datetime) -> Mapping[Layer, int]:
        """Return how many launches since a moment each layer tied to the browser."""
        query = (
            select(LaunchTrace.layer, func.count())
            .where(
                LaunchTrace.platform_id == platform_id,
                LaunchTrace.outcome == LAUNCHED,
                LaunchTrace.created_at >= since,
                LaunchTrace.layer.is_not(None),
            )
            .group_by(LaunchTrace.layer)
        )
        with self._database.reading() as session:
            return {Layer(str(layer)): count for layer, count in session.execute(query)}

    def _read(self, query: Select[LaunchTrace, str], limit: int) -> Sequence[Trace]:
        newest = query.order_by(LaunchTrace.created_at.desc(), LaunchTrace.id).limit(min(limit, MOST))
        with self._database.reading() as session:
            return [_trace(row) for row in session.execute(newest)]


_WAY_OFFERED = and_(LaunchTrace.step == Step.LOGIN, LaunchTrace.outcome == CookieMissing.code)
"""A frame without cookies: the page goes on with the platform's storage or offers a window. Its code can be looked up, and
it counts as no refusal."""
_REFUSED = and_(LaunchTrace.outcome != LAUNCHED, not_(_WAY_OFFERED))
_TRACES = select(LaunchTrace, Platform.name).outerjoin(Platform, Platform.id == LaunchTrace.platform_id)


def _trace(row: Row[LaunchTrace, str]) -> Trace:
    trace, platform = row
    return Trace(
        code=trace.code,
        at=trace.created_at,
        platform_id=trace.platform_id,
        platform=platform,
        step=trace.step,
        outcome=trace.outcome,
        detail=trace.detail,
        message=trace.message,
        role=trace.role,
        layer=trace.layer,
    )
