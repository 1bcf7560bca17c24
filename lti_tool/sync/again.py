"""What a trainer does with the score of somebody whose work they see: send it again, or let the school's grade count."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Placement
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import ScoreOutboxService
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment


class SendAgainService:
    """Sends again, or leaves it.

    Args:
        database: for its own short transaction.
        access: who trains whom.
        outbox: gives the row a new job.
    """

    def __init__(self, database: Database, access: Access, outbox: ScoreOutboxService) -> None:
        self._database = database
        self._access = access
        self._outbox = outbox

    def send(self, viewer: Viewer, score_id: str, *, overwrite: bool) -> tuple[str, str]:
        """Send a score again now; return the ids of its cohort and enrolment, for the way back to the board.

        Args:
            overwrite: also when somebody changed the grade by hand.

        Raises:
            NotFound: no such score, or of somebody whom the viewer does not train.
        """
        with self._database.session() as session:
            row = session.get(ScoreOutbox, score_id, with_for_update=True)
            if row is None:
                raise NotFound("no such score")
            cohort_id, enrolment_id = self._whose(session, viewer, row)
            self._outbox.retry(session, row, overwrite=overwrite)
        return cohort_id, enrolment_id

    def keep(self, viewer: Viewer, score_id: str) -> tuple[str, str]:
        """Let the grade count that somebody put in the gradebook by hand; return the ids of its cohort and enrolment.

        Raises:
            NotFound: no such score, or of somebody whom the viewer does not train.
            Refused: nobody changed this grade by hand.
        """
        with self._database.session() as session:
            row = session.get(ScoreOutbox, score_id, with_for_update=True)
            if row is None:
                raise NotFound("no such score")
            cohort_id, enrolment_id = self._whose(session, viewer, row)
            self._outbox.keep(row)
        return cohort_id, enrolment_id

    def _whose(self, session: Session, viewer: Viewer, row: ScoreOutbox) -> tuple[str, str]:
        placement = session.get_one(Placement, row.placement_id)
        if placement.cohort_id is None:
            raise NotFound("a score of a placement that shows nothing")
        standing = self._access.trainer(session, viewer, placement.cohort_id)
        if not standing.whole and placement.course_id not in standing.course_ids:
            raise NotFound("a score in a course that the viewer does not train")
        person = select(Account.person_id).where(Account.id == row.account_id).scalar_subquery()
        enrolment_id = session.scalar(select(Enrolment.id).where(standing.reviewable(), Enrolment.person_id == person))
        if enrolment_id is None:
            raise NotFound("a score of somebody whom the viewer does not train")
        return placement.cohort_id, enrolment_id
