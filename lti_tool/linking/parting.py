"""Taking two people apart again: what was whose is as it was, and what came since goes where it belongs.

Work on something goes with that work. A participation that began since, only through courses in which the other one's
accounts are, goes with those accounts. All else that came since stays with who went on. What gradebooks hold stays there;
only what was not sent yet is not sent any more.
"""

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, CourseMember
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.linking.journal import put_back, table_of
from lti_tool.linking.models import AccountLink, AccountLinkChange
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Enrolment, EnrolmentCourse, Submission
from mappings.roles import Role


def part(session: Session, link: AccountLink) -> None:
    """Take a link apart; the caller holds both people and saw no obstacle."""
    put_back(session, link.id)
    _new_participations(session, link)
    _courses(session, link)
    _unsent_scores(session, link)
    session.execute(delete(AccountLinkChange).where(AccountLinkChange.link_id == link.id))
    session.flush()
    session.expire_all()


def _new_participations(session: Session, link: AccountLink) -> None:
    """Let participations that began since, only through the other one's courses, go with the other one."""
    since = select(Enrolment).where(Enrolment.person_id == link.kept_id, Enrolment.created_at >= link.linked_at)
    for enrolment in session.scalars(since.where(Enrolment.role == Role.PARTICIPANT.value)).all():
        courses = select(EnrolmentCourse.course_id).where(EnrolmentCourse.enrolment_id == enrolment.id)
        places = session.scalars(courses).all()
        theirs = [place for place in places if _is_in(session, link.joined_id, place)]
        mine = [place for place in places if _is_in(session, link.kept_id, place)]
        if theirs and not mine and not _takes_part(session, link.joined_id, enrolment.cohort_id):
            enrolment.person_id = link.joined_id
            for name in ("award", "notice"):
                table = table_of(name)
                of_it = (table.c.enrolment_id == enrolment.id) & (table.c.person_id == link.kept_id)
                session.execute(update(table).where(of_it).values(person_id=link.joined_id))
    session.flush()


def _courses(session: Session, link: AccountLink) -> None:
    """Let a course through which only the other one comes lead to the other one's work alone."""
    through = (
        select(EnrolmentCourse, Enrolment.cohort_id)
        .join(Enrolment, Enrolment.id == EnrolmentCourse.enrolment_id)
        .where(Enrolment.person_id == link.kept_id, Enrolment.role == Role.PARTICIPANT.value)
    )
    for row, cohort_id in session.execute(through).all():
        if not _is_in(session, link.joined_id, row.course_id) or _is_in(session, link.kept_id, row.course_id):
            continue
        course_id = row.course_id
        session.delete(row)
        session.flush()
        theirs = _takes_part(session, link.joined_id, cohort_id)
        if theirs is not None:
            insert_unless_there(session, EnrolmentCourse, {"enrolment_id": theirs, "course_id": course_id})


def _unsent_scores(session: Session, link: AccountLink) -> None:
    """Forget results that were not sent yet and are somebody else's now."""
    elsewhere = (
        exists()
        .where(Submission.id == ScoreOutbox.submission_id, Enrolment.id == Submission.enrolment_id)
        .where(Account.id == ScoreOutbox.account_id, Account.person_id != Enrolment.person_id)
        .where(Account.person_id.in_((link.kept_id, link.joined_id)))
    )
    session.execute(delete(ScoreOutbox).where(ScoreOutbox.sent_version == 0, elsewhere))


def _is_in(session: Session, person_id: str, course_id: str) -> bool:
    seen = exists().where(
        Account.person_id == person_id, CourseMember.account_id == Account.id, CourseMember.course_id == course_id
    )
    return bool(session.scalar(select(seen)))


def _takes_part(session: Session, person_id: str, cohort_id: str) -> str | None:
    own = select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.cohort_id == cohort_id)
    return session.scalar(own.where(Enrolment.role == Role.PARTICIPANT.value))
