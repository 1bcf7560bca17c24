"""The award: who met the rule, and what a certificate still waits for.

`follow_*` are called by `training` in the transaction of the change itself. An award is a row, once a person and
achievement version; the job that issues carries its id and job number only. Where a training asks for approval, a
trainer proposes and the issuer decides (`deciding`) before anything is issued.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.jobs.queue import Jobs
from lti_tool.statements import FoundRow, Statement
from lti_tool.training.contact_hours import hours_of
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import CardState, CertificateCard, OutcomeChanged
from mappings.award import AwardMode
from mappings.progress import AwardResult, Origin, Outcome, OutcomeState, award_holds
from mappings.roles import Role
from mappings.training import Training

NAME_REFUSED = "name"
"""The problem of an award whose name cannot be printed."""
ISSUE_CERTIFICATE = "issue-certificate"
"""The job that issues one award."""
SWEEP_EVERY = 60.0
LEASE = timedelta(minutes=5)


_CARDS: Mapping[AwardState, CardState] = {
    AwardState.WAITING_APPROVAL: "waiting_approval",
    AwardState.WAITING_PROPOSAL: "waiting_proposal",
    AwardState.WAITING_DECISION: "waiting_decision",
    AwardState.DECLINED: "declined",
    AwardState.WAITING_NAME: "waiting_name",
    AwardState.QUEUED: "queued",
    AwardState.ISSUED: "queued",
}


def _cards_query(trainings: Iterable[Training]) -> Select[*tuple[Any, ...]]:
    """Return the query of `AwardService.card` and `cards`, of all enrolments."""
    return (
        select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.cohort_id,
            Award.state,
            Award.last_error,
            Certificate.id.label("certificate_id"),
            Certificate.revoked_at,
            Certificate.erased_at,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Award, Award.person_id == Enrolment.person_id)
        .outerjoin(Certificate, (Certificate.award_id == Award.id) & Certificate.replaced_by_id.is_(None))
        .where(
            Enrolment.role == Role.PARTICIPANT.value,
            or_(
                *(
                    (Cohort.training_key == training.key) & (Award.achievement_key == training.achievement.key)
                    for training in trainings
                )
            ),
        )
    )


class AwardService:
    """Keeps the awards in step with outcomes, names and approvals.

    Args:
        database: for the sweeper's own transactions.
        jobs: the durable engine.
        clock: the time.
        trainings: by key.
        base_url: of the certificates' pages.
    """

    def __init__(
        self, database: Database, jobs: Jobs, clock: Clock, trainings: Mapping[str, Training], base_url: str
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._trainings = trainings
        self._base_url = base_url
        self._by_achievement = {training.achievement.key: training for training in trainings.values()}
        # made once: to build a query costs more than to run it
        cards = _cards_query(trainings.values())
        self._one_card = Statement(cards.where(Enrolment.id == bindparam("enrolment_id")))
        self._many_cards = cards.where(Enrolment.id.in_(bindparam("enrolment_ids", expanding=True)))

    def follow_outcome(self, session: Session, change: OutcomeChanged) -> None:
        """Make the award when this outcome completes the rule (an `OutcomeFollower`)."""
        if change.state is OutcomeState.ACCEPTED:
            self._check(session, change.enrolment_id)

    def follow_attendance(self, session: Session, enrolment_id: str) -> None:
        """Make the award when these contact hours complete the rule (an `AttendanceFollower`)."""
        self._check(session, enrolment_id)

    def follow_joined(self, session: Session, person_id: str, enrolment_ids: Sequence[str]) -> None:
        """Look again at the participants of two people who turned out to be one: together the rule may hold."""
        for enrolment_id in enrolment_ids:
            self._check(session, enrolment_id)
        self.follow_name(session, person_id)

    def follow_name(self, session: Session, person_id: str) -> None:
        """Go on with what waited for the name (a `PersonFollower`)."""
        query = select(Award).where(Award.person_id == person_id, Award.state == AwardState.WAITING_NAME)
        for award in session.scalars(query.with_for_update()):
            self.advance(session, award)

    def follow_approval(self, session: Session, cohort_id: str) -> None:
        """Go on with what waited for the issuer's approval of a cohort (a `CohortFollower`)."""
        query = (
            select(Award)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .where(Enrolment.cohort_id == cohort_id, Award.state == AwardState.WAITING_APPROVAL)
        )
        for award in session.scalars(query.with_for_update(of=Award)):
            self.advance(session, award)

    def card(self, session: Session, enrolment_id: str) -> CertificateCard:
        """Return how far the certificate of one enrolment is, for the pages of `training`."""
        session.flush()
        found = self._one_card.first(session.connection(), {"enrolment_id": enrolment_id})
        return self._card(found) if found else CertificateCard("none")

    def cards(self, session: Session, enrolment_ids: Sequence[str]) -> Mapping[str, CertificateCard]:
        """Return how far the certificates of many enrolments are.

        A person has one certificate of an achievement, also with several enrolments.
        """
        session.flush()
        rows = session.connection().execute(self._many_cards, {"enrolment_ids": list(enrolment_ids)})
        return {row.enrolment_id: self._card(row) for row in rows}

    def push(self, cohort_id: str | None = None) -> int:
        """Try everything again that is due or waits; return how many jobs that gave (`certificate issue`).

        Args:
            cohort_id: only of this cohort.
        """
        query = select(Award).where(Award.state.not_in((AwardState.ISSUED, AwardState.DECLINED)))
        if cohort_id is not None:
            query = query.join(Enrolment, Enrolment.id == Award.enrolment_id).where(Enrolment.cohort_id == cohort_id)
        with self._database.session() as session:
            waiting = session.scalars(query.with_for_update(of=Award)).all()
            for award in waiting:
                award.fails, award.last_error = 0, None
                self.advance(session, award)
            return sum(award.state == AwardState.QUEUED for award in waiting)

    def sweep(self) -> None:
        """Go on with what waits for nothing any more, and give every queued award without a living job a new one.

        A name, an approval and the last acceptance may come at the same moment, in transactions that do not see each
        other: then nobody but the sweeper notices that all is there.
        """
        now = self._clock()
        with self._database.session() as session:
            for award in session.scalars(self._ready().with_for_update(of=Award)):
                self.advance(session, award)
        with self._database.session() as session:
            query = select(Award.id, Award.job).where(
                Award.state == AwardState.QUEUED, or_(Award.claimed_until.is_(None), Award.claimed_until < now)
            )
            due = [(award_id, number) for award_id, number in session.execute(query.limit(500))]
        alive = self._jobs.waiting(ISSUE_CERTIFICATE, due)
        for award_id, number in due:
            if (award_id, number) not in alive:
                self._revive(award_id, number)

    def _revive(self, award_id: str, number: int) -> None:
        with self._database.session() as session:
            award = session.get(Award, award_id, with_for_update=True)
            if award is not None and award.job == number and award.state == AwardState.QUEUED:
                award.claimed_until = None
                self._enqueue(session, award)

    @staticmethod
    def _ready() -> Select[Award]:
        return (
            select(Award)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .join(Cohort, Cohort.id == Enrolment.cohort_id)
            .join(Person, Person.id == Award.person_id)
            .where(
                Award.last_error.is_(None),
                Cohort.approved_at.is_not(None),
                or_(
                    Award.state == AwardState.WAITING_APPROVAL,
                    (Award.state == AwardState.WAITING_NAME) & Person.certificate_name.is_not(None),
                ),
            )
        )

    def _check(self, session: Session, enrolment_id: str) -> None:
        enrolment = session.get_one(Enrolment, enrolment_id)
        cohort = session.get_one(Cohort, enrolment.cohort_id)
        training = self._trainings.get(cohort.training_key)
        if training is None or not rule_applied(session, training, enrolment_id).holds:
            return
        insert_unless_there(
            session,
            Award,
            {
                "id": new_id(),
                "person_id": enrolment.person_id,
                "enrolment_id": enrolment.id,
                "achievement_key": training.achievement.key,
                "achievement_version": training.achievement.version,
                "state": AwardState.WAITING_APPROVAL.value,
                "job": 0,
                "fails": 0,
                "met_at": self._clock(),
            },
        )
        award = session.scalars(
            select(Award)
            .where(
                Award.person_id == enrolment.person_id,
                Award.achievement_key == training.achievement.key,
                Award.achievement_version == training.achievement.version,
            )
            .with_for_update()
        ).one()
        self.advance(session, award)

    def advance(self, session: Session, award: Award, *, with_job: bool = True) -> None:
        """Let an award, which the caller holds locked, wait for what is still wanting; if nothing is, have it issued.

        Args:
            with_job: give it a job of its own; without one the caller issues it, and else the sweeper sees to it.
        """
        if award.state in (AwardState.ISSUED, AwardState.DECLINED):
            return
        award.last_error = None
        training = self._by_achievement.get(award.achievement_key)
        by_approval = training is not None and training.award.mode is AwardMode.APPROVAL
        enrolment = session.get_one(Enrolment, award.enrolment_id)
        if session.get_one(Cohort, enrolment.cohort_id).approved_at is None:
            award.state = AwardState.WAITING_APPROVAL
        elif by_approval and award.proposed_at is None:
            award.state = AwardState.WAITING_PROPOSAL
        elif by_approval and award.approved_at is None:
            award.state = AwardState.WAITING_DECISION
        elif session.get_one(Person, award.person_id).certificate_name is None:
            award.state = AwardState.WAITING_NAME
        else:
            award.state = AwardState.QUEUED
            if with_job:
                self._enqueue(session, award)
            else:
                award.job += 1

    def _enqueue(self, session: Session, award: Award) -> None:
        award.job += 1
        self._jobs.enqueue(session, ISSUE_CERTIFICATE, award.id, award.job)

    def _card(self, found: FoundRow) -> CertificateCard:
        if found.certificate_id is None:
            return CertificateCard(_CARDS[AwardState(found.state)], name_refused=found.last_error == NAME_REFUSED)
        shown: CardState = "erased" if found.erased_at else "revoked" if found.revoked_at else "issued"
        url, own_url = f"{self._base_url}/c/{found.certificate_id}", f"/cohort/{found.cohort_id}/certificate"
        return CertificateCard(shown, url, found.certificate_id, own_url)


def rule_applied(session: Session, training: Training, enrolment_id: str) -> AwardResult:
    """Apply a training's award rule to what an enrolment amounts to now."""
    attended = hours_of(session, training, enrolment_id).attended
    return award_holds(training, outcomes_of(session, enrolment_id), attended)


def outcomes_of(session: Session, enrolment_id: str) -> list[Outcome]:
    """Return the outcomes of an enrolment with who accepted them: what the award rule looks at."""
    submissions = session.scalars(select(Submission).where(Submission.enrolment_id == enrolment_id)).all()
    acceptances = {
        submission_id: (reviewer, at)
        for submission_id, reviewer, at in session.execute(
            select(SubmissionVersion.submission_id, Review.reviewer_id, Review.reviewed_at)
            .join(Review, Review.version_id == SubmissionVersion.id)
            .where(
                SubmissionVersion.submission_id.in_([submission.id for submission in submissions]),
                Review.verdict == OutcomeState.ACCEPTED,
            )
            .order_by(Review.reviewed_at)
        )
    }
    outcomes: list[Outcome] = []
    for submission in submissions:
        reviewer, at = acceptances.get(submission.id, (None, submission.changed_at))
        outcomes.append(
            Outcome(
                submission.assignment_key,
                OutcomeState(submission.state),
                Origin(submission.origin),
                at,
                accepted_by=reviewer,
            )
        )
    return outcomes
