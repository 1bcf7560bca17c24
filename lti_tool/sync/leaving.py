"""What is kept here of somebody goes: results for the gradebooks are closed without a post, names leave the lists."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.courses.models import Course
from lti_tool.sync.models import CourseRosterMember, ScoreOutbox
from lti_tool.training.leaving import submissions_of


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`)."""
    session.execute(delete(ScoreOutbox).where(ScoreOutbox.account_id.in_([one.id for one in leaving.accounts])))
    if leaving.accounts:
        listed = or_(
            *(
                and_(
                    CourseRosterMember.subject == one.subject,
                    CourseRosterMember.course_id.in_(select(Course.id).where(Course.platform_id == one.platform_id)),
                )
                for one in leaving.accounts
            )
        )
        session.execute(delete(CourseRosterMember).where(listed).execution_options(synchronize_session=False))
    return ()


def empty_work(session: Session, enrolments: Select[str]) -> Sequence[str]:
    """Forget the feedback that went to gradebooks with the work of these enrolments; the outcomes stay."""
    submissions = submissions_of(enrolments)
    session.execute(
        update(ScoreOutbox)
        .where(ScoreOutbox.submission_id.in_(submissions), ScoreOutbox.dirty.is_(False))
        .values(comment=None)
        .execution_options(synchronize_session=False)
    )
    return ()
