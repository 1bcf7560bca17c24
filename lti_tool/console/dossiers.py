"""The dossier of one award for the issuer: what it rests on, what was decided, its certificates, what can be done now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.certificates.called import called
from lti_tool.certificates.deciding import eyes_of
from lti_tool.certificates.explaining import Explanation, ExplanationService
from lti_tool.certificates.models import Award, AwardState, Certificate, IssueLogEntry
from lti_tool.certificates.snapshot import Snapshot, snapshot_from_json
from lti_tool.clock import Clock
from lti_tool.console.deeds import Deed, possible
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.signin.gate import StaffMember
from lti_tool.training.models import Cohort, Enrolment
from lti_tool.training.people import NO_SCHOOL, School, schools_of


@dataclass(frozen=True)
class IssuedCertificate:
    """One certificate of the dossier."""

    id: str
    url: str
    state: str
    """`issued`, `revoked`, `replaced` or `erased`."""
    snapshot: Snapshot | None = field(repr=False)
    """None: the holder was erased."""
    issued_at: datetime
    revoked_at: datetime | None
    reason: str
    """Why it was revoked or replaced."""
    replaced_by: str | None
    snapshot_sha256: str
    status_list: int
    status_index: int
    shared: bool
    wanted_name: str | None = field(repr=False)
    """The name that the holder asks for instead."""


@dataclass(frozen=True)
class LogLine:
    """A line of the log of what was issued, about one of these certificates."""

    number: int
    at: datetime
    what: str
    certificate_id: str


@dataclass(frozen=True)
class CertificateDossier:
    """Everything about one award."""

    award_id: str
    person_id: str
    name: Words = field(repr=False)
    school: School
    cohort_id: str
    cohort_name: str
    cohort_approved: bool
    named: bool
    """Whether there is a name for the certificate."""
    problem: str | None
    why: Explanation
    certificates: Sequence[IssuedCertificate]
    """The newest first."""
    log: Sequence[LogLine]
    deeds: Sequence[Deed]
    own: bool
    """Whether the reader proposed it or accepted the last of the work, and so may not approve."""
    seen: int
    """How many decisions there are."""

    @property
    def state(self) -> str:
        """How far it is: an `AwardState`; of what was issued `issued`, `revoked` or `erased`."""
        return self.certificates[0].state if self.certificates else str(self.why.state)

    @property
    def present(self) -> IssuedCertificate | None:
        """The certificate that nothing took the place of."""
        return next((one for one in self.certificates if one.replaced_by is None), None)


class Dossiers:
    """Reads dossiers.

    Args:
        database: where everything is.
        clock: the time.
        explanations: why an award was made.
        base_url: of the certificates' pages.
    """

    def __init__(self, database: Database, clock: Clock, explanations: ExplanationService, base_url: str) -> None:
        self._database = database
        self._clock = clock
        self._explanations = explanations
        self._base_url = base_url

    def find(self, number: str) -> str:
        """Return the id of the dossier with this number, or with a certificate of this number.

        Raises:
            NotFound: there is neither.
        """
        with self._database.reading() as session:
            if session.get(Award, number) is not None:
                return number
            found = session.scalar(select(Certificate.award_id).where(Certificate.id == number))
        if found is None:
            raise NotFound("no such dossier")
        return found

    def show(self, award_id: str, member: StaffMember) -> CertificateDossier:
        """Return a dossier as a member of the staff sees it.

        Raises:
            NotFound: there is none.
        """
        why = self._explanations.for_issuer(award_id)
        with self._database.reading() as session:
            award = session.get_one(Award, award_id)
            enrolment = session.get_one(Enrolment, award.enrolment_id)
            cohort = session.get_one(Cohort, enrolment.cohort_id)
            newest_first = select(Certificate).where(Certificate.award_id == award_id).order_by(Certificate.issued_at.desc())
            rows = session.scalars(newest_first).all()
            rows = sorted(rows, key=lambda row: row.replaced_by_id is not None)
            present = rows[0] if rows else None
            approved = cohort.approved_at is not None
            undecided = award.state == AwardState.WAITING_DECISION
            own = undecided and eyes_of(session, [award])[award_id].are_of(member.name, member.id)
            return CertificateDossier(
                award_id=award_id,
                person_id=award.person_id,
                name=called(session, [award])[award_id],
                school=schools_of(session, [enrolment.id]).get(enrolment.id, NO_SCHOOL),
                cohort_id=cohort.id,
                cohort_name=cohort.name,
                cohort_approved=approved,
                named=session.get_one(Person, award.person_id).certificate_name is not None,
                problem=award.last_error,
                why=why,
                certificates=[self._issued(row) for row in rows],
                log=_log(session, [row.id for row in rows]),
                deeds=[deed for deed in possible(award, present, approved=approved) if deed is not Deed.APPROVE or not own],
                own=own,
                seen=max((decision.number for decision in why.decisions), default=0),
            )

    def certificate(self, award_id: str, certificate_id: str, member: StaffMember) -> Certificate:
        """Return a certificate of a dossier to download, and note who did.

        Raises:
            NotFound: there is none, or its holder was erased.
        """
        with self._database.session() as session:
            found = session.get(Certificate, certificate_id)
            if found is None or found.award_id != award_id or found.erased_at is not None:
                raise NotFound("no such certificate to download")
            note_done(session, self._clock(), member.id, "certificates.download", certificate_id)
            return found

    def exported(self, member: StaffMember) -> None:
        """Note that a member of the staff takes the list along."""
        with self._database.session() as session:
            note_done(session, self._clock(), member.id, "certificates.export", "")

    def _issued(self, row: Certificate) -> IssuedCertificate:
        erased = row.erased_at is not None
        state = "replaced" if row.replaced_by_id else "erased" if erased else "revoked" if row.revoked_at else "issued"
        return IssuedCertificate(
            id=row.id,
            url=f"{self._base_url}/c/{row.id}",
            state=state,
            snapshot=None if erased else snapshot_from_json(row.snapshot),
            issued_at=row.issued_at,
            revoked_at=row.revoked_at,
            reason=row.revoked_reason or "",
            replaced_by=row.replaced_by_id,
            snapshot_sha256=row.snapshot_sha256,
            status_list=row.status_list,
            status_index=row.status_index,
            shared=row.shared,
            wanted_name=row.wanted_name,
        )


def _log(session: Session, certificate_ids: Sequence[str]) -> Sequence[LogLine]:
    query = select(IssueLogEntry).where(IssueLogEntry.certificate_id.in_(certificate_ids))
    rows = session.scalars(query.order_by(IssueLogEntry.number))
    return [LogLine(row.number, row.at, row.what, row.certificate_id) for row in rows]
