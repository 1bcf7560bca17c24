"""Issuing the certificates of a cohort one after the other, in this very process, and telling how far it is.

It is safe beside a running server: an award is issued once, whoever comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from lti_tool.certificates.awards import AwardService
from lti_tool.certificates.jobs import CertificateIssuer
from lti_tool.certificates.models import Award, AwardState
from lti_tool.certificates.problems import CertificateProblem
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.training.models import Cohort, Enrolment


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended."""

    issued: int
    waiting: int
    """Awards that wait for a name, an approval or a decision."""
    failed: int
    """Awards that could not be made; they are tried again by themselves."""


class BatchService:
    """Issues batches.

    Args:
        database: read in short transactions.
        awards: lets awards go on.
        issuer: issues them.
    """

    def __init__(self, database: Database, awards: AwardService, issuer: CertificateIssuer) -> None:
        self._database = database
        self._awards = awards
        self._issuer = issuer

    def issue(self, cohort_id: str, progress: Callable[[int, int], None]) -> BatchResult:
        """Issue every award of a cohort that is due.

        Args:
            progress: told after each how many of how many are done.

        Raises:
            NotFound: no such cohort.
        """
        with self._database.reading() as session:
            if session.get(Cohort, cohort_id) is None:
                raise NotFound(f"there is no cohort {cohort_id!r}")
        self._awards.push(cohort_id)
        due = self._of(cohort_id, AwardState.QUEUED)
        issued = failed = 0
        for number, (award_id, job) in enumerate(due, 1):
            try:
                self._issuer.issue(award_id, job)
            except CertificateProblem:
                failed += 1
            else:
                issued += self._is_issued(award_id)
            progress(number, len(due))
        waiting = len(self._of(cohort_id, *(state for state in AwardState if state not in _OVER)))
        return BatchResult(issued, waiting, failed)

    def _of(self, cohort_id: str, *states: AwardState) -> list[tuple[str, int]]:
        query = (
            select(Award.id, Award.job)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .where(Enrolment.cohort_id == cohort_id, Award.state.in_(states))
            .order_by(Award.met_at, Award.id)
        )
        with self._database.reading() as session:
            return [(award_id, job) for award_id, job in session.execute(query)]

    def _is_issued(self, award_id: str) -> bool:
        with self._database.reading() as session:
            return session.get_one(Award, award_id).state == AwardState.ISSUED


_OVER = (AwardState.ISSUED, AwardState.QUEUED, AwardState.DECLINED)
