"""The pages of a batch: who is ready before it begins, how far it is, and in the end who was not issued and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lti_tool.certificates.called import called
from lti_tool.certificates.models import Award, BatchState, IssuingBatch, IssuingBatchItem
from lti_tool.certificates.readiness import Readiness, Why, readiness
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.signin.gate import StaffMember
from lti_tool.training.models import Cohort


@dataclass(frozen=True)
class NotIssued:
    """Somebody who was not issued."""

    award_id: str
    name: Words
    why: Why


@dataclass(frozen=True)
class BatchPage:
    """How far a batch is."""

    id: str
    cohort_id: str
    cohort_name: str
    state: BatchState
    wants_stop: bool
    total: int
    issued: int
    failed: int
    by: str
    started_at: datetime
    ended_at: datetime | None
    not_issued: Sequence[NotIssued]
    """Those of whom it is known so far."""

    @property
    def done(self) -> int:
        """How many of the total are over."""
        return self.issued + self.failed

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == BatchState.RUNNING


class BatchPages:
    """Reads these pages.

    Args:
        database: where everything is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, cohort_id: str, member: StaffMember) -> Readiness:
        """Return who of a cohort this member of the staff can issue now. Raises NotFound."""
        return readiness(self._database, cohort_id, member.name, member.id)

    def running(self, cohort_id: str) -> str | None:
        """Return the id of the batch that runs for a cohort, if one does."""
        query = select(IssuingBatch.id).where(IssuingBatch.cohort_id == cohort_id, IssuingBatch.state == BatchState.RUNNING)
        with self._database.reading() as session:
            return session.scalar(query)

    def show(self, batch_id: str) -> BatchPage:
        """Return how far a batch is. Raises NotFound when there is none."""
        items = (
            select(Award, IssuingBatchItem.why)
            .join(IssuingBatchItem, IssuingBatchItem.award_id == Award.id)
            .where(IssuingBatchItem.batch_id == batch_id, IssuingBatchItem.why.is_not(None))
            .order_by(IssuingBatchItem.position)
        )
        with self._database.reading() as session:
            batch = session.get(IssuingBatch, batch_id)
            if batch is None:
                raise NotFound("no such batch")
            found = session.execute(items).all()
            names = called(session, [award for award, _why in found])
            return BatchPage(
                id=batch.id,
                cohort_id=batch.cohort_id,
                cohort_name=session.get_one(Cohort, batch.cohort_id).name,
                state=BatchState(batch.state),
                wants_stop=batch.wants_stop,
                total=batch.total,
                issued=batch.issued,
                failed=batch.failed,
                by=batch.staff_name,
                started_at=batch.started_at,
                ended_at=batch.ended_at,
                not_issued=[NotIssued(award.id, names[award.id], Why(why or Why.PROBLEM)) for award, why in found],
            )
