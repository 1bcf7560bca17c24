"""How people are called on the pages of others: by the name their learning environment sends, and by their school.

A trainer who signs in without a learning environment is called as in the list of the staff.

A school may share no names at all; then a short code tells participants apart. The name for the certificate is not used
here: it was asked for the certificate alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Course
from lti_tool.database import among
from lti_tool.errors import Words
from lti_tool.platforms.models import Platform
from lti_tool.signin.models import Member
from lti_tool.signin.roles import Role as StaffRole
from lti_tool.training.models import Enrolment, EnrolmentCourse
from mappings.roles import Role


@dataclass(frozen=True)
class School:
    """Through which learning environment and course somebody came into the cohort."""

    platform_id: str
    platform_name: str
    course_title: str


NO_SCHOOL = School("", "", "")


def names_of(session: Session, person_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of these people, as the learning environment seen last sends them; who has none is missing.

    Of a member of the staff it is the name in the list of the staff.
    """
    wanted = set(person_ids)
    if not wanted:
        return {}
    accounts = select(
        Account.person_id, Account.display_name.label("name"), Account.last_seen_at.label("at"), Account.id
    ).where(among(Account.person_id, wanted), Account.display_name.is_not(None))
    members = select(Member.person_id, Member.name, Member.created_at, Member.id).where(among(Member.person_id, wanted))
    both = union_all(accounts, members).subquery()
    rows = session.execute(select(both.c.person_id, both.c.name).order_by(both.c.at, both.c.id))
    return {person_id: name for person_id, name in rows if name}


def shut_out(session: Session) -> frozenset[str]:
    """Return the persons whom their sign-in lets train no more: disabled, or without the role. Their enrolments stay."""
    rows = session.execute(select(Member.person_id, Member.roles, Member.disabled_at).where(Member.person_id.is_not(None)))
    return frozenset(
        person_id
        for person_id, roles, disabled_at in rows
        if person_id is not None and (disabled_at is not None or StaffRole.TRAINER not in roles)
    )


def participant_name(name: str | None, enrolment_id: str, *, removed: bool = False) -> Words:
    """Return how a participant is called: by name, or by a short code when the school shares no names.

    Args:
        removed: the person had all data erased.
    """
    if removed:
        return _l("Een verwijderde deelnemer")
    return name or _l("Deelnemer %(code)s", code=enrolment_id[:4].upper())


def first_name(name: str | None) -> str | None:
    """Return the first word of a name."""
    return name.split()[0] if name else None


def trainer_names(session: Session, cohort_id: str) -> tuple[str, ...]:
    """Return the names of a cohort's trainers, in the order in which they came; not of who may train no more."""
    query = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id, Enrolment.role == Role.TRAINER)
    people = session.scalars(query.order_by(Enrolment.created_at, Enrolment.id)).all()
    names, gone = names_of(session, people), shut_out(session)
    return tuple(names[person_id] for person_id in people if person_id in names and person_id not in gone)


def schools_of(
    session: Session, enrolment_ids: Collection[str], course_ids: Collection[str] | None = None
) -> Mapping[str, School]:
    """Return the school of each enrolment: the first course through which the person came.

    Args:
        course_ids: look at these courses only, for a trainer who sees no others; None for all.
    """
    if not enrolment_ids:
        return {}
    query = (
        select(EnrolmentCourse.enrolment_id, Platform.id, Platform.name, Course.title)
        .join(Course, Course.id == EnrolmentCourse.course_id)
        .join(Platform, Platform.id == Course.platform_id)
        .where(among(EnrolmentCourse.enrolment_id, enrolment_ids))
        .order_by(Course.created_at, Course.id)
    )
    if course_ids is not None:
        query = query.where(EnrolmentCourse.course_id.in_(course_ids))
    schools: dict[str, School] = {}
    for enrolment_id, platform_id, platform_name, course_title in session.execute(query):
        schools.setdefault(enrolment_id, School(platform_id, platform_name, course_title))
    return schools
