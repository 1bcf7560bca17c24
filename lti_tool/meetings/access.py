"""Who may see and do what with meetings. What somebody is in the cohort is said by `training.access`.

- Everybody in the cohort sees its meetings; a participant sees the own attendance and nobody else's.
- A trainer of the whole cohort plans, changes and calls off.
- Who trains marks the attendance of those whose work he or she reviews: a trainer of the cohort of all, who is trainer in a
  course only of the participants of that course. Nobody marks the own.
- For everybody else it does not exist: `NotFound`.
"""

from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.models import Meeting


class MeetingAccess:
    """Answers who may.

    Args:
        access: says what somebody is in a cohort.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def member(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return what the viewer is in a cohort. Raises NotFound when that is nothing."""
        return self._access.standing(session, viewer, cohort_id)

    def trainer(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a trainer. Raises NotFound when the viewer is none."""
        return self._access.trainer(session, viewer, cohort_id)

    def planner(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a trainer of the whole cohort. Raises NotFound when the viewer is none."""
        standing = self._access.trainer(session, viewer, cohort_id)
        if not standing.whole:
            raise NotFound("no trainer of the whole cohort")
        return standing

    def meeting(self, session: Session, viewer: Viewer, meeting_id: str) -> tuple[Meeting, Standing]:
        """Return a meeting of a cohort that the viewer is in, and the viewer's standing. Raises NotFound."""
        meeting = _existing(session, meeting_id)
        return meeting, self.member(session, viewer, meeting.cohort_id)

    def to_mark(self, session: Session, viewer: Viewer, meeting_id: str) -> tuple[Meeting, Standing]:
        """Return a meeting at which the viewer may mark who was there. Raises NotFound."""
        meeting = _existing(session, meeting_id)
        return meeting, self.trainer(session, viewer, meeting.cohort_id)

    def to_change(self, session: Session, viewer: Viewer, meeting_id: str) -> tuple[Meeting, Standing]:
        """Return a meeting that the viewer may change, locked. Raises NotFound."""
        meeting = _existing(session, meeting_id, lock=True)
        return meeting, self.planner(session, viewer, meeting.cohort_id)


def _existing(session: Session, meeting_id: str, *, lock: bool = False) -> Meeting:
    meeting = session.get(Meeting, meeting_id, with_for_update=lock)
    if meeting is None:
        raise NotFound("no such meeting")
    return meeting
