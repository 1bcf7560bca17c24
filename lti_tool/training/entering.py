"""What lies behind a placement for one person: which cohort and assignment, and what the person is there, in one query.

Every launch of a placement asks this, and so does its page.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from lti_tool.courses.copies import CERTIFICATE
from lti_tool.courses.models import CourseCohort, Placement
from lti_tool.errors import NotFound
from lti_tool.launch.service import Destination
from lti_tool.statements import Statement
from lti_tool.training.models import Cohort, Enrolment, EnrolmentCourse
from mappings.roles import Role


@dataclass(frozen=True)
class Entry:
    """A placement as one person finds it."""

    course_id: str
    cohort_id: str | None
    """None: nobody has said yet what the placement shows."""
    assignment_key: str | None
    """None: the whole training; it may also be `CERTIFICATE`."""
    training_key: str | None
    bound_id: str | None
    participant_id: str | None
    entered_id: str | None
    trainer_id: str | None

    @property
    def bound(self) -> bool:
        """Whether the cohort was brought into the placement's course."""
        return self.bound_id is not None

    @property
    def enrolled(self) -> bool:
        """Whether the person is participant of the cohort, also through this course."""
        return self.participant_id is not None and self.entered_id is not None

    @property
    def trains(self) -> bool:
        """Whether the person is trainer of the cohort."""
        return self.trainer_id is not None


def entry_of(session: Session, placement_id: str, person_id: str) -> Entry:
    """Return what a placement is to a person.

    Raises:
        NotFound: there is no such placement.
    """
    found = None
    if placement_id.isalnum():
        session.flush()
        found = _ENTRY.first(session.connection(), {"placement_id": placement_id, "person_id": person_id})
    if found is None:
        raise NotFound("no such placement")
    return Entry(*found)


def participants_page(cohort_id: str, assignment_key: str | None) -> Destination:
    """Return the page on which a participant lands from a placement."""
    if assignment_key is None:
        return Destination("training.home", {"cohort_id": cohort_id})
    if assignment_key == CERTIFICATE:
        return Destination("awards.mine", {"cohort_id": cohort_id})
    return Destination("training.assignment", {"cohort_id": cohort_id, "key": assignment_key})


_participant, _trainer = aliased(Enrolment), aliased(Enrolment)
# Made once: to build a statement costs more than to run it.
_ENTRY = Statement(
    select(
        Placement.course_id,
        Placement.cohort_id,
        Placement.assignment_key,
        Cohort.training_key,
        CourseCohort.cohort_id,
        _participant.id,
        EnrolmentCourse.course_id,
        _trainer.id,
    )
    .select_from(Placement)
    .outerjoin(Cohort, Cohort.id == Placement.cohort_id)
    .outerjoin(
        CourseCohort, (CourseCohort.course_id == Placement.course_id) & (CourseCohort.cohort_id == Placement.cohort_id)
    )
    .outerjoin(
        _participant,
        (_participant.cohort_id == Placement.cohort_id)
        & (_participant.person_id == bindparam("person_id"))
        & (_participant.role == Role.PARTICIPANT.value),
    )
    .outerjoin(
        EnrolmentCourse,
        (EnrolmentCourse.enrolment_id == _participant.id) & (EnrolmentCourse.course_id == Placement.course_id),
    )
    .outerjoin(
        _trainer,
        (_trainer.cohort_id == Placement.cohort_id)
        & (_trainer.person_id == bindparam("person_id"))
        & (_trainer.role == Role.TRAINER.value),
    )
    .where(Placement.id == bindparam("placement_id"))
)
