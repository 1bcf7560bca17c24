"""Making and unmaking notices, within the transaction of what happened."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, CourseCohort, CourseMember
from lti_tool.ids import new_id
from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.training.models import Enrolment, EnrolmentCourse, SubmissionVersion
from lti_tool.training.people import shut_out
from mappings.roles import Role


class NoticeFollower(Protocol):
    """Told of each new notice, in the same transaction."""

    def __call__(self, session: Session, notice: Notice) -> None:
        """Take note of it."""


class NoticeWriter:
    """Writes notices.

    Args:
        followers: told of each new one.
    """

    def __init__(self, followers: Iterable[NoticeFollower] = ()) -> None:
        self._followers = tuple(followers)

    def tell(
        self,
        session: Session,
        people: Collection[str],
        kind: NoticeKind,
        about: Enrolment,
        at: datetime,
        *,
        version_id: str | None = None,
        certificate_id: str | None = None,
        piece_id: str | None = None,
        reaction_id: str | None = None,
    ) -> None:
        """Tell people of something; of the very same that somebody has not read yet there is one notice, the newest.

        Args:
            people: by their person's id.
            about: the participant whom it is about.
        """
        target = {
            "version_id": version_id,
            "certificate_id": certificate_id,
            "piece_id": piece_id,
            "reaction_id": reaction_id,
        }
        again = (
            update(Notice)
            .where(Notice.person_id.in_(people), Notice.kind == kind.value, Notice.enrolment_id == about.id)
            .where(Notice.read_at.is_(None), *(getattr(Notice, name) == value for name, value in target.items()))
            .values(at=at)
        )
        known = set(session.scalars(again.returning(Notice.person_id)))
        for person_id in sorted(set(people) - known):
            notice = Notice(
                id=new_id(),
                person_id=person_id,
                cohort_id=about.cohort_id,
                kind=kind.value,
                enrolment_id=about.id,
                at=at,
                **target,
            )
            session.add(notice)
            session.flush()
            for follower in self._followers:
                follower(session, notice)


def outdate(session: Session, submission_id: str, kinds: Collection[NoticeKind], at: datetime) -> None:
    """Count notices of a work as read: what they told is not so any more."""
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == submission_id)
    session.execute(
        update(Notice)
        .where(Notice.version_id.in_(versions), Notice.kind.in_(kinds), Notice.read_at.is_(None))
        .values(read_at=at)
    )


def trainers_of(session: Session, enrolment: Enrolment) -> set[str]:
    """Return the persons who train a participant: the cohort's trainers, and those of the courses it came through.

    Who may train no more hears nothing.
    """
    whole = select(Enrolment.person_id).where(
        Enrolment.cohort_id == enrolment.cohort_id, Enrolment.role == Role.TRAINER.value
    )
    of_course = (
        select(Account.person_id)
        .join(CourseMember, CourseMember.account_id == Account.id)
        .join(EnrolmentCourse, EnrolmentCourse.course_id == CourseMember.course_id)
        .join(
            CourseCohort,
            (CourseCohort.course_id == CourseMember.course_id) & (CourseCohort.cohort_id == enrolment.cohort_id),
        )
        .where(EnrolmentCourse.enrolment_id == enrolment.id, CourseMember.role == Role.TRAINER.value)
    )
    found = {*session.scalars(whole), *session.scalars(of_course)}
    return found - {enrolment.person_id} - shut_out(session)
