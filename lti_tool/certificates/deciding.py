"""Four eyes: a trainer proposes an award, the issuer approves or declines, and every decision is kept.

Whoever proposed, or accepted the last of the work, may not be the one who approves. The issuer's operators have no
account here: they give their name on the command line, and it is compared with the names of these people.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import AwardService, outcomes_of, rule_applied
from lti_tool.certificates.models import Award, AwardDecision, AwardState, DecisionKind
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound, Refused
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment
from lti_tool.training.people import names_of
from mappings.award import AwardMode
from mappings.training import Training

LONGEST_REASON = 500
LONGEST_NAME = 200


class NotDue(Refused):
    """The award cannot be proposed or decided upon as it stands."""

    code = "C-NOT-DUE"
    status = 409
    title = _l("Dit kan nu niet")
    explanation = _l("Dit certificaat is al verder, of niet alles wat ervoor nodig is, is er. Er is niets veranderd.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Open het dossier opnieuw en kijk hoe ver het is."),)


class SameEyes(Refused):
    """The person who approves proposed the award, or accepted the last work."""

    code = "C-SAME-EYES"
    status = 409


@dataclass(frozen=True)
class Decision:
    """A decision, as it is shown."""

    kind: DecisionKind
    by: str | None
    """Who, as far as a name is known."""
    reason: str
    at: datetime


class DecisionService:
    """Proposes, approves and declines awards.

    Args:
        database: for its own short transactions.
        clock: the time.
        access: which trainer sees whom.
        awards: goes on with an award that was decided upon.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, awards: AwardService) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._awards = awards

    def propose(self, viewer: Viewer, award_id: str) -> str:
        """Propose an award to the issuer, also one that was declined; return the id of its cohort.

        Raises:
            NotFound: no such award, or of somebody whom the viewer does not train.
            NotDue: it was proposed already, needs no proposal, or the award rule does not hold.
        """
        with self._database.session() as session:
            award, training, cohort_id = trained_award(session, self._access, viewer, award_id)
            proposable = award.state == AwardState.DECLINED or award.proposed_at is None
            if training.award.mode is not AwardMode.APPROVAL or award.state == AwardState.ISSUED or not proposable:
                raise NotDue("the award needs no proposal")
            if not rule_applied(session, training, award.enrolment_id).holds:
                raise NotDue("the award rule does not hold")
            self._decide(session, award, DecisionKind.PROPOSED, by_id=viewer.person_id)
            award.proposed_at, award.approved_at = self._clock(), None
            if award.state == AwardState.DECLINED:
                award.state = AwardState.WAITING_DECISION
            self._awards.advance(session, award)
        return cohort_id

    def approve(self, award_id: str, by: str) -> None:
        """Approve an award that was proposed, as the issuer; the certificate follows.

        Args:
            by: the name of who approves.

        Raises:
            NotFound: no such award.
            NotDue: it does not wait for a decision.
            SameEyes: this person proposed it or accepted the last work.
            Invalid: no name.
        """
        by = _name(by)
        with self._database.session() as session:
            award = self._waiting(session, award_id)
            self._check_eyes(session, award, by)
            self._decide(session, award, DecisionKind.APPROVED, by_name=by)
            award.approved_at = self._clock()
            self._awards.advance(session, award)

    def decline(self, award_id: str, by: str, reason: str) -> None:
        """Decline an award that was proposed, as the issuer; participant and trainer read the reason.

        Raises:
            NotFound: no such award.
            NotDue: it does not wait for a decision.
            Invalid: no name or no reason.
        """
        by, reason = _name(by), checked_reason(reason)
        with self._database.session() as session:
            award = self._waiting(session, award_id)
            self._decide(session, award, DecisionKind.DECLINED, by_name=by, reason=reason)
            award.state, award.proposed_at, award.approved_at = AwardState.DECLINED, None, None

    def _waiting(self, session: Session, award_id: str) -> Award:
        award = session.get(Award, award_id, with_for_update=True)
        if award is None:
            raise NotFound(f"there is no award {award_id!r}")
        if award.state != AwardState.WAITING_DECISION:
            raise NotDue(f"the award waits for no decision: it is {award.state}")
        return award

    @staticmethod
    def _check_eyes(session: Session, award: Award, by: str) -> None:
        people = involved(session, award)
        if _plain(by) in {_plain(name) for name in names_of(session, people).values()}:
            raise SameEyes("who proposed it or accepted the last work may not approve it: somebody else has to")

    def _decide(
        self,
        session: Session,
        award: Award,
        kind: DecisionKind,
        *,
        by_id: str | None = None,
        by_name: str | None = None,
        reason: str = "",
    ) -> None:
        note_decision(session, self._clock(), award.id, kind, by_id=by_id, by_name=by_name, reason=reason)


def note_decision(
    session: Session,
    now: datetime,
    award_id: str,
    kind: DecisionKind,
    *,
    by_id: str | None = None,
    by_name: str | None = None,
    reason: str = "",
) -> None:
    """Keep a decision about an award, of which the caller holds the row or the certificate locked.

    Args:
        by_id: the trainer or the holder.
        by_name: or the operator.
    """
    before = session.scalar(select(func.max(AwardDecision.number)).where(AwardDecision.award_id == award_id)) or 0
    session.add(
        AwardDecision(
            award_id=award_id,
            number=before + 1,
            kind=kind,
            by_id=by_id,
            by_name=by_name or None,
            reason=reason,
            decided_at=now,
        )
    )


def decisions_of(session: Session, award_id: str) -> tuple[Decision, ...]:
    """Return what was decided about an award, the oldest first."""
    query = select(AwardDecision).where(AwardDecision.award_id == award_id)
    rows = session.scalars(query.order_by(AwardDecision.number)).all()
    names = names_of(session, [row.by_id for row in rows if row.by_id])
    return tuple(
        Decision(DecisionKind(row.kind), names.get(row.by_id or "") or row.by_name, row.reason, row.decided_at)
        for row in rows
    )


def involved(session: Session, award: Award) -> frozenset[str]:
    """Return who may not approve an award: whoever proposed it, and whoever accepted the last of the work."""
    proposers = select(AwardDecision.by_id).where(
        AwardDecision.award_id == award.id, AwardDecision.kind == DecisionKind.PROPOSED
    )
    found = {person for person in session.scalars(proposers) if person}
    accepted = [one for one in outcomes_of(session, award.enrolment_id) if one.accepted_by and one.at]
    last = max(accepted, key=lambda one: one.at or award.met_at, default=None)
    return frozenset(found | ({last.accepted_by} if last and last.accepted_by else set()))


def trained_award(session: Session, access: Access, viewer: Viewer, award_id: str) -> tuple[Award, Training, str]:
    """Return an award of somebody whom the viewer trains, locked; with the training and the id of the cohort.

    Raises:
        NotFound: no such award, or of somebody else's participant.
    """
    award = session.get(Award, award_id, with_for_update=True)
    enrolment = session.get(Enrolment, award.enrolment_id) if award else None
    if award is None or enrolment is None:
        raise NotFound("no such award")
    standing = access.trainer(session, viewer, enrolment.cohort_id)
    if session.scalar(select(Enrolment.id).where(Enrolment.id == enrolment.id, standing.reviewable())) is None:
        raise NotFound("an award of somebody whom the viewer does not train")
    return award, standing.training, enrolment.cohort_id


def checked_reason(reason: str) -> str:
    """Return a reason without white space around it.

    Raises:
        Invalid: it is empty or too long.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(f"expected a reason of 1 to {LONGEST_REASON} characters")
    return reason


def _name(by: str) -> str:
    name = " ".join(by.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("expected the name of who decides (--by)")
    return name


def _plain(name: str) -> str:
    """Return a name as it is compared: without case, accents and spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
