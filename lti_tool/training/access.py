"""Who may see and do what with a cohort and the work in it. Every page and every service of this room asks here.

- A participant sees and changes their own work.
- Who is trainer in a course (by a launch of this session) sees and reviews the work of the participants who came into
  the cohort through that course.
- A trainer of the cohort sees and reviews the whole cohort, across schools.
- Trainers see what was handed in, never a draft (unless its maker shares it: `exchange.access`); nobody reviews their own
  work.
- For everybody else it does not exist: `NotFound`, which does not tell the two apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from lti_tool.courses.models import Account, CourseCohort
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.statements import Statement
from lti_tool.training.errors import TakesNoPart
from lti_tool.training.models import (
    Cohort,
    Enrolment,
    EnrolmentCourse,
    Submission,
    SubmissionVersion,
    VersionFile,
    WorkFile,
)
from mappings.roles import Role
from mappings.training import Assignment, Training


@dataclass(frozen=True)
class CohortSeen:
    """A cohort, as far as its pages tell of it."""

    id: str
    name: str
    approved_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """What a person is in a cohort, in this session."""

    cohort: CohortSeen
    training: Training
    person_id: str
    enrolment_id: str | None
    """As a participant."""
    whole: bool
    """Trainer of the cohort: sees all of it."""
    course_ids: frozenset[str]
    """Courses of the cohort in which this session showed the person to be trainer."""

    @property
    def participates(self) -> bool:
        """Whether the person hands in work here."""
        return self.enrolment_id is not None

    @property
    def trains(self) -> bool:
        """Whether the person sees work of others here."""
        return self.whole or bool(self.course_ids)

    def assignment(self, key: str) -> Assignment:
        """Return an assignment of the cohort's training.

        Raises:
            NotFound: it has none of that key.
        """
        if not self.training.has_assignment(key):
            raise NotFound("no such assignment")
        return self.training.assignment(key)

    def reviewable(self) -> ColumnElement[bool]:
        """Return the condition on `Enrolment` of the participants whose work the person sees and may review."""
        others = (
            (Enrolment.cohort_id == self.cohort.id)
            & (Enrolment.role == Role.PARTICIPANT)
            & (Enrolment.person_id != self.person_id)
        )
        if self.whole:
            return others
        through = exists().where(
            EnrolmentCourse.enrolment_id == Enrolment.id, EnrolmentCourse.course_id.in_(self.course_ids)
        )
        return others & through


# Made once, because every page asks: to build a statement costs more than to run it.
_STANDING = Statement(
    select(
        Cohort.id,
        Cohort.name,
        Cohort.approved_at,
        Cohort.training_key,
        Enrolment.role,
        Enrolment.id.label("enrolment_id"),
    )
    .outerjoin(Enrolment, (Enrolment.cohort_id == Cohort.id) & (Enrolment.person_id == bindparam("person_id")))
    .where(Cohort.id == bindparam("cohort_id"))
)


def _enrolled(enrolment: type[Enrolment], role: Role) -> ColumnElement[bool]:
    of_person = (enrolment.cohort_id == Cohort.id) & (enrolment.person_id == bindparam("person_id"))
    return of_person & (enrolment.role == role)


def _bound(session: Session, cohort_id: str, course_ids: Sequence[str]) -> frozenset[str]:
    """Return which of these courses the cohort was brought into."""
    of_cohort = select(CourseCohort.course_id).where(CourseCohort.cohort_id == cohort_id)
    return frozenset(session.scalars(of_cohort.where(CourseCohort.course_id.in_(course_ids))))


_AS_TRAINER = aliased(Enrolment)
_AS_PARTICIPANT = aliased(Enrolment)
# A row for each cohort that somebody trains, and for each of these courses into which it was brought.
_TRAINED = (
    select(
        Cohort.id,
        Cohort.name,
        Cohort.approved_at,
        Cohort.training_key,
        _AS_TRAINER.id.label("trainer_id"),
        _AS_PARTICIPANT.id.label("participant_id"),
        CourseCohort.course_id,
    )
    .outerjoin(_AS_TRAINER, _enrolled(_AS_TRAINER, Role.TRAINER))
    .outerjoin(_AS_PARTICIPANT, _enrolled(_AS_PARTICIPANT, Role.PARTICIPANT))
    .outerjoin(
        CourseCohort,
        (CourseCohort.cohort_id == Cohort.id) & CourseCohort.course_id.in_(bindparam("course_ids", expanding=True)),
    )
    .where(_AS_TRAINER.id.is_not(None) | CourseCohort.course_id.is_not(None))
    .order_by(Cohort.created_at, Cohort.id)
)


def hold(session: Session, viewer: Viewer) -> Viewer:
    """Return the viewer as the person whom the account belongs to now; it stays that person's until this transaction ends.

    Whoever writes for somebody calls it first: two accounts may have become one person's since the request began, and what
    is written for the one who was taken up would be out of sight. Who has no account to link stays who they are.
    """
    if viewer.maybe_account_id is None:
        return viewer
    person_id = hold_account(session, viewer.account_id)
    return viewer if person_id in (None, viewer.person_id) else replace(viewer, person_id=person_id)


def hold_account(session: Session, account_id: str) -> str | None:
    """Return whose an account is; it stays that person's until this transaction ends. None: there is no such account."""
    # SHARE: several may write at once; whoever gives the account to another person waits for them, and they for that
    owner = select(Account.person_id).where(Account.id == account_id)
    return session.scalar(owner.with_for_update(read=True))


class Access:
    """Answers who may.

    Args:
        trainings: the trainings by key.
    """

    def __init__(self, trainings: Mapping[str, Training]) -> None:
        self._trainings = trainings

    def training_of(self, cohort: Cohort) -> Training:
        """Return the training of a cohort. Raises NotFound: this installation does not have it (any more)."""
        training = self._trainings.get(cohort.training_key)
        if training is None:
            raise NotFound("no such training")
        return training

    def standing(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return what the viewer is in a cohort.

        Raises:
            NotFound: no such cohort, or nothing in it.
        """
        session.flush()
        rows = _STANDING.rows(session.connection(), {"cohort_id": cohort_id, "person_id": viewer.person_id})
        training = self._trainings.get(rows[0].training_key) if rows else None
        if not rows or training is None:
            raise NotFound("no such cohort or training")
        first = rows[0]
        roles = {row.role: row.enrolment_id for row in rows}
        seats = [course_id for course_id, role in viewer.seats.items() if role is Role.TRAINER]
        standing = Standing(
            cohort=CohortSeen(first.id, first.name, first.approved_at),
            training=training,
            person_id=viewer.person_id,
            enrolment_id=roles.get(Role.PARTICIPANT),
            whole=Role.TRAINER in roles,
            course_ids=_bound(session, cohort_id, seats) if seats else frozenset(),
        )
        if not standing.participates and not standing.trains:
            raise NotFound("nothing in this cohort")
        return standing

    def participant(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a participant.

        Raises:
            TakesNoPart: the viewer only reviews here.
            NotFound: the viewer is nothing here.
        """
        standing = self.standing(session, viewer, cohort_id)
        if not standing.participates:
            raise TakesNoPart("no participant of this cohort")
        return standing

    def trainer(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        """Return the viewer's standing as a trainer, of the whole cohort or of a course.

        Raises:
            NotFound: the viewer is none.
        """
        standing = self.standing(session, viewer, cohort_id)
        if not standing.trains:
            raise NotFound("no trainer in this cohort")
        return standing

    def trained(self, session: Session, viewer: Viewer) -> tuple[Standing, ...]:
        """Return the viewer's standing in every cohort that the viewer trains, wholly or through a course, oldest first."""
        seats = [course_id for course_id, role in viewer.seats.items() if role is Role.TRAINER]
        found: dict[str, Standing] = {}
        for row in session.execute(_TRAINED, {"person_id": viewer.person_id, "course_ids": seats}):
            training = self._trainings.get(row.training_key)
            if training is None:
                continue
            before = found[row.id].course_ids if row.id in found else frozenset()
            found[row.id] = Standing(
                cohort=CohortSeen(row.id, row.name, row.approved_at),
                training=training,
                person_id=viewer.person_id,
                enrolment_id=row.participant_id,
                whole=row.trainer_id is not None,
                course_ids=before | {row.course_id} if row.course_id else before,
            )
        return tuple(found.values())

    def to_review(self, session: Session, viewer: Viewer, submission_id: str) -> tuple[Submission, Standing]:
        """Return somebody's work that was handed in and that the viewer may review, and the viewer's standing.

        Raises:
            NotFound: no such work, the viewer's own, somebody else's whom the viewer does not train, or only a draft.
        """
        submission = session.get(Submission, submission_id)
        if submission is None:
            raise NotFound("no such submission")
        standing = self.trainer(session, viewer, submission.enrolment.cohort_id)
        if not self._reviews(session, standing, submission) or not self._handed_in(session, submission_id):
            raise NotFound("somebody else's work, or only a draft")
        return submission, standing

    def version(self, session: Session, viewer: Viewer, version_id: str) -> tuple[SubmissionVersion, Standing]:
        """Return a version that the viewer made or may review, and the viewer's standing.

        Raises:
            NotFound: neither.
        """
        version = session.get(SubmissionVersion, version_id)
        if version is None:
            raise NotFound("no such version")
        standing = self.standing(session, viewer, version.submission.enrolment.cohort_id)
        if not self._owns(standing, version.submission) and not self._reviews(session, standing, version.submission):
            raise NotFound("somebody else's work")
        return version, standing

    def file(self, session: Session, viewer: Viewer, file_id: str) -> WorkFile:
        """Return a file that the viewer added, or that is in work the viewer may review.

        Raises:
            NotFound: neither; also a trainer asking for a file that was never handed in.
        """
        file = session.get(WorkFile, file_id)
        submission = session.get(Submission, file.submission_id) if file else None
        if file is None or submission is None:
            raise NotFound("no such file")
        standing = self.standing(session, viewer, submission.enrolment.cohort_id)
        if self._owns(standing, submission):
            return file
        handed_in = session.scalar(select(exists().where(VersionFile.file_id == file_id)))
        if not handed_in or not self._reviews(session, standing, submission):
            raise NotFound("somebody else's file")
        return file

    @staticmethod
    def _owns(standing: Standing, submission: Submission) -> bool:
        return standing.enrolment_id == submission.enrolment_id

    @staticmethod
    def _reviews(session: Session, standing: Standing, submission: Submission) -> bool:
        if not standing.trains:
            return False
        query = select(Enrolment.id).where(Enrolment.id == submission.enrolment_id, standing.reviewable())
        return session.scalar(query) is not None

    @staticmethod
    def _handed_in(session: Session, submission_id: str) -> bool:
        return bool(session.scalar(select(exists().where(SubmissionVersion.submission_id == submission_id))))
