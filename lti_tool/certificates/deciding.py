"""Four eyes: a trainer proposes an award, the issuer approves or declines, and every decision is kept.

Whoever proposed, or accepted the last of the work, may not be the one who approves. A member of the staff is known by the
account that is signed in; on the command line somebody gives a name. Either way the name is compared with the names of these
people, and of a member of the staff the account too.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.certificates.awards import AwardService, rule_applied
from lti_tool.certificates.models import Award, AwardDecision, AwardState, DecisionKind
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound, Refused
from lti_tool.launch.sessions import Viewer
from lti_tool.signin.models import Member
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.people import names_of
from mappings.award import AwardMode
from mappings.progress import OutcomeState
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
    title = _l("Een collega moet dit goedkeuren")
    explanation = _l(
        "Jij droeg dit certificaat voor, of gaf het laatste werk akkoord. Daarom beslist iemand anders."
        " Er is niets veranderd."
    )
    who = _l("Een collega met dezelfde rechten kan dit oplossen.")
    steps = (_l("Vraag een collega om dit dossier te bekijken en te beslissen."),)


@dataclass(frozen=True)
class Decision:
    """A decision, as it is shown."""

    kind: DecisionKind
    by: str | None
    """Who, as far as a name is known."""
    reason: str
    at: datetime
    number: int = 0
    """1, 2, 3 … of the award."""
    staff_id: str | None = None
    """Of the member of the staff who decided."""


@dataclass(frozen=True)
class Eyes:
    """Who may not approve an award."""

    people: frozenset[str]
    """Ids of the persons who proposed it, and of who accepted the last of the work."""
    names: frozenset[str]
    """Their names, as they are compared."""
    staff: frozenset[str] = frozenset()
    """Ids of the members of the staff among them."""

    def are_of(self, name: str, staff_id: str | None) -> bool:
        """Return whether somebody with this name, or this account of the staff, is one of them."""
        return _plain(name) in self.names or (staff_id is not None and staff_id in self.staff)


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
            self._decide(session, award, DecisionKind.PROPOSED, by_id=viewer.person_id, staff_id=viewer.staff_id)
            award.proposed_at, award.approved_at = self._clock(), None
            if award.state == AwardState.DECLINED:
                award.state = AwardState.WAITING_DECISION
            self._awards.advance(session, award)
        return cohort_id

    def approve(self, award_id: str, by: str, *, staff_id: str | None = None) -> None:
        """Approve an award that was proposed, as the issuer; the certificate follows.

        Args:
            by: the name of who approves.
            staff_id: of the member of the staff who is signed in; it stands in the audit trail then.

        Raises:
            NotFound: no such award.
            NotDue: it does not wait for a decision.
            SameEyes: this person proposed it or accepted the last work.
            Invalid: no name.
        """
        with self._database.session() as session:
            award = self._waiting(session, award_id)
            self.approve_in(session, award, by, staff_id=staff_id)
            self._awards.advance(session, award)

    def approve_in(self, session: Session, award: Award, by: str, *, staff_id: str | None = None) -> None:
        """Approve an award that waits for a decision and that the caller holds locked; the caller lets it go on.

        Raises:
            SameEyes: this person proposed it or accepted the last work.
            Invalid: no name.
        """
        by = _name(by)
        if eyes_of(session, [award])[award.id].are_of(by, staff_id):
            raise SameEyes("who proposed it or accepted the last work may not approve it: somebody else has to")
        self._decide(session, award, DecisionKind.APPROVED, by_name=by, staff_id=staff_id)
        award.approved_at = self._clock()

    def decline(self, award_id: str, by: str, reason: str, *, staff_id: str | None = None) -> None:
        """Decline an award that was proposed, as the issuer; participant and trainer read the reason.

        Raises:
            NotFound: no such award.
            NotDue: it does not wait for a decision.
            Invalid: no name or no reason.
        """
        by, reason = _name(by), checked_reason(reason)
        with self._database.session() as session:
            award = self._waiting(session, award_id)
            self._decide(session, award, DecisionKind.DECLINED, by_name=by, staff_id=staff_id, reason=reason)
            award.state, award.proposed_at, award.approved_at = AwardState.DECLINED, None, None

    def _waiting(self, session: Session, award_id: str) -> Award:
        award = session.get(Award, award_id, with_for_update=True)
        if award is None:
            raise NotFound(f"there is no award {award_id!r}")
        if award.state != AwardState.WAITING_DECISION:
            raise NotDue(f"the award waits for no decision: it is {award.state}")
        return award

    def _decide(
        self,
        session: Session,
        award: Award,
        kind: DecisionKind,
        *,
        by_id: str | None = None,
        by_name: str | None = None,
        staff_id: str | None = None,
        reason: str = "",
    ) -> None:
        note_decision(session, self._clock(), award.id, kind, by_id=by_id, by_name=by_name, staff_id=staff_id, reason=reason)


def note_decision(
    session: Session,
    now: datetime,
    award_id: str,
    kind: DecisionKind,
    *,
    by_id: str | None = None,
    by_name: str | None = None,
    staff_id: str | None = None,
    reason: str = "",
) -> None:
    """Keep a decision about an award, of which the caller holds the row or the certificate locked.

    Args:
        by_id: the trainer or the holder.
        by_name: or the operator, or the member of the staff.
        staff_id: of the member of the staff who is signed in, also as a trainer; then it stands in the audit trail too.
    """
    before = session.scalar(select(func.max(AwardDecision.number)).where(AwardDecision.award_id == award_id)) or 0
    session.add(
        AwardDecision(
            award_id=award_id,
            number=before + 1,
            kind=kind,
            by_id=by_id,
            by_name=by_name or None,
            by_staff_id=staff_id,
            reason=reason,
            decided_at=now,
        )
    )
    if staff_id is not None:
        note_done(session, now, staff_id, f"certificates.{kind.value}", award_id)


def decisions_of(session: Session, award_id: str) -> tuple[Decision, ...]:
    """Return what was decided about an award, the oldest first."""
    query = select(AwardDecision).where(AwardDecision.award_id == award_id)
    rows = session.scalars(query.order_by(AwardDecision.number)).all()
    names = names_of(session, [row.by_id for row in rows if row.by_id])
    return tuple(
        Decision(
            DecisionKind(row.kind),
            names.get(row.by_id or "") or row.by_name,
            row.reason,
            row.decided_at,
            row.number,
            row.by_staff_id,
        )
        for row in rows
    )


def eyes_of(session: Session, awards: Sequence[Award]) -> Mapping[str, Eyes]:
    """Return who may not approve these awards: whoever proposed one, and whoever accepted the last of its work.

    Four queries, however many awards.
    """
    proposals = select(AwardDecision.award_id, AwardDecision.by_id, AwardDecision.by_staff_id).where(
        AwardDecision.award_id.in_([award.id for award in awards]), AwardDecision.kind == DecisionKind.PROPOSED
    )
    people: dict[str, set[str]] = {award.id: set() for award in awards}
    staff: dict[str, set[str]] = {award.id: set() for award in awards}
    for award_id, person_id, staff_id in session.execute(proposals):
        people[award_id] |= {person_id} if person_id else set()
        staff[award_id] |= {staff_id} if staff_id else set()
    last = _last_reviewers(session, {award.enrolment_id for award in awards})
    for award in awards:
        people[award.id] |= last.get(award.enrolment_id, set())
    everybody = {person for found in people.values() for person in found}
    names = names_of(session, everybody)
    members = session.execute(select(Member.person_id, Member.id).where(Member.person_id.in_(everybody))).all()
    for award in awards:
        staff[award.id] |= {member_id for person_id, member_id in members if person_id in people[award.id]}
    return {
        award.id: Eyes(
            frozenset(people[award.id]),
            frozenset(_plain(names[person]) for person in people[award.id] if person in names),
            frozenset(staff[award.id]),
        )
        for award in awards
    }


def _last_reviewers(session: Session, enrolment_ids: Collection[str]) -> Mapping[str, set[str]]:
    """Return who accepted the last of the work of each enrolment; more people only if at the very same moment."""
    acceptances = (
        select(Submission.enrolment_id, Review.reviewer_id, Review.reviewed_at)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .join(Review, Review.version_id == SubmissionVersion.id)
        .where(Submission.enrolment_id.in_(enrolment_ids), Review.verdict == OutcomeState.ACCEPTED)
        .order_by(Review.reviewed_at)
    )
    latest: dict[str, tuple[datetime, set[str]]] = {}
    for enrolment_id, reviewer_id, at in session.execute(acceptances):
        before = latest.get(enrolment_id)
        same_moment = before is not None and before[0] == at
        latest[enrolment_id] = (at, (before[1] if before and same_moment else set()) | {reviewer_id})
    return {enrolment_id: reviewers for enrolment_id, (_at, reviewers) in latest.items()}


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
        raise Invalid(
            f"expected a reason of 1 to {LONGEST_REASON} characters",
            explanation=_l("Schrijf een reden van hooguit 500 tekens."),
            field="reason",
        )
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
