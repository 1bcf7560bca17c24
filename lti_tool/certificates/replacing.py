"""A certificate with a wrong name is never changed: another one takes its place, and the old one says so.

The participant asks for another name on the own page; the issuer decides.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.deciding import checked_reason, note_decision
from lti_tool.certificates.issue_log import append_again
from lti_tool.certificates.jobs import keep
from lti_tool.certificates.key_store import IssuerKeyStore
from lti_tool.certificates.models import Award, Certificate, DecisionKind
from lti_tool.certificates.pdf import check_printable
from lti_tool.certificates.proofs import sign_credential
from lti_tool.certificates.service import CertificateUnknown
from lti_tool.certificates.slots import draw_slot
from lti_tool.certificates.snapshot import Snapshot, snapshot_from_json
from lti_tool.certificates.status import StatusEntry
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import Invalid
from lti_tool.ids import new_id
from lti_tool.training.naming import clean_name, problem_with

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Successor:
    snapshot: Snapshot
    entry: StatusEntry


class ReplacementService:
    """Replaces certificates, for the issuer.

    Args:
        settings: our address.
        database: for its own short transactions; none is open while it signs.
        clock: the time.
        keys: the issuer's.
        draw: gives a random number below its argument, for the slots of status lists.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        keys: IssuerKeyStore,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._keys = keys
        self._draw = draw

    def replace(
        self, certificate_id: str, name: str | None, reason: str, by: str | None = None, *, staff_id: str | None = None
    ) -> str:
        """Issue a certificate with another name in the place of one that is valid; return the new id.

        All else stays as it was frozen, the date of the award too; that it was signed later stands in its proof and in
        the log.

        Args:
            name: what it will say; None: what the participant asked for.
            reason: shown on the page of the old one.
            by: who decided, for the file.
            staff_id: of the member of the staff who is signed in.

        Raises:
            CertificateUnknown: there is none.
            Invalid: it is not valid any more, the name or the reason cannot be used, or nobody asked.
            NameNotPrintable: the name needs a spelling in Latin letters.
        """
        reason = checked_reason(reason)
        with self._database.session() as session:
            old = self._valid(session, certificate_id)
            if name is None and old.wanted_name is None:
                raise Invalid("the participant asked for no other name: give it with --name")
            wanted = checked_name(name if name is not None else old.wanted_name or "")
            before = snapshot_from_json(old.snapshot)
            if wanted == before.name:
                raise Invalid(
                    "this is the name on the certificate already",
                    explanation=_l("Deze naam staat al op het certificaat."),
                    field="name",
                )
            made = replace(before, certificate_id=new_id(), subject_id=f"urn:uuid:{uuid4()}", name=wanted)
            successor = _Successor(made, draw_slot(session, self._clock(), self._draw))
        check_printable(successor.snapshot)
        now = self._clock()
        signer = self._keys.signer()
        signed = sign_credential(build_credential(successor.snapshot, successor.entry), signer, now)
        with self._database.session() as session:
            old = self._valid(session, certificate_id)
            old.revoked_at, old.revoked_reason = now, reason
            old.wanted_name, old.wanted_at = None, None
            # An award has one valid certificate: the old one has to be revoked before the new one is there.
            session.flush()
            append_again(session, now, "replaced", old.id)
            keep(session, old.award_id, successor.snapshot, successor.entry, signed, now, shared=old.shared)
            session.flush()
            old.replaced_by_id = successor.snapshot.certificate_id
            person = session.get_one(Person, session.get_one(Award, old.award_id).person_id)
            person.certificate_name, person.certificate_name_at = wanted, now
            note_decision(session, now, old.award_id, DecisionKind.REPLACED, by_name=by, staff_id=staff_id, reason=reason)
        log.info("certificate.replaced", certificate=certificate_id, successor=successor.snapshot.certificate_id)
        return successor.snapshot.certificate_id

    def keep_name(self, certificate_id: str, reason: str, by: str | None = None, *, staff_id: str | None = None) -> None:
        """Leave the name as it is although the participant asked for another; the participant reads why.

        Raises:
            CertificateUnknown: there is none.
            Invalid: nobody asked, or no reason.
        """
        reason = checked_reason(reason)
        with self._database.session() as session:
            certificate = self._valid(session, certificate_id)
            if certificate.wanted_name is None:
                raise Invalid("the participant asked for no other name")
            certificate.wanted_name, certificate.wanted_at = None, None
            note_decision(
                session,
                self._clock(),
                certificate.award_id,
                DecisionKind.NAME_KEPT,
                by_name=by,
                staff_id=staff_id,
                reason=reason,
            )

    @staticmethod
    def _valid(session: Session, certificate_id: str) -> Certificate:
        certificate = session.get(Certificate, certificate_id, with_for_update=True)
        if certificate is None:
            raise CertificateUnknown("no such certificate")
        if certificate.revoked_at is not None:
            raise Invalid("the certificate is revoked or was replaced already")
        if certificate.erased_at is not None:
            raise Invalid("the holder of this certificate was erased")
        return certificate


def checked_name(name: str) -> str:
    """Return a name as it can stand on a certificate, as far as its characters do not matter.

    Raises:
        Invalid: it cannot.
    """
    cleaned = clean_name(name)
    problem = problem_with(cleaned)
    if problem is not None:
        raise Invalid(
            "this name cannot be used: 2 to 200 printable characters, no e-mail address", explanation=problem, field="name"
        )
    return cleaned
