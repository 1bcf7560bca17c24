"""What was read of somebody in a connected Moodle goes, and what was to be written there is not written any more."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving, LeavingAccount
from lti_tool.courses.models import Course
from lti_tool.moodle.marks import Marks
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleWrite, NativeFile, NativeWork
from lti_tool.training.leaving import enrolments_of, submissions_of, versions_of


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`)."""
    own = submissions_of(enrolments_of(leaving.person_id))
    paths = empty_work(session, enrolments_of(leaving.person_id))
    session.execute(
        delete(MoodleWrite).where(MoodleWrite.submission_id.in_(own)).execution_options(synchronize_session=False)
    )
    known: list[ColumnElement[bool]] = [NativeWork.submission_id.in_(own)]
    for account in leaving.accounts:
        if account.subject.isascii() and account.subject.isdigit():
            mappings = _mappings(account)
            user = int(account.subject)
            known.append(NativeWork.mapping_id.in_(mappings) & (NativeWork.user_id == user))
            graded = NativeWork.mapping_id.in_(mappings) & (NativeWork.grader_id == user)
            session.execute(
                update(NativeWork).where(graded).values(grader_id=None).execution_options(synchronize_session=False)
            )
    _forget_unreadable(session, leaving)
    session.execute(delete(NativeWork).where(or_(*known)).execution_options(synchronize_session=False))
    return paths


def empty_work(session: Session, enrolments: Select[str]) -> Sequence[str]:
    """Forget the files that were handed in in Moodle for the work of these enrolments; return where their bytes lie."""
    files = NativeFile.version_id.in_(versions_of(enrolments))
    paths = [path for path in session.scalars(select(NativeFile.path).where(files)) if path is not None]
    session.execute(delete(NativeFile).where(files).execution_options(synchronize_session=False))
    return paths


def _forget_unreadable(session: Session, leaving: Leaving) -> None:
    """Take the person out of what the last readings of courses left for the next."""
    numbers = {(account.platform_id, int(account.subject)) for account in leaving.accounts if account.subject.isdecimal()}
    platforms = {platform_id for platform_id, _number in numbers}
    query = (
        select(MoodleCourse, Course.platform_id)
        .join(Course, Course.id == MoodleCourse.course_id)
        .where(Course.platform_id.in_(platforms))
        .with_for_update(of=MoodleCourse)
    )
    for row, platform_id in session.execute(query):
        marks = Marks.of(row.marks)
        left = frozenset(user for user in marks.unreadable if (platform_id, user) not in numbers)
        if left != marks.unreadable:
            row.marks = replace(marks, unreadable=left).as_row()
    session.flush()


def _mappings(account: LeavingAccount) -> Select[str]:
    return (
        select(ActivityMapping.id)
        .join(Course, Course.id == ActivityMapping.course_id)
        .where(Course.platform_id == account.platform_id)
    )
