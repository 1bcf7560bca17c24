"""Where a placement leads: the participant's or the trainer's page, the question what it shows, or a friendly word."""

from dataclasses import dataclass
from enum import StrEnum

from lti_tool.courses.copies import CERTIFICATE
from lti_tool.courses.models import Placement
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.cohorts import CohortService
from lti_tool.training.entering import entry_of
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
    """None: the whole training, or its certificate."""
    certificate: bool = False


class ArrivalService:
    """Opens placements.

    Args:
        database: its own short transactions.
        cohorts: enrols participants.
    """

    def __init__(self, database: Database, cohorts: CohortService) -> None:
        self._database = database
        self._cohorts = cohorts

    def arrive(self, viewer: Viewer, placement_id: str) -> Arrival:
        """Return where the viewer goes from a placement; enrol a participant whose launch came too early for that.

        Raises:
            NotFound: no such placement, or not in a course that this session has opened.
        """
        with self._database.reading() as session:
            entry = entry_of(session, placement_id, viewer.person_id)
        role = viewer.role_in(entry.course_id)
        if role is None:
            raise NotFound("a placement of a course that this session has not opened")
        proposed = None
        if entry.cohort_id is None:
            with self._database.session() as session:
                placement = session.get_one(Placement, placement_id)
                self._cohorts.heal(session, placement)
                proposed = self._cohorts.proposed_training(session, placement)
                entry = entry_of(session, placement_id, viewer.person_id)
        if entry.cohort_id is None and role is not Role.TRAINER:
            return Arrival(Door.NOT_YET, placement_id)
        if entry.cohort_id is None:
            return Arrival(Door.COPY if proposed else Door.SETUP, placement_id)
        if role is Role.PARTICIPANT and entry.bound and not entry.enrolled:
            with self._database.session() as session:
                self._cohorts.receive(session, entry, viewer.person_id, role)
        door = Door.TRAINER if role is Role.VISITOR and entry.trains else Door(role.value)
        training, key = self._cohorts.training(entry.training_key or ""), entry.assignment_key
        if key == CERTIFICATE:
            return Arrival(door, placement_id, entry.cohort_id, training, certificate=True)
        if key is not None and not training.has_assignment(key):
            raise NotFound("the training has no such assignment any more")
        assignment = training.assignment(key) if key is not None else None
        return Arrival(door, placement_id, entry.cohort_id, training, assignment)
