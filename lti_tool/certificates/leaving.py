"""Certificates lose who they are about and keep number, hashes and status; an award without a certificate goes."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from lti_tool.certificates.deciding import note_decision
from lti_tool.certificates.models import (
    Award,
    AwardDecision,
    BatchState,
    Certificate,
    DecisionKind,
    IssuingBatch,
    IssuingBatchItem,
    PortfolioDelivery,
)
from lti_tool.courses.leaving import Leaving
from lti_tool.errors import Invalid
from lti_tool.signin.erasing import LeavingMember


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


def forget_member(session: Session, leaving: LeavingMember) -> None:
    """Take the name of a member of the staff off what they decided, which keeps their id (a `StaffEraser`).

    Raises:
        Invalid: certificates are being awarded in this person's name.
    """
    own = IssuingBatch.staff_id == leaving.id
    if session.scalar(select(IssuingBatch.id).where(own, IssuingBatch.state == BatchState.RUNNING)) is not None:
        raise Invalid(
            "a batch of certificates runs in this person's name; wait for it, or stop it",
            explanation=_l(
                "Er worden nog certificaten toegekend op naam van deze persoon. Wacht tot dat klaar is, of stop het."
            ),
            field="member",
        )
    session.execute(update(IssuingBatch).where(own).values(staff_name=""))
    session.execute(update(AwardDecision).where(AwardDecision.by_staff_id == leaving.id).values(by_name=None))
