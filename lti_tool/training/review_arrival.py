"""Where a gradebook's "show the work" leads: to that person's work for the assignment of that very place."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.courses.copies import CERTIFICATE
from lti_tool.courses.models import Account, Placement
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.errors import OthersWork
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from lti_tool.training.people import names_of, participant_name
from mappings.roles import Role
from mappings.training import Assignment


class ReviewDoor(StrEnum):
    """What there is behind the door."""

    WORK = "work"
    """Work that the viewer may review."""
    NOTHING_YET = "nothing_yet"
    """A participant who has handed in nothing."""
    STRANGER = "stranger"
    """Somebody who has not been here as a participant."""
    ELSEWHERE = "elsewhere"
    """The viewer's own page of the placement: own work, a link to the whole training, or one that shows nothing yet."""


@dataclass(frozen=True)
class ReviewArrival:
    """Which door, and what the page behind it needs."""

    door: ReviewDoor
    submission_id: str | None = None
    place: Place | None = None
    assignment: Assignment | None = None
    name: Words = ""


class ReviewArrivalService:
    """Opens the work of one person from a platform's gradebook.

    Args:
        database: its own short transactions.
        access: who may.
    """

    def __init__(self, database: Database, access: Access) -> None:
        self._database = database
        self._access = access

    def arrive(self, viewer: Viewer, placement_id: str, account_id: str | None) -> ReviewArrival:
        """Return where a review leads.

        Args:
            account_id: whose work; None when the platform named somebody who never was here.

        Raises:
            NotFound: no such placement, or not in a course that this session has opened.
            OthersWork: the viewer is no trainer there, and it is somebody else's work.
        """
        with self._database.reading() as session:
            placement = session.get(Placement, placement_id) if placement_id.isalnum() else None
            role = viewer.role_in(placement.course_id) if placement else None
            if placement is None or role is None:
                raise NotFound("a placement of a course that this session has not opened")
            account = session.get(Account, account_id) if account_id and account_id.isalnum() else None
            person_id = account.person_id if account and account.platform_id == viewer.platform.id else None
            if person_id == viewer.person_id:
                return ReviewArrival(ReviewDoor.ELSEWHERE)
            if placement.cohort_id is None:
                if role is not Role.TRAINER:
                    raise OthersWork("no trainer in this course")
                return ReviewArrival(ReviewDoor.ELSEWHERE)
            standing = self._standing(session, viewer, placement.cohort_id)
            if placement.assignment_key in (None, CERTIFICATE):
                return ReviewArrival(ReviewDoor.ELSEWHERE)
            return self._work(session, standing, standing.assignment(placement.assignment_key or ""), person_id)

    def _standing(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        try:
            standing = self._access.standing(session, viewer, cohort_id)
        except NotFound:
            raise OthersWork("nothing in this cohort") from None
        if not standing.trains:
            raise OthersWork("no trainer in this cohort")
        return standing

    @staticmethod
    def _work(session: Session, standing: Standing, assignment: Assignment, person_id: str | None) -> ReviewArrival:
        place = Place.of(standing)
        whose = select(Enrolment.id).where(standing.reviewable(), Enrolment.person_id == person_id)
        enrolment_id = session.scalar(whose) if person_id else None
        if person_id is None or enrolment_id is None:
            return ReviewArrival(ReviewDoor.STRANGER, place=place, assignment=assignment)
        submission_id = session.scalar(
            select(Submission.id).where(
                Submission.enrolment_id == enrolment_id,
                Submission.assignment_key == assignment.key,
                exists().where(SubmissionVersion.submission_id == Submission.id),
            )
        )
        if submission_id is not None:
            return ReviewArrival(ReviewDoor.WORK, submission_id)
        name = participant_name(names_of(session, [person_id]).get(person_id), enrolment_id)
        return ReviewArrival(ReviewDoor.NOTHING_YET, place=place, assignment=assignment, name=name)
