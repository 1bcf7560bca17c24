"""Learning who and where from launches, and what a placement shows (LTI 1.3 core, 5.3 to 5.4).

Each method takes part in the caller's transaction. Two launches of the same person, course or link at the same moment
end in one row each, on both engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.leaving import Forgotten
from lti_tool.courses.models import Account, Course, CourseCohort, CourseMember, Person, Placement
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.courses.words import clean_words, reduce_locale
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.platforms.models import Platform
from lti_tool.statements import FoundRow, Statement
from mappings.roles import Role

NO_CONTEXT = ""
"""The context id of launches without a context claim: then the platform itself counts as the course."""
SEEN_EVERY = timedelta(minutes=1)
"""When somebody or something was seen last is kept by the minute: most launches then have nothing to write about it."""


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
        forgotten: told who comes (back).
    """

    def __init__(self, clock: Clock, forgotten: Forgotten | None = None) -> None:
        self._clock = clock
        self._forgotten = forgotten

    def learn(self, session: Session, facts: LaunchFacts) -> Learned:
        """Find or make account, person, course, membership and placement, and note what is new about them.

        One query finds what is known, and what is as the launch says is not written again.
        """
        session.flush()
        known = _known(session, facts)
        if known.account_id is None or known.course_id is None:
            self._make_account_and_course(session, facts, known)
            known = _known(session, facts)
        without_link = facts.resource_link_id is None
        if known.course_member_role is None or (known.placement_id is None and not without_link):
            self._make_member_and_placement(session, facts, known)
            known = _known(session, facts)
        self._note(session, facts, known)
        return Learned(
            known.account_id, known.account_person_id, known.course_id, None if without_link else known.placement_id
        )

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

    def _make_account_and_course(self, session: Session, facts: LaunchFacts, known: FoundRow) -> None:
        now = self._clock()
        if known.account_id is None:
            self._make_account(session, facts, now)
            if self._forgotten is not None:
                self._forgotten.back(session, facts.platform_id, facts.subject)
        if known.course_id is None:
            course = {"id": new_id(), "platform_id": facts.platform_id, "context_id": facts.context_id or NO_CONTEXT}
            moments = {"created_at": now, "last_seen_at": now}
            insert_unless_there(session, Course, {**course, **moments, **_said_of_course(facts)})

    @staticmethod
    def _make_account(session: Session, facts: LaunchFacts, now: datetime) -> None:
        person = {"id": new_id(), "locale": reduce_locale(facts.locale), "created_at": now}
        _NEW_PERSON.rows(session.connection(), person)
        account = {"id": new_id(), "platform_id": facts.platform_id, "subject": facts.subject, "person_id": person["id"]}
        moments = {"created_at": now, "last_seen_at": now}
        if not insert_unless_there(session, Account, {**account, **moments, **_said_of_account(facts)}):
            _NO_PERSON.rows(session.connection(), {"id_": person["id"]})

    def _make_member_and_placement(self, session: Session, facts: LaunchFacts, known: FoundRow) -> None:
        now = self._clock()
        if known.course_member_role is None:
            member = {"course_id": known.course_id, "account_id": known.account_id}
            insert_unless_there(session, CourseMember, {**member, "role": facts.role.value, "last_seen_at": now})
        if known.placement_id is None and facts.resource_link_id is not None:
            placement = {"id": new_id(), "course_id": known.course_id, "resource_link_id": facts.resource_link_id}
            moments = {"created_at": now, "last_launch_at": now}
            insert_unless_there(session, Placement, {**placement, **moments, **_said_of_placement(facts)})

    def _note(self, session: Session, facts: LaunchFacts, known: FoundRow) -> None:
        now = self._clock()
        account, course = known.account_id, known.course_id
        _change(session, known, "account", {"id_": account}, _said_of_account(facts), last_seen_at=now)
        locale = reduce_locale(facts.locale)
        _change(session, known, "person", {"id_": known.account_person_id}, {"locale": locale} if locale else {})
        _change(session, known, "course", {"id_": course}, _said_of_course(facts), last_seen_at=now)
        member = {"course": course, "account": account}
        _change(session, known, "course_member", member, {"role": facts.role.value}, last_seen_at=now)
        if facts.resource_link_id is not None:
            said = _said_of_placement(facts)
            _change(session, known, "placement", {"id_": known.placement_id}, said, last_launch_at=now)


def _said_of_account(facts: LaunchFacts) -> dict[str, Any]:
    name = clean_words(facts.name, longest=200)
    return {"display_name": name} if name else {}


def _said_of_course(facts: LaunchFacts) -> dict[str, Any]:
    title = clean_words(facts.context_title, longest=500)
    return {"title": title} if title else {}


def _said_of_placement(facts: LaunchFacts) -> dict[str, Any]:
    said: dict[str, Any] = {}
    title = clean_words(facts.resource_link_title, longest=500)
    if title:
        said["title"] = title
    if facts.offers_grading:
        said |= {"lineitem_url": facts.lineitem_url, "lineitems_url": facts.lineitems_url}
        said["ags_scopes"] = list(facts.ags_scopes)
    if facts.memberships_url:
        said["memberships_url"] = facts.memberships_url
    return said


def _known(session: Session, facts: LaunchFacts) -> FoundRow:
    """Return what is known of everything that a launch speaks of, by table and column; None where there is no row yet."""
    key = {
        "platform_id": facts.platform_id,
        "subject": facts.subject,
        "context_id": facts.context_id or NO_CONTEXT,
        "resource_link_id": facts.resource_link_id,
    }
    return _KNOWN.one(session.connection(), key)


def _change(
    session: Session, known: FoundRow, table: str, key: Mapping[str, str], said: Mapping[str, Any], **seen: datetime
) -> None:
    """Write what a launch says otherwise than it is known, and when it was said if that is a while ago."""
    changes = {name: value for name, value in said.items() if value != getattr(known, f"{table}_{name}")}
    changes |= {name: now for name, now in seen.items() if now - getattr(known, f"{table}_{name}") >= SEEN_EVERY}
    if changes:
        _CHANGES[table].rows(session.connection(), {**key, **changes})


# The statements of a launch are made once: to build one costs more than to run it. An UPDATE sets the columns it is given.
_KNOWN = Statement(
    select(
        Account.id,
        Account.person_id,
        Account.display_name,
        Account.last_seen_at,
        Person.locale,
        Course.id,
        Course.title,
        Course.last_seen_at,
        CourseMember.role,
        CourseMember.last_seen_at,
        Placement.id,
        Placement.title,
        Placement.lineitem_url,
        Placement.lineitems_url,
        Placement.ags_scopes,
        Placement.memberships_url,
        Placement.last_launch_at,
    )
    .select_from(Platform)
    .outerjoin(Account, (Account.platform_id == Platform.id) & (Account.subject == bindparam("subject")))
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(Course, (Course.platform_id == Platform.id) & (Course.context_id == bindparam("context_id")))
    .outerjoin(CourseMember, (CourseMember.course_id == Course.id) & (CourseMember.account_id == Account.id))
    .outerjoin(Placement, (Placement.course_id == Course.id) & (Placement.resource_link_id == bindparam("resource_link_id")))
    .where(Platform.id == bindparam("platform_id"))
    .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
)
_NEW_PERSON = Statement(insert(Person))
_NO_PERSON = Statement(delete(Person).where(Person.id == bindparam("id_")))
_CHANGES: Mapping[str, Statement] = {
    "account": Statement(update(Account).where(Account.id == bindparam("id_"))),
    "person": Statement(update(Person).where(Person.id == bindparam("id_"))),
    "course": Statement(update(Course).where(Course.id == bindparam("id_"))),
    "course_member": Statement(
        update(CourseMember).where(
            CourseMember.course_id == bindparam("course"), CourseMember.account_id == bindparam("account")
        )
    ),
    "placement": Statement(update(Placement).where(Placement.id == bindparam("id_"))),
}
