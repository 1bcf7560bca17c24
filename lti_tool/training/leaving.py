"""Work, drafts, files and feedback of somebody go. What was accepted stays as a fact, so that the numbers still add up."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, null, select, update
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.training.models import (
    AspectMark,
    AspectSharing,
    Attendance,
    AttendanceChange,
    DraftCopy,
    Enrolment,
    LearningQuestion,
    Review,
    ReviewPhrase,
    ReviewRemark,
    Submission,
    SubmissionVersion,
    Upload,
    UploadPart,
    VersionFile,
    WorkFile,
)
from mappings.progress import OutcomeState


def enrolments_of(person_id: str) -> Select[str]:
    """Return the query of where somebody takes part: ids of enrolments."""
    return select(Enrolment.id).where(Enrolment.person_id == person_id)


def submissions_of(enrolments: Select[str]) -> Select[str]:
    """Return the query of what was made in these enrolments: ids of submissions."""
    return select(Submission.id).where(Submission.enrolment_id.in_(enrolments))


def versions_of(enrolments: Select[str]) -> Select[str]:
    """Return the query of what was handed in in these enrolments: ids of versions."""
    return select(SubmissionVersion.id).where(SubmissionVersion.submission_id.in_(submissions_of(enrolments)))


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`).

    Reviews that the person gave stay with the work of others, as those of a trainer.
    """
    session.execute(delete(ReviewPhrase).where(ReviewPhrase.person_id == leaving.person_id))
    return empty_work(session, enrolments_of(leaving.person_id))


def empty_work(session: Session, enrolments: Select[str]) -> Sequence[str]:
    """Take the content out of all work of these enrolments; what was not accepted goes wholly.

    Returns:
        Where bytes lie in the file store that nobody needs any more.
    """
    own, versions = submissions_of(enrolments), versions_of(enrolments)
    files: list[str | None] = list(session.scalars(select(WorkFile.path).where(WorkFile.submission_id.in_(own))))
    held = select(WorkFile.id).where(WorkFile.submission_id.in_(own))
    uploads = select(Upload.id).where(Upload.enrolment_id.in_(enrolments))
    files += session.scalars(select(UploadPart.path).where(UploadPart.upload_id.in_(uploads)))
    files += session.scalars(select(Upload.whole_path).where(Upload.id.in_(uploads), Upload.whole_path.is_not(None)))
    reviews = select(Review.id).where(Review.version_id.in_(versions))
    for statement in (
        update(Attendance).where(Attendance.enrolment_id.in_(enrolments)).values(reason=""),
        update(AttendanceChange).where(AttendanceChange.enrolment_id.in_(enrolments)).values(reason=""),
        delete(LearningQuestion).where(LearningQuestion.enrolment_id.in_(enrolments)),
        delete(AspectMark).where(AspectMark.enrolment_id.in_(enrolments)),
        delete(AspectSharing).where(AspectSharing.enrolment_id.in_(enrolments)),
        delete(UploadPart).where(UploadPart.upload_id.in_(uploads)),
        delete(Upload).where(Upload.enrolment_id.in_(enrolments)),
        delete(VersionFile).where(VersionFile.file_id.in_(held)),
        delete(WorkFile).where(WorkFile.submission_id.in_(own)),
        delete(DraftCopy).where(DraftCopy.submission_id.in_(own)),
        # what waits for somebody would wait for ever
        delete(Submission).where(Submission.id.in_(own), Submission.state != OutcomeState.ACCEPTED),
        update(ReviewRemark).where(ReviewRemark.review_id.in_(reviews)).values(remark=""),
        update(Review).where(Review.version_id.in_(versions)).values(feedback=""),
        update(SubmissionVersion)
        .where(SubmissionVersion.submission_id.in_(own))
        .values(text="", link="", html="", source_url=None, facts=null()),
        update(Submission)
        .where(Submission.id.in_(own))
        .values(draft_text="", draft_link="", draft_html="", draft_saved_at=None, draft_page=None, draft_typed_at=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    return [path for path in files if path is not None]
