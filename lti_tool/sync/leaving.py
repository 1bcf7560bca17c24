"""What is kept here of somebody goes: results for the gradebooks are closed without a post, names leave the lists."""

from collections.abc import Sequence

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.courses.models import Course
from lti_tool.sync.models import CourseRosterMember, ScoreOutbox


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
