"""How long each kind of data is kept: which rows are over their term, with the settings that say so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from lti_tool.audit import AuditEvent
from lti_tool.certificates.models import Award, Certificate, PortfolioDelivery
from lti_tool.config import Settings
from lti_tool.courses.models import Account, Course, Person
from lti_tool.database import Base
from lti_tool.launch.models import LaunchTrace
from lti_tool.signin.models import Member
from lti_tool.sync.models import CourseRosterMember
from lti_tool.training.models import DraftCopy, Enrolment, Submission, SubmissionVersion, WorkFile
from mappings.progress import OutcomeState
from mappings.roles import Role

_MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True)
class Term:
    """Rows of one table that go by themselves."""

    key: str
    """As `icc-bridge privacy retention` calls it."""
    setting: str
    model: type[Base]
    over: Callable[[datetime], ColumnElement[bool]]
    """The condition on rows that are over their term; they came or were used last at or before the moment given."""


TERMS = (
    Term("traces", "trace_days", LaunchTrace, lambda before: LaunchTrace.created_at <= before),
    Term("audit", "keep_audit_days", AuditEvent, lambda before: AuditEvent.at <= before),
    Term("deliveries", "keep_deliveries_days", PortfolioDelivery, lambda before: PortfolioDelivery.created_at <= before),
    Term("members", "keep_members_days", CourseRosterMember, lambda before: _never_came(before)),
    Term("draft-copies", "keep_draft_copies_days", DraftCopy, lambda before: DraftCopy.typed_at <= before),
)


def before_of(setting: str, settings: Settings, now: datetime) -> datetime | None:
    """Return up to when something is over the term of a setting; None: nothing ever is."""
    number: int = getattr(settings, setting)
    if number == 0:
        return None
    return now - (number * _MONTH if setting.endswith("_months") else timedelta(days=number))


def resting_work(before: datetime) -> Select[str]:
    """Return the query of enrolments in which nothing happened since, and whose work still has content."""
    own = Submission.enrolment_id == Enrolment.id
    lately = exists().where(own, or_(Submission.changed_at > before, Submission.draft_saved_at > before))
    said = or_(
        SubmissionVersion.text != "",
        SubmissionVersion.link != "",
        SubmissionVersion.html != "",
        SubmissionVersion.source_url.is_not(None),
    )
    content = exists().where(
        own,
        or_(
            Submission.state != OutcomeState.ACCEPTED,
            Submission.draft_text != "",
            exists().where(WorkFile.submission_id == Submission.id),
            exists().where(SubmissionVersion.submission_id == Submission.id, said),
        ),
    )
    return select(Enrolment.id).where(Enrolment.role == Role.PARTICIPANT, Enrolment.created_at <= before, ~lately, content)


def gone_people(before: datetime) -> Select[str]:
    """Return the query of people who did not launch since, hold no certificate and are not of the staff."""
    account = aliased(Account)
    holds = (
        exists()
        .where(Award.person_id == Person.id, Certificate.award_id == Award.id, Certificate.erased_at.is_(None))
        .correlate(Person)
    )
    return select(Person.id).where(
        Person.erased_at.is_(None),
        exists().where(Account.person_id == Person.id),
        ~exists().where(account.person_id == Person.id, account.last_seen_at > before),
        ~holds,
        ~exists().where(Member.person_id == Person.id),
    )


def _never_came(before: datetime) -> ColumnElement[bool]:
    platform_id = select(Course.platform_id).where(Course.id == CourseRosterMember.course_id).scalar_subquery()
    came = exists().where(Account.platform_id == platform_id, Account.subject == CourseRosterMember.subject)
    return (CourseRosterMember.seen_at <= before) & ~came


SETTINGS: Mapping[str, str] = {term.key: term.setting for term in TERMS} | {
    "work": "keep_work_months",
    "people": "keep_people_months",
}
"""The setting of every kind that goes by itself."""
