"""Who here belongs to a Moodle user: the account whose `sub` is that user's id, and nothing else (measured)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, CourseMember
from lti_tool.training.models import Enrolment, EnrolmentCourse
from mappings.roles import Role


@dataclass(frozen=True)
class Place:
    """Somebody who launched the tool."""

    person_id: str
    enrolment_id: str | None
    """As participant of the cohort through the course; None: takes no part in it."""


def hold(session: Session, platform_id: str, user_ids: Collection[int]) -> None:
    """Let Moodle users' accounts stay with whom they belong to until the transaction ends; see `training.access.hold`."""
    accounts = select(Account.id).where(Account.platform_id == platform_id, Account.subject.in_(map(str, user_ids)))
    session.execute(accounts.order_by(Account.id).with_for_update(read=True))


def places_of(
    session: Session, platform_id: str, course_id: str, cohort_id: str, user_ids: Collection[int]
) -> Mapping[int, Place]:
    """Return who of these Moodle users is known here, by user id; the others never launched the tool."""
    query = (
        select(Account.subject, Account.person_id, EnrolmentCourse.enrolment_id)
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.person_id == Account.person_id,
                Enrolment.cohort_id == cohort_id,
                Enrolment.role == Role.PARTICIPANT.value,
            ),
        )
        .outerjoin(
            EnrolmentCourse,
            and_(EnrolmentCourse.enrolment_id == Enrolment.id, EnrolmentCourse.course_id == course_id),
        )
        .where(Account.platform_id == platform_id, Account.subject.in_([str(user) for user in user_ids]))
    )
    return {int(subject): Place(person, enrolment) for subject, person, enrolment in session.execute(query)}


def trainer_of(session: Session, platform_id: str, course_id: str, user_id: int) -> str | None:
    """Return the person behind a Moodle user who is trainer in a course, as launches showed; None: nobody we know is."""
    query = (
        select(Account.person_id)
        .join(CourseMember, CourseMember.account_id == Account.id)
        .where(
            Account.platform_id == platform_id,
            Account.subject == str(user_id),
            CourseMember.course_id == course_id,
            CourseMember.role == Role.TRAINER.value,
        )
    )
    return session.scalar(query)
