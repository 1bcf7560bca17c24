"""Cohorts: made, approved by the issuer, joined by trainers with a one-time code, and entered by launches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.copies import CERTIFICATE, WHOLE_TRAINING, CopyService, Named, history_in, named_in
from lti_tool.courses.models import Placement
from lti_tool.courses.service import CourseService
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.courses.words import clean_words
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import ID_LENGTH, code_digest, new_code, new_id
from lti_tool.launch.claims import MessageType
from lti_tool.launch.service import Destination, Launch
from lti_tool.training.entering import Entry, entry_of, participants_page
from lti_tool.training.errors import CodeRefused
from lti_tool.training.models import Cohort, CohortCode, Enrolment, EnrolmentCourse
from lti_tool.training.outcomes import CohortFollower
from mappings.roles import Role
from mappings.training import Training

CODE_VALID = timedelta(days=14)
LONGEST_NAME = 200


@dataclass(frozen=True)
class CohortInfo:
    """A cohort and how many people are in it."""

    id: str
    training_key: str
    name: str
    created_at: datetime
    approved_at: datetime | None
    participants: int
    trainers: int

    @property
    def approved(self) -> bool:
        """Whether it counts for certificates."""
        return self.approved_at is not None

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {
            "id": self.id,
            "name": self.name,
            "training": self.training_key,
            "created": self.created_at.isoformat(timespec="seconds"),
            "approved": self.approved_at.isoformat(timespec="seconds") if self.approved_at else None,
            "participants": self.participants,
            "trainers": self.trainers,
        }


class CohortService:
    """Cohorts and who is in them.

    Args:
        database: for the methods that open their own transaction (those without a session).
        clock: the time.
        courses: which cohorts a course has, and what its placements show.
        trainings: the trainings by key.
        followers: told when a cohort is approved, in the same transaction.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        courses: CourseService,
        trainings: Mapping[str, Training],
        followers: Sequence[CohortFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._courses = courses
        self._copies = CopyService(clock)
        self._trainings = trainings
        self._followers = tuple(followers)

    def create(
        self, session: Session, training_key: str, name: str, person_id: str | None, *, cohort_id: str | None = None
    ) -> CohortInfo:
        """Make a cohort; the person becomes its trainer.

        Args:
            person_id: the trainer; None when the issuer makes it.
            cohort_id: its id; a new one by default.

        Raises:
            Invalid: no such training, or no usable name.
        """
        if training_key not in self._trainings:
            raise Invalid(
                f"no training {training_key!r}; known are {', '.join(self._trainings)}",
                explanation=_l("Deze training bestaat niet (meer)."),
                field="training",
            )
        shown, now = _checked_name(name), self._clock()
        key = cohort_id or new_id()
        cohort = Cohort(id=key, training_key=training_key, name=shown, created_by_id=person_id, created_at=now)
        session.add(cohort)
        session.flush()
        if person_id is not None:
            self.make_trainer(session, cohort.id, person_id)
        return self.show(session, cohort.id)

    def make(self, training_key: str, name: str, *, form_id: str, staff_id: str) -> CohortInfo:
        """Make a cohort for the issuer, without a trainer; it stands in the audit trail.

        Args:
            form_id: a random id that the form brought: the same form sent twice makes one cohort.
            staff_id: of the member of the staff who is signed in.

        Raises:
            Invalid: no such training, no usable name, or not an id.
        """
        if len(form_id) != ID_LENGTH or not form_id.isalnum():
            raise Invalid("not an id of a cohort")
        with self._database.session() as session:
            if session.get(Cohort, form_id) is None:
                self.create(session, training_key, name, None, cohort_id=form_id)
                note_done(session, self._clock(), staff_id, "cohorts.create", form_id)
            return self.show(session, form_id)

    def rename(self, cohort_id: str, name: str, *, staff_id: str | None = None) -> CohortInfo:
        """Give a cohort another name. Certificates that were issued keep the name of then.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is none.
            Invalid: no usable name.
        """
        shown = _checked_name(name)
        with self._database.session() as session:
            other = Cohort.id == cohort_id, Cohort.name != shown
            changed = session.scalar(update(Cohort).where(*other).values(name=shown).returning(Cohort.id))
            if changed is not None and staff_id is not None:
                note_done(session, self._clock(), staff_id, "cohorts.rename", cohort_id)
            return self.show(session, cohort_id)

    def list(self) -> Sequence[CohortInfo]:
        """Return all cohorts, the newest first."""
        with self._database.session() as session:
            rows = session.execute(self._select().order_by(Cohort.created_at.desc(), Cohort.id))
            return [_info(*row) for row in rows]

    def show(self, session: Session, cohort_id: str) -> CohortInfo:
        """Return a cohort.

        Raises:
            NotFound: there is none.
        """
        row = session.execute(self._select().where(Cohort.id == cohort_id)).first()
        if row is None:
            raise NotFound(f"no cohort {cohort_id!r}")
        return _info(*row)

    def approve(self, cohort_id: str, *, staff_id: str | None = None) -> CohortInfo:
        """Approve a cohort for the issuer: from now on it counts for certificates. Approving twice changes nothing.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is none.
        """
        with self._database.session() as session:
            changed = session.scalar(
                update(Cohort)
                .where(Cohort.id == cohort_id, Cohort.approved_at.is_(None))
                .values(approved_at=self._clock())
                .returning(Cohort.id)
            )
            info = self.show(session, cohort_id)
            if changed is not None:
                if staff_id is not None:
                    note_done(session, self._clock(), staff_id, "cohorts.approve", cohort_id)
                for follower in self._followers:
                    follower(session, cohort_id)
            return info

    def invite(self, cohort_id: str, *, staff_id: str | None = None) -> str:
        """Return a new code that makes one person trainer of the cohort: valid 14 days, used once, shown only now.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is no such cohort.
        """
        now = self._clock()
        code = new_code()
        with self._database.session() as session:
            self.show(session, cohort_id)
            session.add(
                CohortCode(
                    cohort_id=cohort_id,
                    code_digest=code_digest(code),
                    created_at=now,
                    expires_at=now + CODE_VALID,
                )
            )
            if staff_id is not None:
                note_done(session, now, staff_id, "cohorts.invite", cohort_id)
        return code

    def use_code(self, session: Session, code: str, person_id: str) -> CohortInfo:
        """Make a person trainer of the cohort that a code is for. Who is trainer already does not use it up.

        Raises:
            CodeRefused: unknown, used, or too old.
        """
        now = self._clock()
        usable = (
            CohortCode.code_digest == code_digest(code),
            CohortCode.used_at.is_(None),
            CohortCode.expires_at > now,
        )
        cohort_id = session.scalar(select(CohortCode.cohort_id).where(*usable))
        if cohort_id is None:
            raise CodeRefused("unknown, used or expired code")
        if not self.is_trainer(session, cohort_id, person_id):
            used = update(CohortCode).where(*usable).values(used_at=now, used_by_id=person_id)
            if session.scalar(used.returning(CohortCode.id)) is None:
                raise CodeRefused("code used at the same moment")
            self.make_trainer(session, cohort_id, person_id)
        return self.show(session, cohort_id)

    def of_trainer(self, session: Session, person_id: str) -> Sequence[CohortInfo]:
        """Return the cohorts that a person is trainer of, the newest first."""
        own = select(Enrolment.cohort_id).where(Enrolment.person_id == person_id, Enrolment.role == Role.TRAINER)
        query = self._select().where(Cohort.id.in_(own)).order_by(Cohort.created_at.desc(), Cohort.id)
        return [_info(*row) for row in session.execute(query)]

    def is_trainer(self, session: Session, cohort_id: str, person_id: str) -> bool:
        """Return whether a person is trainer of a cohort."""
        query = select(Enrolment.id).where(
            Enrolment.cohort_id == cohort_id, Enrolment.person_id == person_id, Enrolment.role == Role.TRAINER
        )
        return session.scalar(query) is not None

    def make_trainer(self, session: Session, cohort_id: str, person_id: str) -> None:
        """Make a person trainer of a cohort; twice is once."""
        insert_unless_there(
            session,
            Enrolment,
            {
                "id": new_id(),
                "cohort_id": cohort_id,
                "person_id": person_id,
                "role": Role.TRAINER.value,
                "created_at": self._clock(),
            },
        )

    def training_of(self, cohort: CohortInfo | Cohort) -> Training:
        """Return the training of a cohort.

        Raises:
            NotFound: its file is not there any more.
        """
        return self.training(cohort.training_key)

    def training(self, key: str) -> Training:
        """Return a training. Raises NotFound when its file is not there any more."""
        training = self._trainings.get(key)
        if training is None:
            raise NotFound(f"the training {key!r} is not installed")
        return training

    def enrol(self, session: Session, cohort_id: str, person_id: str, course_id: str) -> str:
        """Make a person participant of a cohort, through a course; return the enrolment's id. Twice is once."""
        key = {"cohort_id": cohort_id, "person_id": person_id, "role": Role.PARTICIPANT.value}
        known = select(Enrolment.id).filter_by(**key)
        enrolment_id = session.scalar(known)
        if enrolment_id is None:
            insert_unless_there(session, Enrolment, {**key, "id": new_id(), "created_at": self._clock()})
            enrolment_id = session.scalars(known).one()
        insert_unless_there(session, EnrolmentCourse, {"enrolment_id": enrolment_id, "course_id": course_id})
        return enrolment_id

    def welcome(self, session: Session, launch: Launch) -> Destination | None:
        """Receive a launch (a `LaunchFollower`): give a new placement what deep linking chose, enrol a participant and say
        where that participant lands.

        The custom parameters come from the platform, where teachers can edit them: a cohort counts only when a trainer
        of it brought it into this very course. One that nobody brought here belongs to a copied course.
        """
        if launch.placement_id is None:
            return None
        entry = entry_of(session, launch.placement_id, launch.person_id)
        if entry.cohort_id is None:
            named, placement = named_in(launch.custom), self._courses.placement(session, launch.placement_id)
            if named is None:
                return None
            if not self._show(session, placement, named):
                self._copies.notice(session, placement, named, history_in(launch.custom))
                return None
            entry = entry_of(session, launch.placement_id, launch.person_id)
        takes_part = self.receive(session, entry, launch.person_id, launch.role)
        if not takes_part or entry.cohort_id is None or not self._shows(entry.training_key, entry.assignment_key):
            return None
        if launch.message_type is MessageType.SUBMISSION_REVIEW:
            return None
        return participants_page(entry.cohort_id, entry.assignment_key)

    def heal(self, session: Session, placement: Placement) -> bool:
        """Let a placement of a copied course show what its link names, once that may be; return whether it does."""
        if placement.cohort_id is None and placement.proposed_cohort_id is not None:
            named = Named(placement.proposed_cohort_id, placement.proposed_item or WHOLE_TRAINING)
            if self._show(session, placement, named):
                session.refresh(placement)
        return placement.cohort_id is not None

    def proposed_training(self, session: Session, placement: Placement) -> Training | None:
        """Return the training that a placement of a copied course would show; None when it names nothing that we have."""
        if placement.proposed_cohort_id is None:
            return None
        item = placement.proposed_item or WHOLE_TRAINING
        cohort = session.get(Cohort, placement.proposed_cohort_id)
        keys = [cohort.training_key] if cohort else list(self._trainings)
        found = next((key for key in keys if self._shows(key, None if item == WHOLE_TRAINING else item)), None)
        return self._trainings[found] if found else None

    def receive(self, session: Session, entry: Entry, person_id: str, role: Role) -> bool:
        """Enrol whoever opens a placement of a cohort as a participant; others only look. Return whether they take part."""
        if role is not Role.PARTICIPANT or entry.cohort_id is None:
            return False
        if entry.bound and not entry.enrolled:
            self.enrol(session, entry.cohort_id, person_id, entry.course_id)
        return entry.bound or entry.participant_id is not None

    def _show(self, session: Session, placement: Placement, named: Named) -> bool:
        """Configure a placement as its link names it, or as a trainer of this copied course chose, if that may be."""
        cohort_id = named.cohort_id
        if not self._courses.is_bound(session, placement.course_id, cohort_id):
            cohort_id = self._copies.chosen(session, placement.course_id, cohort_id) or ""
            if not cohort_id or not self._courses.is_bound(session, placement.course_id, cohort_id):
                return False
        key = None if named.item == WHOLE_TRAINING else named.item
        if not self._shows(self.show(session, cohort_id).training_key, key):
            return False
        self._courses.configure_placement(session, placement.id, cohort_id, key)
        return True

    def _shows(self, training_key: str | None, assignment_key: str | None) -> bool:
        """Return whether a training is installed, with this assignment; as a whole and with its certificate it always is."""
        training = self._trainings.get(training_key or "")
        own = assignment_key in (None, CERTIFICATE)
        return training is not None and (own or training.has_assignment(assignment_key or ""))

    @staticmethod
    def _select() -> Select[Cohort, int, int]:
        def count(role: Role) -> "Select[int]":
            return select(func.count()).where(Enrolment.cohort_id == Cohort.id, Enrolment.role == role)

        return select(Cohort, count(Role.PARTICIPANT).scalar_subquery(), count(Role.TRAINER).scalar_subquery())


def _info(cohort: Cohort, participants: int, trainers: int) -> CohortInfo:
    return CohortInfo(
        cohort.id, cohort.training_key, cohort.name, cohort.created_at, cohort.approved_at, participants, trainers
    )


def _checked_name(name: str) -> str:
    shown = clean_words(name, longest=LONGEST_NAME + 1)
    if not shown or len(shown) > LONGEST_NAME:
        raise Invalid(
            f"expected a name of 1 to {LONGEST_NAME} characters",
            explanation=_l("Geef de editie een naam van hooguit 200 tekens."),
            field="new_cohort",
        )
    return shown
