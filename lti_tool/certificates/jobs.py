"""Issuing a certificate: freeze, sign, keep, exactly once an award.

The facts are read in one transaction and the result is kept in another, so that signing holds no lock. Two workers that
issue the same award meet at the award's row, and the second finds it issued.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import structlog
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import LEASE, NAME_REFUSED
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.freezing import RuleBroken, freeze
from lti_tool.certificates.issue_log import append
from lti_tool.certificates.key_store import IssuerKeyStore
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.certificates.pdf import check_printable
from lti_tool.certificates.problems import NameNotPrintable, NotPrintable
from lti_tool.certificates.proofs import SignedDocument, sign_credential
from lti_tool.certificates.slots import draw_slot
from lti_tool.certificates.snapshot import Snapshot
from lti_tool.certificates.status import StatusEntry
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.ids import new_id
from mappings.training import Training

CertificateFollower: TypeAlias = Callable[[Session, Certificate], None]
"""Told of a certificate that was issued."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Frozen:
    """What one job signs."""

    snapshot: Snapshot
    entry: StatusEntry


class CertificateIssuer:
    """Issues certificates.

    Args:
        settings: our address and the issuer's name.
        database: for its own short transactions.
        clock: the time.
        trainings: by key.
        keys: the issuer's.
        draw: gives a random number below its argument, for the slots of status lists.
        followers: told of every certificate that is issued for an award, in the same transaction.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        trainings: Mapping[str, Training],
        keys: IssuerKeyStore,
        draw: Callable[[int], int] = secrets.randbelow,
        followers: Sequence[CertificateFollower] = (),
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._trainings = trainings
        self._keys = keys
        self._draw = draw
        self._followers = tuple(followers)

    def issue(self, award_id: str, number: int) -> None:
        """Issue one award (the job `issue-certificate`).

        Raises:
            CertificateProblem: it cannot be made; the award stays queued and the sweeper tries again.
        """
        try:
            frozen = self._claim(award_id, number)
        except RuleBroken:
            self._put_back(award_id, AwardState.WAITING_APPROVAL, "rule")
            return
        if frozen is None:
            return
        try:
            check_printable(frozen.snapshot)
        except NameNotPrintable:
            self._ask_for_another_name(award_id)
            return
        except NotPrintable as problem:
            self._put_back(award_id, AwardState.QUEUED, f"not printable: {problem.field}"[:50])
            return
        signer = self._keys.signer()
        credential = build_credential(frozen.snapshot, frozen.entry)
        signed = sign_credential(credential, signer, frozen.snapshot.awarded_at)
        self._keep(award_id, frozen, signed)

    def _claim(self, award_id: str, number: int) -> Frozen | None:
        with self._database.session() as session:
            award = session.get(Award, award_id, with_for_update=True)
            if award is None or award.job != number or award.state != AwardState.QUEUED:
                return None
            training = next((one for one in self._trainings.values() if one.achievement.key == award.achievement_key), None)
            if training is None:
                raise RuleBroken("the award's training is not there")
            award.claimed_until = self._clock() + LEASE
            snapshot = freeze(session, self._settings, self._clock, training, award, new_id())
            return Frozen(snapshot, draw_slot(session, self._clock(), self._draw))

    def _keep(self, award_id: str, frozen: Frozen, signed: SignedDocument) -> None:
        """Keep the certificate, unless another worker was first; a status slot taken meanwhile leaves it to the sweeper."""
        snapshot = frozen.snapshot
        with self._database.session() as session:
            award = session.get(Award, award_id, with_for_update=True)
            if award is None or award.state != AwardState.QUEUED:
                return
            certificate = keep(session, award.id, snapshot, frozen.entry, signed, self._clock())
            award.state, award.claimed_until = AwardState.ISSUED, None
            award.fails, award.last_error = 0, None
            session.flush()
            for follower in self._followers:
                follower(session, certificate)
        log.info("certificate.issued", certificate=snapshot.certificate_id)

    def _put_back(self, award_id: str, state: AwardState, why: str) -> None:
        with self._database.session() as session:
            award = session.get(Award, award_id, with_for_update=True)
            if award is not None and award.state == AwardState.QUEUED:
                award.state, award.claimed_until, award.last_error = state, None, why
                if state is AwardState.WAITING_APPROVAL:
                    award.proposed_at, award.approved_at = None, None

    def _ask_for_another_name(self, award_id: str) -> None:
        """Letters that the certificate cannot show: the participant is asked again, rather than a gap being printed."""
        with self._database.session() as session:
            award = session.get_one(Award, award_id, with_for_update=True)
            person = session.get_one(Person, award.person_id)
            person.certificate_name, person.certificate_name_at = None, None
            award.state, award.claimed_until, award.last_error = AwardState.WAITING_NAME, None, NAME_REFUSED
        log.info("certificate.name_not_printable", award=award_id)


def keep(
    session: Session,
    award_id: str,
    snapshot: Snapshot,
    entry: StatusEntry,
    signed: SignedDocument,
    now: datetime,
    *,
    shared: bool = True,
) -> Certificate:
    """Add a certificate, and its line in the log of what was issued; return it."""
    certificate = Certificate(
        id=snapshot.certificate_id,
        award_id=award_id,
        snapshot=snapshot.canonical_json(),
        snapshot_sha256=snapshot.sha256(),
        credential=signed.json,
        jwt=signed.jwt,
        status_list=entry.number,
        status_index=entry.index,
        issued_at=now,
        shared=shared,
    )
    session.add(certificate)
    append(session, now, "issued", snapshot.certificate_id, signed.json)
    return certificate
