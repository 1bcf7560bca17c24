"""Certificates lose who they are about and keep number, hashes and status; an award without a certificate goes."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from lti_tool.certificates.deciding import note_decision
from lti_tool.certificates.models import (
    Award,
    AwardDecision,
    Certificate,
    DecisionKind,
    IssuingBatchItem,
    PortfolioDelivery,
)
from lti_tool.courses.leaving import Leaving


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Erase somebody from this room (an `lti_tool.courses.leaving.Eraser`).

    Whoever has the file of a certificate can still check it: that takes the issuer's keys and the status list alone.
    """
    awards = select(Award.id).where(Award.person_id == leaving.person_id)
    held = session.scalars(
        select(Certificate).where(Certificate.award_id.in_(awards)).order_by(Certificate.id).with_for_update()
    ).all()
    kept = sorted({row.award_id for row in held if row.erased_at is None})
    for row in held:
        row.snapshot, row.credential, row.jwt, row.pdf = "", "", "", None
        row.wanted_name, row.wanted_at, row.revoked_reason = None, None, None
        row.shared, row.erased_at = False, row.erased_at or leaving.at
    session.flush()
    without = awards.where(~exists().where(Certificate.award_id == Award.id))
    certificates = select(Certificate.id).where(Certificate.award_id.in_(awards))
    for statement in (
        delete(PortfolioDelivery).where(PortfolioDelivery.certificate_id.in_(certificates)),
        delete(IssuingBatchItem).where(IssuingBatchItem.award_id.in_(without)),
        delete(AwardDecision).where(AwardDecision.award_id.in_(without)),
        delete(Award).where(Award.id.in_(without)),
        update(AwardDecision).where(AwardDecision.award_id.in_(awards)).values(reason=""),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    for award_id in kept:
        note_decision(session, leaving.at, award_id, DecisionKind.ERASED, by_name=leaving.by, staff_id=leaving.staff_id)
    session.flush()
    return ()
