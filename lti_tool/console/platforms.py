"""The platforms for operators: when somebody came from one last, whether results arrive, and what asks for attention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.connection.reasons import ORDINARY
from lti_tool.connection.report import kind_of
from lti_tool.database import Database
from lti_tool.launch.models import LAUNCHED, LaunchTrace
from lti_tool.launch.tracebook import Trace, TraceBook
from lti_tool.platforms.errors import PlatformUnknown
from lti_tool.platforms.models import Deployment, Platform, PlatformKeySet, PlatformStatus
from lti_tool.platforms.service import PlatformInfo, info_of
from lti_tool.sync.counts import OutboxCounts, PlatformCounts
from lti_tool.sync.models import ScoreOutbox

LATE = timedelta(hours=1)
"""A result that waits longer asks for attention."""
STALE = timedelta(hours=2)
"""Keys that were not read for so long: the job reads them every half hour."""
LATELY = timedelta(days=7)
MOST_TRACES = 10


class Attention(StrEnum):
    """What asks for an operator's attention."""

    DISABLED = "disabled"
    NO_DEPLOYMENT = "no_deployment"
    """No launch is accepted: no deployment is known."""
    KEYS = "keys"
    """Its keys could not be read lately, or never."""
    REFUSED = "refused"
    """It does not take some results, or shows other grades."""
    LATE = "late"
    """A result waits for more than an hour."""
    LAUNCHES = "launches"
    """People were refused lately, for more than what opening the assignment once more solves."""


@dataclass(frozen=True)
class PlatformHealth:
    """How a platform stands."""

    info: PlatformInfo
    kind: str
    last_launch_at: datetime | None
    last_score_at: datetime | None
    counts: PlatformCounts
    keys_at: datetime | None
    """When its keys were read last, with success."""
    refused_launches: int
    """Of the last seven days."""
    warnings: Sequence[Attention]
    keys_age: timedelta | None
    """How long ago its keys were read last, with success."""
    keys_tried_at: datetime | None
    """When they were asked for last."""
    key_ids: Sequence[str]
    """Of the keys that its messages may be signed with."""

    @property
    def disabled(self) -> bool:
        """Whether its launches are refused."""
        return self.info.status is PlatformStatus.DISABLED


@dataclass(frozen=True)
class PlatformPage:
    """A platform, looked at closely."""

    health: PlatformHealth
    created_at: datetime
    deployments: Sequence[str]
    launches: Sequence[Trace]
    refusals: Sequence[Trace]


class PlatformDesk:
    """Reads how platforms stand, in a fixed number of queries.

    Args:
        database: where everything is.
        clock: the time.
        counts: of the outbox.
        traces: of launches.
    """

    def __init__(self, database: Database, clock: Clock, counts: OutboxCounts, traces: TraceBook) -> None:
        self._database = database
        self._clock = clock
        self._counts = counts
        self._traces = traces

    def list(self) -> Sequence[PlatformHealth]:
        """Return all platforms: those that ask for attention first, then by name."""
        counts = {one.platform_id: one for one in self._counts.read()}
        with self._database.reading() as session:
            rows = session.scalars(select(Platform).order_by(Platform.name, Platform.id)).all()
            found = self._health(session, rows, counts)
        return sorted(found, key=lambda one: (not one.warnings, one.disabled))

    def show(self, platform_id: str) -> PlatformPage:
        """Return one platform. Raises PlatformUnknown when there is none."""
        counts = {one.platform_id: one for one in self._counts.read()}
        with self._database.reading() as session:
            row = session.get(Platform, platform_id)
            if row is None:
                raise PlatformUnknown("no platform has this id")
            (health,) = self._health(session, [row], counts)
            deployments = session.scalars(
                select(Deployment.deployment_id)
                .where(Deployment.platform_id == platform_id)
                .order_by(Deployment.deployment_id)
            ).all()
        launches, refusals = (read(platform_id, MOST_TRACES) for read in (self._traces.launches, self._traces.refusals))
        return PlatformPage(health, row.created_at, deployments, launches, refusals)

    def _health(
        self, session: Session, rows: Sequence[Platform], counts: Mapping[str, PlatformCounts]
    ) -> Sequence[PlatformHealth]:
        ids, now = [row.id for row in rows], self._clock()
        sent = dict(
            session.execute(
                select(ScoreOutbox.platform_id, func.max(ScoreOutbox.sent_at))
                .where(ScoreOutbox.platform_id.in_(ids))
                .group_by(ScoreOutbox.platform_id)
            ).all()
        )
        keys = {
            one.platform_id: one
            for one in session.scalars(select(PlatformKeySet).where(PlatformKeySet.platform_id.in_(ids)))
        }
        deployed = set(session.scalars(select(Deployment.platform_id).where(Deployment.platform_id.in_(ids)).distinct()))
        refused = dict(
            session.execute(
                select(LaunchTrace.platform_id, func.count())
                .where(
                    LaunchTrace.platform_id.in_(ids),
                    LaunchTrace.created_at >= now - LATELY,
                    LaunchTrace.outcome != LAUNCHED,
                    LaunchTrace.outcome.not_in(ORDINARY),
                )
                .group_by(LaunchTrace.platform_id)
            ).all()
        )
        return [
            self._line(
                row,
                counts.get(row.id, PlatformCounts(row.id)),
                sent.get(row.id),
                keys.get(row.id),
                refused.get(row.id, 0),
                now,
                deployed=row.id in deployed,
            )
            for row in rows
        ]

    def _line(
        self,
        row: Platform,
        counts: PlatformCounts,
        sent_at: datetime | None,
        keys: PlatformKeySet | None,
        refused: int,
        now: datetime,
        *,
        deployed: bool,
    ) -> PlatformHealth:
        keys_at = keys.fetched_at if keys is not None else None
        stale = keys is None or keys.jwks is None or keys_at is None or now - keys_at > STALE
        warnings = {
            Attention.DISABLED: row.status == PlatformStatus.DISABLED,
            Attention.NO_DEPLOYMENT: not deployed,
            Attention.KEYS: stale and row.status == PlatformStatus.ACTIVE,
            Attention.REFUSED: counts.refused > 0,
            Attention.LATE: counts.oldest_waiting > LATE,
            Attention.LAUNCHES: refused > 0,
        }
        info = info_of(row)
        return PlatformHealth(
            info=info,
            kind=kind_of(info),
            last_launch_at=row.last_launch_at,
            last_score_at=sent_at,
            counts=counts,
            keys_at=keys_at,
            refused_launches=refused,
            warnings=[warning for warning, holds in warnings.items() if holds],
            keys_age=now - keys_at if keys_at is not None else None,
            keys_tried_at=keys.attempted_at if keys is not None else None,
            key_ids=[str(one.get("kid") or "?") for one in (keys.jwks or {}).get("keys", ())] if keys is not None else (),
        )
