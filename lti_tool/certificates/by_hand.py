"""Having a certificate made by hand: after a problem was solved, or with the name that the participant gave otherwise.

Nobody is passed over: what waits for a trainer's proposal, the issuer's decision or the approval of the cohort still does.
"""

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import AwardService
from lti_tool.certificates.deciding import NotDue, checked_reason, note_decision
from lti_tool.certificates.models import Award, AwardState, DecisionKind
from lti_tool.certificates.names import name_problem
from lti_tool.certificates.replacing import checked_name
from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.training.models import Cohort, Enrolment

BY_HAND = (AwardState.QUEUED, AwardState.WAITING_NAME, AwardState.WAITING_APPROVAL)
"""What an award may be when it is made by hand; the cohort has to be approved."""

log = structlog.get_logger(__name__)


class ByHandService:
    """Has certificates made, for the issuer.

    Args:
        database: for its own short transaction.
        clock: the time.
        awards: goes on with the award.
    """

    def __init__(self, database: Database, clock: Clock, awards: AwardService) -> None:
        self._database = database
        self._clock = clock
        self._awards = awards

    def issue(
        self, award_id: str, reason: str, by: str | None = None, *, name: str | None = None, staff_id: str | None = None
    ) -> None:
        """Have the certificate of an award made now.

        Args:
            reason: why, for the file.
            by: who decided.
            name: what the certificate will say, where the participant has not confirmed a name.
            staff_id: of the member of the staff who is signed in.

        Raises:
            NotFound: no such award.
            NotDue: it waits for somebody else, or was issued.
            Invalid: no reason, or a name is missing or cannot be printed.
        """
        reason, now = checked_reason(reason), self._clock()
        wanted = _printable(name) if name else None
        with self._database.session() as session:
            award = session.get(Award, award_id, with_for_update=True)
            if award is None:
                raise NotFound(f"there is no award {award_id!r}")
            if not makeable(award, approved=_approved(session, award)):
                raise NotDue(f"the award is {award.state}")
            person = session.get_one(Person, award.person_id, with_for_update={"key_share": True})
            if wanted is not None and person.certificate_name is None:
                person.certificate_name, person.certificate_name_at = wanted, now
            if person.certificate_name is None:
                raise Invalid("the participant confirmed no name", explanation=_l("Geef de naam in."), field="name")
            award.fails, award.last_error = 0, None
            note_decision(session, now, award.id, DecisionKind.BY_HAND, by_name=by, staff_id=staff_id, reason=reason)
            session.flush()
            self._awards.advance(session, award)
            self._awards.follow_name(session, person.id)
        log.info("certificate.by_hand", award=award_id)


def makeable(award: Award, *, approved: bool) -> bool:
    """Return whether the certificate of an award may be made by hand.

    Args:
        approved: whether its cohort is approved.
    """
    return approved and award.state in BY_HAND


def _approved(session: Session, award: Award) -> bool:
    enrolment = session.get_one(Enrolment, award.enrolment_id)
    return session.get_one(Cohort, enrolment.cohort_id).approved_at is not None


def _printable(name: str) -> str:
    wanted = checked_name(name)
    problem = name_problem(wanted)
    if problem is not None:
        raise Invalid("this name cannot be printed", explanation=problem, field="name")
    return wanted
