"""Batches that a member of the staff begins: the awards of a cohort, one after the other, by a job that survives restarts.

Each award is issued once, whoever else tries: what is issued already counts and is left alone. The row says how far it is;
the job takes the next award that is due, so after a kill -9 the sweeper gives the row a new job and it goes on there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.certificates.awards import AwardService
from lti_tool.certificates.deciding import DecisionService, SameEyes
from lti_tool.certificates.jobs import CertificateIssuer
from lti_tool.certificates.models import Award, AwardState, BatchState, IssuingBatch, IssuingBatchItem
from lti_tool.certificates.readiness import Why, readiness_in, why_of
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import ID_LENGTH
from lti_tool.jobs.leases import unclaimed, without_job
from lti_tool.jobs.queue import Jobs

ISSUE_BATCH = "issue-batch"
"""The job that goes on with one batch."""
BATCH_SWEEP_EVERY = 15.0
LEASE = timedelta(seconds=30)
"""Renewed with each award, which takes a fraction of a second."""
LONGEST_RUN = timedelta(minutes=2)
"""After that another job goes on: far less than the engine lets a job run."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Next:
    """The award whose turn it is, and who approves it."""

    award_id: str
    by: str
    staff_id: str


class BatchRuns:
    """Begins, runs and stops batches.

    Args:
        database: for its own short transactions.
        jobs: the durable engine.
        clock: the time.
        decisions: approves what waits for it.
        awards: lets awards go on.
        issuer: issues them.
    """

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        clock: Clock,
        decisions: DecisionService,
        awards: AwardService,
        issuer: CertificateIssuer,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._decisions = decisions
        self._awards = awards
        self._issuer = issuer

    def start(self, batch_id: str, cohort_id: str, award_ids: Collection[str], by: str, staff_id: str) -> str:
        """Begin a batch and return its id; one that runs already for this cohort is returned instead.

        Args:
            batch_id: a random id that the form brought: the same form sent twice begins one batch.
            award_ids: whom to issue, of those who are ready; the others who are not ready are listed with the reason.
            by: who begins it, and approves what waits for a decision.
            staff_id: of the same member of the staff.

        Raises:
            NotFound: no such cohort.
            Invalid: nobody of these is ready.
        """
        if len(batch_id) != ID_LENGTH or not batch_id.isalnum():
            raise Invalid("not an id of a batch")
        now = self._clock()
        with self._database.session() as session:
            if session.get(IssuingBatch, batch_id) is not None:
                return batch_id
            running = select(IssuingBatch.id).where(
                IssuingBatch.cohort_id == cohort_id, IssuingBatch.state == BatchState.RUNNING
            )
            present = session.scalar(running)
            if present is not None:
                return present
            lines = readiness_in(session, cohort_id, by, staff_id).lines
            chosen = [line for line in lines if line.why is None and line.award_id in award_ids]
            if not chosen:
                raise Invalid("nobody of these is ready", field="award")
            values = {
                "id": batch_id,
                "cohort_id": cohort_id,
                "staff_id": staff_id,
                "staff_name": by[:200],
                "state": BatchState.RUNNING.value,
                "total": len(chosen),
                "job": 1,
                "started_at": now,
            }
            if not insert_unless_there(session, IssuingBatch, values):
                # somebody began one for this cohort at the same moment, or this very form was sent twice
                return session.scalar(running) or batch_id
            listed = [*chosen, *(line for line in lines if line.why is not None)]
            session.add_all(
                IssuingBatchItem(
                    batch_id=batch_id, award_id=line.award_id, position=position, due=line.why is None, why=line.why
                )
                for position, line in enumerate(listed)
            )
            note_done(session, now, staff_id, "certificates.batch", batch_id)
            self._jobs.enqueue(session, ISSUE_BATCH, batch_id, 1)
        log.info("batch.started", batch=batch_id, awards=len(chosen))
        return batch_id

    def stop(self, batch_id: str, staff_id: str) -> None:
        """Stop a batch before its next award; what was issued stays issued. One that has ended stays as it is.

        Raises:
            NotFound: no such batch.
        """
        with self._database.session() as session:
            batch = session.get(IssuingBatch, batch_id, with_for_update=True)
            if batch is None:
                raise NotFound("no such batch")
            if batch.state == BatchState.RUNNING and not batch.wants_stop:
                batch.wants_stop = True
                note_done(session, self._clock(), staff_id, "certificates.batch_stop", batch_id)

    def run(self, batch_id: str, number: int) -> None:
        """Go on with a batch (the job `issue-batch`)."""
        until = self._clock() + LONGEST_RUN
        following = self._take(batch_id, number)
        while following is not None:
            why = self._issue(following)
            hand_on = self._clock() >= until
            following = self._settle(batch_id, number, following.award_id, why, hand_on=hand_on)

    def sweep(self) -> None:
        """Give every running batch without a living job a new one."""
        query = select(IssuingBatch.id, IssuingBatch.job).where(
            IssuingBatch.state == BatchState.RUNNING, unclaimed(IssuingBatch.claimed_until, self._clock())
        )
        with self._database.reading() as session:
            due = session.execute(query).all()
        for batch_id, number in without_job(self._jobs, ISSUE_BATCH, due):
            with self._database.session() as session:
                batch = self._held(session, batch_id, number)
                if batch is not None:
                    self._give_job(session, batch)

    def _take(self, batch_id: str, number: int) -> _Next | None:
        with self._database.session() as session:
            batch = self._held(session, batch_id, number)
            return self._following(session, batch) if batch is not None else None

    def _settle(self, batch_id: str, number: int, award_id: str, why: Why | None, *, hand_on: bool) -> _Next | None:
        """Record what became of an award and return the next one, in one transaction."""
        with self._database.session() as session:
            batch = self._held(session, batch_id, number)
            if batch is None:
                return None
            item = session.get_one(IssuingBatchItem, (batch_id, award_id))
            if item.due:
                item.due, item.why = False, why
                if why is None:
                    batch.issued += 1
                else:
                    batch.failed += 1
                session.flush()
            following = self._following(session, batch)
            if following is not None and hand_on:
                self._give_job(session, batch)
                return None
            return following

    def _following(self, session: Session, batch: IssuingBatch) -> _Next | None:
        """Hold the batch for its next award; when there is none, or it is to stop, end it."""
        now = self._clock()
        due = select(IssuingBatchItem).where(IssuingBatchItem.batch_id == batch.id, IssuingBatchItem.due.is_(True))
        if batch.wants_stop:
            for left in session.scalars(due):
                left.due, left.why = False, Why.STOPPED
        item = session.scalars(due.order_by(IssuingBatchItem.position).limit(1)).first()
        if item is None:
            stopped = batch.wants_stop and batch.issued + batch.failed < batch.total
            batch.state = BatchState.STOPPED if stopped else BatchState.DONE
            batch.claimed_until, batch.ended_at = None, now
            log.info("batch.ended", batch=batch.id, state=batch.state, issued=batch.issued, failed=batch.failed)
            return None
        batch.claimed_until = now + LEASE
        return _Next(item.award_id, batch.staff_name, batch.staff_id)

    def _issue(self, following: _Next) -> Why | None:
        """Approve and issue one award; return why it is not issued, None when it is."""
        with self._database.session() as session:
            award = session.get(Award, following.award_id, with_for_update=True)
            if award is None:
                return Why.GONE
            if award.state == AwardState.WAITING_DECISION:
                try:
                    self._decisions.approve_in(session, award, following.by, staff_id=following.staff_id)
                except SameEyes:
                    return Why.SAME_EYES
            self._awards.advance(session, award, with_job=False)
            if award.state != AwardState.QUEUED:
                return why_of(award)
            number = award.job
        try:
            self._issuer.issue(following.award_id, number)
        except DBAPIError:
            raise
        except Exception as problem:  # noqa: BLE001  # whatever it is, the others must not wait for it
            log.error("batch.not_issued", award=following.award_id, error=type(problem).__name__)
        with self._database.reading() as session:
            return why_of(session.get_one(Award, following.award_id))

    def _held(self, session: Session, batch_id: str, number: int) -> IssuingBatch | None:
        batch = session.get(IssuingBatch, batch_id, with_for_update=True)
        current = batch is not None and batch.job == number and batch.state == BatchState.RUNNING
        return batch if current else None

    def _give_job(self, session: Session, batch: IssuingBatch) -> None:
        batch.job += 1
        batch.claimed_until = None
        self._jobs.enqueue(session, ISSUE_BATCH, batch.id, batch.job)
