"""Who of a cohort can be issued now, and why the others cannot: what a batch begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import NAME_REFUSED
from lti_tool.certificates.called import called
from lti_tool.certificates.deciding import eyes_of
from lti_tool.certificates.models import Award, AwardState
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.training.models import Cohort, Enrolment

RULE_BROKEN = "rule"
"""The problem of an award whose work was returned after the rule was met."""


class Why(StrEnum):
    """Why an award is not issued."""

    COHORT = "cohort"
    """The cohort is not approved."""
    PROPOSAL = "proposal"
    """No trainer has proposed it."""
    SAME_EYES = "same_eyes"
    """Who would approve it proposed it or accepted the last of the work."""
    DECLINED = "declined"
    NAME = "name"
    """The participant has not confirmed a name."""
    NAME_REFUSED = "name_refused"
    """The name cannot be printed; the participant is asked for another."""
    RULE = "rule"
    """Not all of the work is accepted any more."""
    NOT_PRINTABLE = "not_printable"
    """Another text cannot be printed: the edition's name."""
    PROBLEM = "problem"
    """It could not be made; it is tried again by itself."""
    STOPPED = "stopped"
    """The batch was stopped before."""
    GONE = "gone"
    """There is no such award any more."""


@dataclass(frozen=True)
class ReadyLine:
    """Somebody of the cohort who has no certificate yet."""

    award_id: str
    name: Words
    why: Why | None
    """Why it cannot be issued now; None: it can."""
    decides: bool
    """Whether it waits for the issuer's decision, so that issuing it is approving it."""


@dataclass(frozen=True)
class Readiness:
    """A cohort before a batch."""

    cohort_id: str
    cohort_name: str
    approved: bool
    lines: Sequence[ReadyLine]
    """Those who are ready first."""
    issued: int
    """How many have a certificate already."""

    @property
    def ready(self) -> Sequence[ReadyLine]:
        """Those who can be issued now."""
        return [line for line in self.lines if line.why is None]

    @property
    def others(self) -> Sequence[ReadyLine]:
        """Those who cannot."""
        return [line for line in self.lines if line.why is not None]


def readiness(database: Database, cohort_id: str, by: str, staff_id: str) -> Readiness:
    """Return who of a cohort can be issued now; a handful of queries, however many people.

    Args:
        by: the name of who would issue, and approve.
        staff_id: of the same member of the staff.

    Raises:
        NotFound: no such cohort.
    """
    with database.reading() as session:
        return readiness_in(session, cohort_id, by, staff_id)


def readiness_in(session: Session, cohort_id: str, by: str, staff_id: str) -> Readiness:
    """Return the same within the caller's transaction; see `readiness`."""
    cohort = session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound(f"there is no cohort {cohort_id!r}")
    query = (
        select(Award, Person.certificate_name.is_not(None))
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .join(Person, Person.id == Award.person_id)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(Award.met_at, Award.id)
    )
    found = session.execute(query).all()
    waiting = [(award, named) for award, named in found if award.state != AwardState.ISSUED]
    names = called(session, [award for award, _named in waiting])
    undecided = [award for award, _named in waiting if award.state == AwardState.WAITING_DECISION]
    eyes = eyes_of(session, undecided)
    own = {award.id for award in undecided if eyes[award.id].are_of(by, staff_id)}
    lines = [
        ReadyLine(
            award_id=award.id,
            name=names[award.id],
            why=_why(award, approved=cohort.approved_at is not None, named=named, own=award.id in own),
            decides=award.state == AwardState.WAITING_DECISION,
        )
        for award, named in waiting
    ]
    return Readiness(
        cohort_id=cohort.id,
        cohort_name=cohort.name,
        approved=cohort.approved_at is not None,
        lines=sorted(lines, key=lambda line: line.why is not None),
        issued=len(found) - len(waiting),
    )


def why_of(award: Award) -> Why | None:
    """Return why an award that somebody just tried to issue is not issued; None when it is."""
    if award.state == AwardState.ISSUED:
        return None
    if award.last_error == RULE_BROKEN:
        return Why.RULE
    if award.state == AwardState.QUEUED:
        return Why.NOT_PRINTABLE if (award.last_error or "").startswith("not printable") else Why.PROBLEM
    if award.state == AwardState.WAITING_NAME:
        return Why.NAME_REFUSED if award.last_error == NAME_REFUSED else Why.NAME
    return _BY_STATE[AwardState(award.state)]


_BY_STATE = {
    AwardState.WAITING_APPROVAL: Why.COHORT,
    AwardState.WAITING_PROPOSAL: Why.PROPOSAL,
    AwardState.WAITING_DECISION: Why.SAME_EYES,
    AwardState.DECLINED: Why.DECLINED,
}


def _why(award: Award, *, approved: bool, named: bool, own: bool) -> Why | None:
    if award.state == AwardState.DECLINED:
        return Why.DECLINED
    if not approved:
        return Why.COHORT
    if award.last_error == RULE_BROKEN:
        return Why.RULE
    if award.state == AwardState.WAITING_PROPOSAL:
        return Why.PROPOSAL
    if own:
        return Why.SAME_EYES
    if award.last_error == NAME_REFUSED:
        return Why.NAME_REFUSED
    return None if named else Why.NAME
