"""What somebody should hear of goes, with the e-mail address, and what others should hear of somebody's work."""

from collections.abc import Sequence

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.notices.models import MailAddress, Notice
from lti_tool.training.leaving import enrolments_of


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`)."""
    enrolments = enrolments_of(leaving.person_id)
    about = or_(Notice.person_id == leaving.person_id, Notice.enrolment_id.in_(enrolments))
    session.execute(delete(MailAddress).where(MailAddress.person_id == leaving.person_id))
    session.execute(delete(Notice).where(about).execution_options(synchronize_session=False))
    return ()
