"""The column of a placement that shows the certificate: 1 of 1 once it is issued, 0 when it is revoked after that.

Looked at now and then, not followed: a placement may come long after its certificates, or long before.
Who has one is told by a function that the composition hands over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.courses.copies import CERTIFICATE
from lti_tool.courses.models import Account, CourseMember, Placement
from lti_tool.database import Database
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import ScoreOutboxService
from lti_tool.training.models import Enrolment
from lti_tool.training.outcomes import CertificateCard
from mappings.roles import Role

CERTIFICATE_SWEEP_EVERY = 60.0
Cards: TypeAlias = Callable[[Session, Sequence[str]], Mapping[str, CertificateCard]]
"""How far the certificates of enrolments are, by their ids."""


@dataclass(frozen=True)
class _Cell:
    placement_id: str
    account_id: str
    family: str
    enrolment_id: str
    held: float | None
    """What the row says; None: there is no row yet."""


class CertificateColumns:
    """Keeps the columns of certificates in step with the certificates.

    Args:
        database: for its own short transactions.
        outbox: writes the rows.
        cards: who has a certificate.
    """

    def __init__(self, database: Database, outbox: ScoreOutboxService, cards: Cards) -> None:
        self._database = database
        self._outbox = outbox
        self._cards = cards

    def sweep(self) -> int:
        """Write what the columns lack; return how many rows that were."""
        with self._database.reading() as session:
            cells = [_Cell(*row) for row in session.execute(_cells())]
            cards = self._cards(session, sorted({cell.enrolment_id for cell in cells})) if cells else {}
        wrong = [(cell, valid) for cell in cells if (valid := _wanted(cell, cards)) is not None]
        if wrong:
            with self._database.session() as session:
                for cell, valid in wrong:
                    placement, account = session.get(Placement, cell.placement_id), session.get(Account, cell.account_id)
                    if placement is not None and account is not None:
                        self._outbox.put_certificate(session, placement, account, cell.family, valid=valid)
        return len(wrong)


def _wanted(cell: _Cell, cards: Mapping[str, CertificateCard]) -> bool | None:
    """Return whether the column should say that the certificate is valid; None when it says what it should."""
    state = cards[cell.enrolment_id].state if cell.enrolment_id in cards else "none"
    if state == "issued" and cell.held != 1:
        return True
    return False if state == "revoked" and cell.held == 1 else None


def _cells() -> Select[str, str, str, str, float | None]:
    return (
        select(Placement.id, Account.id, Platform.family, Enrolment.id, ScoreOutbox.score_given)
        .join(CourseMember, CourseMember.course_id == Placement.course_id)
        .join(Account, Account.id == CourseMember.account_id)
        .join(Platform, Platform.id == Account.platform_id)
        .join(Enrolment, (Enrolment.person_id == Account.person_id) & (Enrolment.cohort_id == Placement.cohort_id))
        .outerjoin(ScoreOutbox, (ScoreOutbox.placement_id == Placement.id) & (ScoreOutbox.account_id == Account.id))
        .where(
            Placement.assignment_key == CERTIFICATE,
            Placement.lineitem_url.is_not(None),
            CourseMember.role == Role.PARTICIPANT,
            Enrolment.role == Role.PARTICIPANT,
        )
        .order_by(Placement.id, Account.id)
    )
