"""The list of certificates and of what may become one: found, filtered, page by page, and as a file for a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.certificates.called import called
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.console.paging import Mark, Page, Where, page_of
from lti_tool.courses.models import Account, Person
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.searching import contains
from lti_tool.training.models import Cohort, Enrolment
from mappings.texts import Text
from mappings.training import Training

PAGE_SIZE = 50
LONGEST_SEARCH = 200
MOST_COHORTS = 500
"""Offered to choose from; older ones are found by searching their name."""
_AT_ONCE = 500


class Status(StrEnum):
    """What the list can be narrowed to."""

    DECISION = "decision"
    """Proposed: the issuer decides."""
    NAME_ASKED = "name_asked"
    """Issued, and the holder asks for another name."""
    WAITING = "waiting"
    """Waits for somebody or something else; each says for what."""
    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"
    DECLINED = "declined"
    ERASED = "erased"


@dataclass(frozen=True)
class Wanted:
    """Which dossiers are meant: those for which all that is given holds."""

    search: str = ""
    """Part of a holder's or cohort's name, or a number of a certificate or dossier."""
    training_key: str = ""
    cohort_id: str = ""
    status: Status | None = None


@dataclass(frozen=True)
class DossierLine:
    """One dossier in the list."""

    award_id: str
    name: Words
    cohort_id: str
    cohort_name: str
    training: Text | None
    """The name of the training; None: it is not here any more."""
    state: str
    """An `AwardState`; of what was issued `issued`, `revoked` or `erased`."""
    problem: str | None
    """Code of what is in the way."""
    since: datetime
    """When it was issued or revoked; before that, when the rule was met."""
    certificate_id: str | None
    replaced: int
    """How many certificates it took the place of."""
    wants_name: bool


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed to, besides a status."""

    trainings: Sequence[tuple[str, Text]]
    cohorts: Sequence[tuple[str, str]]


class CertificateListing:
    """Reads the list, in a fixed number of queries a page.

    Args:
        database: where everything is.
        trainings: by key.
    """

    def __init__(self, database: Database, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._trainings = trainings
        self._names = {training.achievement.key: training.name for training in trainings.values()}

    def page(self, wanted: Wanted, where: Where, size: int = PAGE_SIZE) -> Page[DossierLine]:
        """Return one page of the list, the newest first."""
        with self._database.reading() as session:
            return self._page(session, wanted, where, size)

    def count(self, wanted: Wanted) -> int:
        """Return how many dossiers there are of this kind."""
        query = self._narrowed(select(func.count()).select_from(Award), wanted)
        with self._database.reading() as session:
            return session.scalar(query) or 0

    def choices(self) -> Choices:
        """Return the trainings, and the cohorts, the newest first."""
        query = select(Cohort.id, Cohort.name).order_by(Cohort.created_at.desc(), Cohort.id).limit(MOST_COHORTS)
        with self._database.reading() as session:
            cohorts = session.execute(query).all()
        return Choices([(training.key, training.name) for training in self._trainings.values()], cohorts)

    def all(self, wanted: Wanted) -> Iterator[DossierLine]:
        """Yield everything of this kind, read some hundreds at a time."""
        where = Where()
        while True:
            found = self.page(wanted, where, _AT_ONCE)
            yield from found.rows
            if found.older is None:
                return
            where = Where(after=found.older)

    def _page(self, session: Session, wanted: Wanted, where: Where, size: int) -> Page[DossierLine]:
        query = self._narrowed(select(Award, Cohort.id, Cohort.name), wanted)
        query = query.where(*where.condition(Award.met_at, Award.id)).order_by(*where.order(Award.met_at, Award.id))
        found = session.execute(query.limit(size + 1)).all()
        awards = [award for award, _cohort_id, _cohort_name in found[:size]]
        names = called(session, awards)
        certificates = _certificates(session, awards)
        lines = [
            (
                Mark(award.met_at, award.id),
                self._line(award, names.get(award.id, ""), cohort_id, cohort_name, certificates.get(award.id, ())),
            )
            for award, cohort_id, cohort_name in found
        ]
        return page_of(lines, where, size)

    def _line(
        self, award: Award, name: Words, cohort_id: str, cohort_name: str, certificates: Sequence["_Issued"]
    ) -> DossierLine:
        present = next((one for one in certificates if one.replaced_by_id is None), None)
        return DossierLine(
            award_id=award.id,
            name=name,
            cohort_id=cohort_id,
            cohort_name=cohort_name,
            training=self._names.get(award.achievement_key),
            state=present.state if present else str(award.state),
            problem=award.last_error if present is None else None,
            since=(present.revoked_at or present.issued_at) if present else award.met_at,
            certificate_id=present.id if present else None,
            replaced=sum(one.replaced_by_id is not None for one in certificates),
            wants_name=present is not None and present.wants_name,
        )

    def _narrowed(self, query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
        query = query.join(Enrolment, Enrolment.id == Award.enrolment_id).join(Cohort, Cohort.id == Enrolment.cohort_id)
        if wanted.search:
            query = query.where(_found_by(wanted.search[:LONGEST_SEARCH]))
        if wanted.training_key:
            training = self._trainings.get(wanted.training_key)
            query = query.where(Award.achievement_key == (training.achievement.key if training else ""))
        if wanted.cohort_id:
            query = query.where(Enrolment.cohort_id == wanted.cohort_id)
        if wanted.status is not None:
            query = query.where(_STATUS[wanted.status])
        return query


@dataclass(frozen=True)
class _Issued:
    id: str
    replaced_by_id: str | None
    issued_at: datetime
    revoked_at: datetime | None
    erased_at: datetime | None
    wants_name: bool

    @property
    def state(self) -> str:
        return "erased" if self.erased_at else "revoked" if self.revoked_at else "issued"


def _certificates(session: Session, awards: Sequence[Award]) -> Mapping[str, Sequence[_Issued]]:
    query = select(
        Certificate.award_id,
        Certificate.id,
        Certificate.replaced_by_id,
        Certificate.issued_at,
        Certificate.revoked_at,
        Certificate.erased_at,
        Certificate.wanted_name.is_not(None),
    ).where(Certificate.award_id.in_([award.id for award in awards]))
    found: dict[str, list[_Issued]] = {}
    for award_id, key, replaced_by_id, issued_at, revoked_at, erased_at, wants_name in session.execute(query):
        one = _Issued(key, replaced_by_id, issued_at, revoked_at, erased_at, wants_name)
        found.setdefault(award_id, []).append(one)
    return found


def _found_by(search: str) -> ColumnElement[bool]:
    """Return the condition that a search finds an award; an address of a certificate is as good as its number."""
    number = search.strip().rstrip("/").rpartition("/")[2]
    # each of these is looked through once, and not for every award
    cohorts = select(Cohort.id).where(contains(Cohort.name, search))
    confirmed = select(Person.id).where(contains(Person.certificate_name, search))
    known = select(Account.person_id).where(contains(Account.display_name, search))
    issued = select(Certificate.award_id).where(Certificate.id == number)
    return or_(
        Award.id == number,
        Award.id.in_(issued),
        Award.person_id.in_(confirmed),
        Award.person_id.in_(known),
        Enrolment.cohort_id.in_(cohorts),
    )


def _has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Certificate.award_id == Award.id, *conditions)


_PRESENT = Certificate.replaced_by_id.is_(None)
_WAITING = (AwardState.WAITING_APPROVAL, AwardState.WAITING_PROPOSAL, AwardState.WAITING_NAME, AwardState.QUEUED)
_STATUS: Mapping[Status, ColumnElement[bool]] = {
    Status.DECISION: Award.state == AwardState.WAITING_DECISION,
    Status.NAME_ASKED: _has(Certificate.wanted_name.is_not(None)),
    Status.WAITING: Award.state.in_(_WAITING),
    Status.ISSUED: _has(_PRESENT, Certificate.revoked_at.is_(None), Certificate.erased_at.is_(None)),
    Status.REVOKED: _has(_PRESENT, Certificate.revoked_at.is_not(None)),
    Status.REPLACED: _has(Certificate.replaced_by_id.is_not(None)),
    Status.DECLINED: and_(Award.state == AwardState.DECLINED),
    Status.ERASED: _has(_PRESENT, Certificate.erased_at.is_not(None)),
}
