"""What waits for a member of the staff, by what the roles let them do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, AwardState, BatchState, Certificate, IssuingBatch
from lti_tool.database import Database
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.signin.gate import Role, StaffMember
from lti_tool.sync.codes import KEPT_IN_LMS
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Cohort


@dataclass(frozen=True)
class RunningBatch:
    """A batch that is under way."""

    id: str
    cohort_name: str
    done: int
    total: int


@dataclass(frozen=True)
class IssuerWork:
    """What waits for an issuer."""

    decisions: int
    names: int
    """Holders who ask for another name."""
    cohorts: int
    """Not approved yet, with participants who wait for it or not."""
    stuck: int
    """Certificates that could not be made so far."""
    batches: Sequence[RunningBatch]


@dataclass(frozen=True)
class OperatorWork:
    """What waits for an operator."""

    failed_scores: int
    failing_platforms: int
    """Switched on, with at least one score that they refused or that does not get through."""
    disabled_platforms: int


@dataclass(frozen=True)
class HomePage:
    """What waits; None: nothing of this is for the reader."""

    issuer: IssuerWork | None
    operator: OperatorWork | None


class Homes:
    """Counts what waits.

    Args:
        database: where everything is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, member: StaffMember) -> HomePage:
        """Return what waits for a member of the staff."""
        with self._database.reading() as session:
            return HomePage(
                issuer=_for_issuer(session) if Role.ISSUER in member.roles else None,
                operator=_for_operator(session) if Role.OPERATOR in member.roles else None,
            )


def _for_issuer(session: Session) -> IssuerWork:
    batches = (
        select(IssuingBatch.id, Cohort.name, IssuingBatch.issued + IssuingBatch.failed, IssuingBatch.total)
        .join(Cohort, Cohort.id == IssuingBatch.cohort_id)
        .where(IssuingBatch.state == BatchState.RUNNING)
        .order_by(IssuingBatch.started_at)
    )
    return IssuerWork(
        decisions=_count(session, select(func.count()).where(Award.state == AwardState.WAITING_DECISION)),
        names=_count(session, select(func.count()).where(Certificate.wanted_name.is_not(None))),
        cohorts=_count(session, select(func.count()).where(Cohort.approved_at.is_(None))),
        stuck=_count(session, select(func.count()).where(Award.state == AwardState.QUEUED, Award.last_error.is_not(None))),
        batches=[RunningBatch(*row) for row in session.execute(batches)],
    )


def _for_operator(session: Session) -> OperatorWork:
    failed = (ScoreOutbox.last_error.is_not(None), ScoreOutbox.last_error != KEPT_IN_LMS)
    active = Platform.status == PlatformStatus.ACTIVE
    failing = (
        select(func.count(func.distinct(ScoreOutbox.platform_id)))
        .join(Platform, Platform.id == ScoreOutbox.platform_id)
        .where(*failed, active)
    )
    return OperatorWork(
        failed_scores=_count(session, select(func.count()).where(*failed)),
        failing_platforms=_count(session, failing),
        disabled_platforms=_count(session, select(func.count()).where(~active)),
    )


def _count(session: Session, query: "object") -> int:
    return int(session.scalar(query) or 0)  # type: ignore[call-overload]
