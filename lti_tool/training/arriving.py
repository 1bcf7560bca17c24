"""Where a placement leads: the participant's or the trainer's page, the question what it shows, or a friendly word."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.courses.models import Placement
from lti_tool.courses.service import CourseService
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.cohorts import CohortService
from mappings.roles import Role
from mappings.training import Assignment, Training


class Door(StrEnum):
    """As what somebody comes in."""

    PARTICIPANT = "participant"
    TRAINER = "trainer"
    VISITOR = "visitor"
    """May look at the training, and sees nobody's work."""
    SETUP = "setup"
    """A trainer, and nobody has said yet what the placement shows."""
    COPY = "copy"
    """A trainer, in a course that is a copy: nobody has said yet for which cohort."""
    NOT_YET = "not_yet"
    """Anybody else, and nobody has said yet what the placement shows."""


@dataclass(frozen=True)
class Arrival:
    """Which door, and what lies behind it."""

    door: Door
    placement_id: str
    cohort_id: str = ""
    training: Training | None = None
    assignment: Assignment | None = None
    """None: the whole training."""


class ArrivalService:
    """Opens placements.

    Args:
        database: its own short transactions.
        courses: what placements show.
        cohorts: enrols participants.
    """

    def __init__(self, database: Database, courses: CourseService, cohorts: CohortService) -> None:
        self._database = database
        self._courses = courses
        self._cohorts = cohorts

    def arrive(self, viewer: Viewer, placement_id: str) -> Arrival:
        """Return where the viewer goes from a placement; enrol a participant whose launch came too early for that.

        Raises:
            NotFound: no such placement, or not in a course that this session has opened.
        """
        with self._database.session() as session:
            placement = self._courses.placement(session, placement_id)
            role = viewer.role_in(placement.course_id)
            if role is None:
                raise NotFound("a placement of a course that this session has not opened")
            if placement.cohort_id is None:
                self._cohorts.heal(session, placement)
            if placement.cohort_id is None:
                return Arrival(self._closed_door(session, placement, role), placement_id)
            return self._open(session, viewer, placement, placement.cohort_id, role)

    def _closed_door(self, session: Session, placement: Placement, role: Role) -> Door:
        if role is not Role.TRAINER:
            return Door.NOT_YET
        return Door.COPY if self._cohorts.proposed_training(session, placement) else Door.SETUP

    def _open(self, session: Session, viewer: Viewer, placement: Placement, cohort_id: str, role: Role) -> Arrival:
        self._cohorts.receive(session, cohort_id, placement.course_id, viewer.person_id, role)
        door = Door(role.value)
        if role is Role.VISITOR and self._cohorts.is_trainer(session, cohort_id, viewer.person_id):
            door = Door.TRAINER
        training = self._cohorts.training_of(self._cohorts.show(session, cohort_id))
        key = placement.assignment_key
        if key is not None and not training.has_assignment(key):
            raise NotFound("the training has no such assignment any more")
        assignment = training.assignment(key) if key is not None else None
        return Arrival(door, placement.id, cohort_id, training, assignment)
