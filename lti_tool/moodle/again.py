"""What a trainer does with what goes back to Moodle: have it written again, or let what is there count."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.moodle.models import ActivityMapping, MoodleWrite
from lti_tool.moodle.writes import MoodleWrites
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment, Submission


class WriteAgainService:
    """Writes again, or leaves it.

    Args:
        database: its own short transaction.
        access: who trains whom.
        writes: gives the row a new job.
    """

    def __init__(self, database: Database, access: Access, writes: MoodleWrites) -> None:
        self._database = database
        self._access = access
        self._writes = writes

    def send(self, viewer: Viewer, write_id: str, *, overwrite: bool) -> tuple[str, str]:
        """Write again now; return the ids of its cohort and enrolment, for the way back to the board.

        Args:
            overwrite: also over what somebody changed there.

        Raises:
            NotFound: no such row, or of somebody whom the viewer does not train.
        """
        return self._with(viewer, write_id, lambda session, row: self._writes.again(session, row, overwrite=overwrite))

    def keep(self, viewer: Viewer, write_id: str) -> tuple[str, str]:
        """Let count what somebody changed there; return the ids of its cohort and enrolment.

        Raises:
            NotFound: no such row, or of somebody whom the viewer does not train.
            Refused: nobody changed it.
        """
        return self._with(viewer, write_id, lambda _session, row: self._writes.keep(row))

    def _with(self, viewer: Viewer, write_id: str, work: Callable[[Session, MoodleWrite], object]) -> tuple[str, str]:
        with self._database.session() as session:
            row = session.get(MoodleWrite, write_id, with_for_update=True)
            if row is None:
                raise NotFound("nothing of that id goes to Moodle")
            mapping = session.get_one(ActivityMapping, row.mapping_id)
            standing = self._access.trainer(session, viewer, mapping.cohort_id)
            own = (
                select(Enrolment.id)
                .join(Submission, Submission.enrolment_id == Enrolment.id)
                .where(standing.reviewable(), Submission.id == row.submission_id)
            )
            enrolment_id = session.scalar(own)
            if enrolment_id is None or (not standing.whole and mapping.course_id not in standing.course_ids):
                raise NotFound("the work of somebody whom the viewer does not train")
            work(session, row)
            return mapping.cohort_id, enrolment_id
