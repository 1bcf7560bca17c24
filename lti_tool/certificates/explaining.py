"""Why a certificate was awarded, or what is still wanting: the rule, each assignment, who accepted it, what was decided.

Before the award it is the dossier that trainer and issuer decide on; afterwards it speaks from the frozen snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import rule_applied
from lti_tool.certificates.deciding import Decision, decisions_of, trained_award
from lti_tool.certificates.freezing import accepted_versions, content_sha256, reference
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.certificates.snapshot import Snapshot, snapshot_from_json
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.contact_hours import Attended, attended
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment
from lti_tool.training.people import names_of
from lti_tool.training.roster import Participant, participants
from mappings.award import AwardMode
from mappings.progress import AwardFinding
from mappings.texts import Text
from mappings.training import Training


@dataclass(frozen=True)
class Ground:
    """One assignment that the award rests on."""

    title: Text
    met: bool
    accepted_at: datetime | None
    accepted_by: str | None
    """The trainer's name, if the learning environment shares it."""
    version: int | None
    content_sha256: str | None
    """Of that version: text, link and files."""
    submission_id: str | None


@dataclass(frozen=True)
class HoursGround:
    """The contact hours that the award rests on, with the meetings; in minutes."""

    needed: int
    attended: int
    meetings: tuple[Attended, ...]
    now: int
    """What attendance comes to now; other than `attended` where it was changed after the certificate was issued."""

    @property
    def met(self) -> bool:
        """Whether there are enough."""
        return self.attended >= self.needed

    @property
    def taken_back(self) -> bool:
        """Whether they would not be enough any more."""
        return self.met and self.now < self.needed


@dataclass(frozen=True)
class Explanation:
    """Why."""

    award_id: str
    state: AwardState
    by_approval: bool
    met_at: datetime
    name: str | None = field(repr=False)
    """On the certificate, or as confirmed for it."""
    rule: Text
    grounds: tuple[Ground, ...]
    hours: HoursGround | None
    """None where attendance is no part of the rule."""
    decisions: tuple[Decision, ...]
    training: Training
    training_version: int
    achievement_version: int
    certificate: Certificate | None = field(repr=False)
    snapshot: Snapshot | None = field(repr=False)
    """What the certificate rests on; None before it is issued."""

    @property
    def proposable(self) -> bool:
        """Whether a trainer may propose it now."""
        open_states = (AwardState.WAITING_PROPOSAL, AwardState.DECLINED)
        met = all(ground.met for ground in self.grounds) and (self.hours is None or self.hours.met)
        return self.by_approval and self.state in open_states and met


@dataclass(frozen=True)
class OwnExplanation:
    """The explanation for the participant."""

    place: Place
    why: Explanation


@dataclass(frozen=True)
class Dossier:
    """The explanation for a trainer."""

    place: Place
    participant: Participant
    why: Explanation


@dataclass(frozen=True)
class DueLine:
    """A participant who met the rule."""

    participant: Participant
    award_id: str
    state: AwardState
    proposable: bool
    met_at: datetime
    reason: str
    """Why the issuer declined last."""


@dataclass(frozen=True)
class DuePage:
    """Whose certificate is due, or issued, in a cohort."""

    place: Place
    by_approval: bool
    lines: Sequence[DueLine]


class ExplanationService:
    """Reads explanations, each in one short transaction.

    Args:
        database: where everything is.
        access: who may.
        trainings: by key.
    """

    def __init__(self, database: Database, access: Access, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._access = access
        self._by_achievement = {training.achievement.key: training for training in trainings.values()}

    def own(self, viewer: Viewer, cohort_id: str) -> OwnExplanation:
        """Explain the viewer's own award. Raises NotFound when there is none."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            award = award_of(session, viewer.person_id, standing.training)
            if award is None:
                raise NotFound("no award yet")
            return OwnExplanation(Place.of(standing), self._explain(session, award, standing.training))

    def dossier(self, viewer: Viewer, award_id: str) -> Dossier:
        """Explain an award to a trainer. Raises NotFound when the viewer does not train that person."""
        with self._database.session() as session:
            award, training, cohort_id = trained_award(session, self._access, viewer, award_id)
            standing = self._access.trainer(session, viewer, cohort_id)
            (participant,) = participants(session, standing, award.enrolment_id)
            return Dossier(Place.of(standing), participant, self._explain(session, award, training))

    def due(self, viewer: Viewer, cohort_id: str) -> DuePage:
        """Return who met the rule, of those whom the viewer trains. Raises NotFound when that is nobody."""
        with self._database.reading() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            people = {person.person_id: person for person in participants(session, standing)}
            query = (
                select(Award)
                .join(Enrolment, Enrolment.person_id == Award.person_id)
                .where(standing.reviewable(), Award.achievement_key == standing.training.achievement.key)
                .order_by(Award.met_at, Award.id)
            )
            awards = session.scalars(query).all()
            by_approval = standing.training.award.mode is AwardMode.APPROVAL
            lines = [
                DueLine(
                    participant=people[award.person_id],
                    award_id=award.id,
                    state=AwardState(award.state),
                    proposable=by_approval and award.state in (AwardState.WAITING_PROPOSAL, AwardState.DECLINED),
                    met_at=award.met_at,
                    reason=_last_reason(session, award),
                )
                for award in awards
            ]
            return DuePage(Place.of(standing), by_approval, sorted(lines, key=lambda line: not line.proposable))

    def for_issuer(self, award_id: str) -> Explanation:
        """Explain an award to the issuer, on the command line. Raises NotFound when there is none."""
        with self._database.reading() as session:
            award = session.get(Award, award_id)
            training = self._by_achievement.get(award.achievement_key) if award else None
            if award is None or training is None:
                raise NotFound(f"there is no award {award_id!r}")
            return self._explain(session, award, training)

    def _explain(self, session: Session, award: Award, training: Training) -> Explanation:
        certificate = current_certificate(session, award.id)
        kept = certificate is not None and certificate.erased_at is None
        snapshot = snapshot_from_json(certificate.snapshot) if certificate and kept else None
        person = session.get_one(Person, award.person_id)
        return Explanation(
            award_id=award.id,
            state=AwardState(award.state),
            by_approval=training.award.mode is AwardMode.APPROVAL,
            met_at=award.met_at,
            name=snapshot.name if snapshot else person.certificate_name,
            rule=snapshot.rule if snapshot else training.award.text,
            grounds=_frozen(session, award, snapshot) if snapshot else _present(session, award, training),
            hours=_hours(session, award, training, snapshot),
            decisions=decisions_of(session, award.id),
            training=training,
            training_version=snapshot.training_version if snapshot else training.version,
            achievement_version=award.achievement_version,
            certificate=certificate,
            snapshot=snapshot,
        )


def award_of(session: Session, person_id: str, training: Training) -> Award | None:
    """Return a person's award of a training, the newest version of the achievement first."""
    query = select(Award).where(Award.person_id == person_id, Award.achievement_key == training.achievement.key)
    return session.scalars(query.order_by(Award.achievement_version.desc())).first()


def current_certificate(session: Session, award_id: str) -> Certificate | None:
    """Return the certificate of an award that nothing took the place of, valid or revoked."""
    query = select(Certificate).where(Certificate.award_id == award_id, Certificate.replaced_by_id.is_(None))
    return session.scalars(query.order_by(Certificate.issued_at.desc())).first()


def _frozen(session: Session, award: Award, snapshot: Snapshot) -> tuple[Ground, ...]:
    """Return the grounds as they were frozen; who accepted is told by name where the reference leads to somebody."""
    known = accepted_versions(session, award.enrolment_id)
    reviewers = {review.reviewer_id for _submission, _version, review in known.values()}
    names = names_of(session, reviewers)
    by_reference = {reference(person, award.enrolment_id): names.get(person) for person in reviewers}
    return tuple(
        Ground(
            title=one.title,
            met=True,
            accepted_at=one.accepted_at,
            accepted_by=by_reference.get(one.accepted_by),
            version=one.version,
            content_sha256=one.content_sha256,
            submission_id=known[one.assignment][0].id if one.assignment in known else None,
        )
        for one in snapshot.accepted
    )


def _present(session: Session, award: Award, training: Training) -> tuple[Ground, ...]:
    known = accepted_versions(session, award.enrolment_id)
    rows = rule_applied(session, training, award.enrolment_id).rows
    names = names_of(session, [row.outcome.accepted_by for row in rows if row.outcome.accepted_by])
    grounds = []
    for row in rows:
        found = known.get(row.assignment.key)
        met = row.finding is AwardFinding.MET
        grounds.append(
            Ground(
                title=row.assignment.title,
                met=met,
                accepted_at=row.outcome.at if met else None,
                accepted_by=names.get(row.outcome.accepted_by or "") if met else None,
                version=found[1].number if found and met else None,
                content_sha256=content_sha256(found[1]) if found and met else None,
                submission_id=found[0].id if found else None,
            )
        )
    return tuple(grounds)


def _hours(session: Session, award: Award, training: Training, snapshot: Snapshot | None) -> HoursGround | None:
    """Return the hours as they were frozen; those of now before anything was issued."""
    frozen = snapshot.contact_hours if snapshot else None
    needed = training.award.contact_minutes_needed
    if frozen is None and (snapshot is not None or not needed):
        return None
    meetings = attended(session, award.enrolment_id)
    now = sum(one.minutes for one in meetings)
    if frozen is None:
        return HoursGround(needed, now, meetings, now)
    then = tuple(Attended(one.title, one.starts_at, one.minutes) for one in frozen.meetings)
    return HoursGround(frozen.needed, frozen.attended, then, now)


def _last_reason(session: Session, award: Award) -> str:
    if award.state != AwardState.DECLINED:
        return ""
    return next((one.reason for one in reversed(decisions_of(session, award.id)) if one.reason), "")
