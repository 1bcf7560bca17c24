"""Erasing a holder: the name and all forms go; the number, the hashes and the status stay.

Whoever has the certificate can still verify it, because that takes the issuer's keys and the status list alone. So a
certificate that somebody erased is not one that never was.
"""

import structlog
from sqlalchemy import select

from lti_tool.certificates.deciding import note_decision
from lti_tool.certificates.models import Award, AwardState, Certificate, DecisionKind
from lti_tool.certificates.service import CertificateUnknown
from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database

log = structlog.get_logger(__name__)


class ErasureService:
    """Erases holders from their certificates.

    Args:
        database: for its own short transaction.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def erase_holder(self, certificate_id: str, by: str | None = None, *, staff_id: str | None = None) -> int:
        """Erase the holder of a certificate from it and from all others of the same person; return from how many.

        What belongs to the training (work, reviews, accounts) is not touched. Erasing again changes nothing.

        Args:
            by: who did it, for the file.
            staff_id: of the member of the staff who is signed in.

        Raises:
            CertificateUnknown: there is none.
        """
        now = self._clock()
        with self._database.session() as session:
            found = session.get(Certificate, certificate_id)
            if found is None:
                raise CertificateUnknown("no such certificate")
            person_id = session.get_one(Award, found.award_id).person_id
            of_person = select(Certificate).join(Award, Award.id == Certificate.award_id).where(Award.person_id == person_id)
            rows = session.scalars(of_person.with_for_update(of=Certificate)).all()
            erased = [row for row in rows if row.erased_at is None]
            for row in erased:
                row.snapshot, row.credential, row.jwt, row.pdf = "", "", "", None
                row.wanted_name, row.wanted_at = None, None
                row.shared, row.erased_at = False, now
            for award_id in sorted({row.award_id for row in erased}):
                note_decision(session, now, award_id, DecisionKind.ERASED, by_name=by, staff_id=staff_id)
            person = session.get_one(Person, person_id, with_for_update=True)
            person.certificate_name, person.certificate_name_at = None, None
            waiting = select(Award).where(Award.person_id == person_id, Award.state == AwardState.QUEUED)
            for award in session.scalars(waiting.with_for_update()):
                award.state = AwardState.WAITING_NAME
        log.info("certificate.holder_erased", certificates=len(erased))
        return len(erased)
