"""People for the issuer: found by a name or number, and what they take part in. Nobody is listed unless looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.certificates.models import Award, Certificate
from lti_tool.clock import Clock
from lti_tool.console.paging import Mark, Page, Where, page_of
from lti_tool.courses.models import Account, Person
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.platforms.models import Platform
from lti_tool.searching import contains
from lti_tool.signin.gate import StaffMember
from lti_tool.signin.models import Member
from lti_tool.training.models import Cohort, Enrolment, Submission
from mappings.progress import OutcomeState
from mappings.training import Training

PAGE_SIZE = 50


@dataclass(frozen=True)
class PersonLine:
    """Somebody who was found."""

    id: str
    names: Sequence[str] = field(repr=False)
    """As confirmed for the certificate, and as learning environments send it; empty: no name is known."""
    platforms: Sequence[str]
    since: datetime


@dataclass(frozen=True)
class AccountLine:
    """One account of somebody."""

    id: str
    platform: str
    name: str | None = field(repr=False)
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class EnrolmentLine:
    """A cohort that somebody is in."""

    cohort_id: str
    cohort_name: str
    role: str
    since: datetime
    accepted: int
    expected: int


@dataclass(frozen=True)
class AwardLine:
    """An award of somebody."""

    award_id: str
    state: str
    met_at: datetime


@dataclass(frozen=True)
class PersonPage:
    """Somebody, looked at closely."""

    id: str
    name: str | None = field(repr=False)
    """As confirmed for the certificate."""
    locale: str | None
    accounts: Sequence[AccountLine]
    enrolments: Sequence[EnrolmentLine]
    awards: Sequence[AwardLine]
    erased_at: datetime | None
    member: str | None = field(default=None, repr=False)
    """The name in the list of the staff, of who is a member."""

    @property
    def called(self) -> str | None:
        """Under which name the page stands."""
        return self.name or next((one.name for one in self.accounts if one.name), None) or self.member


class PeopleDesk:
    """Finds and shows people.

    Args:
        database: where they are.
        clock: the time.
        trainings: by key.
    """

    def __init__(self, database: Database, clock: Clock, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._clock = clock
        self._trainings = trainings

    def find(self, search: str, where: Where, size: int = PAGE_SIZE) -> Page[PersonLine]:
        """Return one page of the people whom a search finds; nobody when it is empty."""
        if not search:
            return Page([], None, None)
        query = (
            select(Person)
            .where(Person.erased_at.is_(None), _found_by(search), *where.condition(Person.created_at, Person.id))
            .order_by(*where.order(Person.created_at, Person.id))
            .limit(size + 1)
        )
        with self._database.reading() as session:
            people = session.scalars(query).all()
            accounts = _accounts(session, [person.id for person in people])
            staff = _staff(session, [person.id for person in people])
        return page_of(
            [
                (Mark(person.created_at, person.id), _line(person, accounts.get(person.id, ()), staff.get(person.id)))
                for person in people
            ],
            where,
            size,
        )

    def show(self, person_id: str, member: StaffMember) -> PersonPage:
        """Return somebody, and note in the audit trail that a member of the staff looked. Raises NotFound."""
        with self._database.session() as session:
            person = session.get(Person, person_id)
            if person is None:
                raise NotFound("no such person")
            note_done(session, self._clock(), member.id, "people.look", person_id)
            awards = select(Award).where(Award.person_id == person_id).order_by(Award.met_at)
            return PersonPage(
                id=person.id,
                name=person.certificate_name,
                locale=person.locale,
                accounts=_accounts(session, [person_id]).get(person_id, ()),
                enrolments=self._enrolments(session, person_id),
                awards=_awards(session, session.scalars(awards).all()),
                erased_at=person.erased_at,
                member=_staff(session, [person_id]).get(person_id),
            )

    def exported(self, person_id: str, member: StaffMember) -> None:
        """Note that a member of the staff takes a copy of everything along."""
        with self._database.session() as session:
            note_done(session, self._clock(), member.id, "people.export", person_id)

    def _enrolments(self, session: Session, person_id: str) -> Sequence[EnrolmentLine]:
        accepted = func.count(Submission.id).filter(Submission.state == OutcomeState.ACCEPTED)
        query = (
            select(Enrolment, Cohort, accepted)
            .join(Cohort, Cohort.id == Enrolment.cohort_id)
            .outerjoin(Submission, Submission.enrolment_id == Enrolment.id)
            .where(Enrolment.person_id == person_id)
            .group_by(Enrolment.id, Cohort.id)
            .order_by(Enrolment.created_at)
        )
        found = []
        for enrolment, cohort, count in session.execute(query):
            training = self._trainings.get(cohort.training_key)
            expected = len(training.assignments) if training else 0
            found.append(EnrolmentLine(cohort.id, cohort.name, enrolment.role, enrolment.created_at, count, expected))
        return found


def _line(person: Person, accounts: Sequence[AccountLine], member: str | None) -> PersonLine:
    names = [person.certificate_name, *(account.name for account in accounts), member]
    return PersonLine(
        person.id,
        list(dict.fromkeys(name for name in names if name)),
        list(dict.fromkeys(account.platform for account in accounts)),
        person.created_at,
    )


def _staff(session: Session, person_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the names of those who are of the staff."""
    found = session.execute(select(Member.person_id, Member.name).where(Member.person_id.in_(person_ids)))
    return {person_id: name for person_id, name in found if person_id is not None}


def _accounts(session: Session, person_ids: Sequence[str]) -> Mapping[str, Sequence[AccountLine]]:
    query = (
        select(Account, Platform.name)
        .join(Platform, Platform.id == Account.platform_id)
        .where(Account.person_id.in_(person_ids))
        .order_by(Account.last_seen_at.desc(), Account.id)
    )
    found: dict[str, list[AccountLine]] = {}
    for account, platform in session.execute(query):
        line = AccountLine(account.id, platform, account.display_name, account.created_at, account.last_seen_at)
        found.setdefault(account.person_id, []).append(line)
    return found


def _awards(session: Session, awards: Sequence[Award]) -> Sequence[AwardLine]:
    query = select(Certificate.award_id, Certificate.revoked_at, Certificate.erased_at).where(
        Certificate.award_id.in_([award.id for award in awards]), Certificate.replaced_by_id.is_(None)
    )
    states = {
        award_id: "erased" if erased_at else "revoked" if revoked_at else "issued"
        for award_id, revoked_at, erased_at in session.execute(query)
    }
    return [AwardLine(award.id, states.get(award.id, str(award.state)), award.met_at) for award in awards]


def _found_by(search: str) -> ColumnElement[bool]:
    """Return the condition that a search finds somebody: by a name, the number at a school, or a number of ours."""
    number = search.strip().rstrip("/").rpartition("/")[2]
    return or_(
        contains(Person.certificate_name, search),
        Person.id == number,
        exists().where(
            Account.person_id == Person.id,
            or_(contains(Account.display_name, search), Account.subject == search, Account.id == number),
        ),
        exists().where(Member.person_id == Person.id, contains(Member.name, search)),
        exists().where(Award.person_id == Person.id, Certificate.award_id == Award.id, Certificate.id == number),
    )
