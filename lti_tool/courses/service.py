"""Learning who and where from launches, and what a placement shows (LTI 1.3 core, 5.3 to 5.4).

Each method takes part in the caller's transaction. Two launches of the same person, course or link at the same moment
end in one row each, on both engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseCohort, CourseMember, Person, Placement
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.courses.words import clean_words, reduce_locale
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from mappings.roles import Role

NO_CONTEXT = ""
"""The context id of launches without a context claim: then the platform itself counts as the course."""


@dataclass(frozen=True)
class LaunchFacts:
    """What one verified launch says. Identifiers are as sent; texts may still need cleaning."""

    platform_id: str
    subject: str
    role: Role
    name: str | None = None
    locale: str | None = None
    context_id: str | None = None
    context_title: str = ""
    resource_link_id: str | None = None
    resource_link_title: str = ""
    offers_grading: bool = False
    """Whether the launch carried the AGS claim at all: without it, what was known of a placement's grading stays."""
    lineitem_url: str | None = None
    lineitems_url: str | None = None
    ags_scopes: Sequence[str] = ()
    memberships_url: str | None = None

    def __repr__(self) -> str:
        return f"LaunchFacts(platform_id={self.platform_id!r}, role={self.role!r}, …)"


@dataclass(frozen=True)
class Learned:
    """The rows that a launch leads to; without a resource link there is no placement."""

    account_id: str
    person_id: str
    course_id: str
    placement_id: str | None


class CourseService:
    """Accounts, courses, members and placements.

    Args:
        clock: for `created_at` and `last_seen_at`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def learn(self, session: Session, facts: LaunchFacts) -> Learned:
        """Find or make account, person, course, membership and placement, and note what is new about them."""
        account = self._learn_account(session, facts)
        course = self._learn_course(session, facts)
        self._learn_member(session, course.id, account.id, facts.role)
        placement = self._learn_placement(session, course.id, facts)
        return Learned(account.id, account.person_id, course.id, placement.id if placement else None)

    def bind_cohort(self, session: Session, course_id: str, cohort_id: str, person_id: str) -> None:
        """Bring a cohort into a course; once it is there nothing changes. Whether the person may: the caller checks."""
        insert_unless_there(
            session,
            CourseCohort,
            {"course_id": course_id, "cohort_id": cohort_id, "bound_by_id": person_id, "bound_at": self._clock()},
        )

    def cohorts_of(self, session: Session, course_id: str) -> list[str]:
        """Return the ids of the cohorts in a course, the newest binding first."""
        found = select(CourseCohort.cohort_id).where(CourseCohort.course_id == course_id)
        return list(session.scalars(found.order_by(CourseCohort.bound_at.desc(), CourseCohort.cohort_id)))

    def is_bound(self, session: Session, course_id: str, cohort_id: str) -> bool:
        """Return whether a cohort was brought into a course."""
        return session.get(CourseCohort, (course_id, cohort_id)) is not None

    def course(self, session: Session, course_id: str) -> Course:
        """Return a course.

        Raises:
            NotFound: there is none.
        """
        found = session.get(Course, course_id) if course_id.isalnum() else None
        if found is None:
            raise NotFound("no such course")
        return found

    def placement(self, session: Session, placement_id: str, *, lock: bool = False) -> Placement:
        """Return a placement; with `lock` nobody else configures it until this transaction ends.

        Raises:
            NotFound: there is none.
        """
        found = None
        if placement_id.isalnum():
            found = session.get(Placement, placement_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise NotFound("no such placement")
        return found

    def configure_placement(self, session: Session, placement_id: str, cohort_id: str, assignment_key: str | None) -> bool:
        """Say what a placement shows, once.

        Args:
            assignment_key: the assignment; None shows the whole training.

        Returns:
            False: it was said before, and stays as it was.
        """
        changed = session.execute(
            update(Placement)
            .where(Placement.id == placement_id, Placement.cohort_id.is_(None))
            .values(cohort_id=cohort_id, assignment_key=assignment_key)
            .returning(Placement.id)
        ).first()
        return changed is not None

    def display_name(self, session: Session, account_id: str) -> str | None:
        """Return the name that the platform sends for an account, if the school shares it."""
        return session.scalar(select(Account.display_name).where(Account.id == account_id))

    def display_name_of_person(self, session: Session, person_id: str) -> str | None:
        """Return the name of a person as the platform seen last sends it, if any shares it."""
        named = select(Account.display_name).where(Account.person_id == person_id, Account.display_name.is_not(None))
        return session.scalar(named.order_by(Account.last_seen_at.desc()).limit(1))

    def _learn_account(self, session: Session, facts: LaunchFacts) -> Account:
        now = self._clock()
        known = select(Account).where(Account.platform_id == facts.platform_id, Account.subject == facts.subject)
        account = session.scalar(known) or self._new_account(session, facts) or session.scalars(known).one()
        account.last_seen_at = now
        name = clean_words(facts.name, longest=200)
        if name:
            account.display_name = name
        locale = reduce_locale(facts.locale)
        if locale:
            account.person.locale = locale
        return account

    def _new_account(self, session: Session, facts: LaunchFacts) -> Account | None:
        now = self._clock()
        person = Person(id=new_id(), created_at=now)
        session.add(person)
        session.flush()
        account_id = new_id()
        made = insert_unless_there(
            session,
            Account,
            {
                "id": account_id,
                "platform_id": facts.platform_id,
                "subject": facts.subject,
                "person_id": person.id,
                "created_at": now,
                "last_seen_at": now,
            },
        )
        if made:
            return session.get_one(Account, account_id)
        session.delete(person)
        session.flush()
        return None

    def _learn_course(self, session: Session, facts: LaunchFacts) -> Course:
        now = self._clock()
        key = {"platform_id": facts.platform_id, "context_id": facts.context_id or NO_CONTEXT}
        known = select(Course).filter_by(**key)
        course = session.scalar(known)
        if course is None:
            insert_unless_there(
                session, Course, {**key, "id": new_id(), "title": "", "created_at": now, "last_seen_at": now}
            )
            course = session.scalars(known).one()
        course.last_seen_at = now
        course.title = clean_words(facts.context_title, longest=500) or course.title
        return course

    def _learn_member(self, session: Session, course_id: str, account_id: str, role: Role) -> None:
        now = self._clock()
        key = {"course_id": course_id, "account_id": account_id}
        if insert_unless_there(session, CourseMember, {**key, "role": role.value, "last_seen_at": now}):
            return
        session.execute(update(CourseMember).filter_by(**key).values(role=role.value, last_seen_at=now))

    def _learn_placement(self, session: Session, course_id: str, facts: LaunchFacts) -> Placement | None:
        if facts.resource_link_id is None:
            return None
        now = self._clock()
        key = {"course_id": course_id, "resource_link_id": facts.resource_link_id}
        known = select(Placement).filter_by(**key)
        placement = session.scalar(known)
        if placement is None:
            insert_unless_there(
                session,
                Placement,
                {**key, "id": new_id(), "title": "", "ags_scopes": [], "created_at": now, "last_launch_at": now},
            )
            placement = session.scalars(known).one()
        placement.last_launch_at = now
        placement.title = clean_words(facts.resource_link_title, longest=500) or placement.title
        if facts.offers_grading:
            placement.lineitem_url = facts.lineitem_url
            placement.lineitems_url = facts.lineitems_url
            placement.ags_scopes = list(facts.ags_scopes)
        if facts.memberships_url:
            placement.memberships_url = facts.memberships_url
        return placement
