"""Trainers who come from no learning environment: members of the staff with the role, and the cohorts that are theirs.

Such a trainer is a person without an account. The person is made when somebody first becomes trainer of a cohort, and the
enrolment is all there is: it gives the whole cohort, as of any trainer. Whoever loses the role or is disabled has no way in
any more; the enrolment stays, and counts again when the role is back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import new_id
from lti_tool.launch.viewer import Viewer
from lti_tool.signin.members import COMMAND_LINE
from lti_tool.signin.models import Member
from lti_tool.signin.roles import Role as StaffRole
from lti_tool.training.access import Access
from lti_tool.training.cohorts import CohortInfo, CohortService
from lti_tool.training.models import Enrolment
from lti_tool.training.roster import counted
from mappings.progress import OutcomeState
from mappings.roles import Role
from mappings.texts import Text

_WAITS = (OutcomeState.SUBMITTED,)


@dataclass(frozen=True)
class OwnCohort:
    """A cohort, as its trainer finds it in the own overview."""

    id: str
    name: str
    training: Text
    approved: bool
    participants: int
    waiting: int
    """How many pieces of work wait for a trainer."""


@dataclass(frozen=True)
class StaffTrainer:
    """A member of the staff, beside a cohort."""

    id: str
    name: str
    active: bool
    """Whether the sign-in lets them train: not disabled, and with the role."""

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {"id": self.id, "name": self.name, "access": "yes" if self.active else "no"}


@dataclass(frozen=True)
class CohortTrainers:
    """Which of the staff train a cohort, and who else could."""

    there: Sequence[StaffTrainer]
    others: Sequence[StaffTrainer]


class StaffTrainers:
    """Gives cohorts to trainers of the staff, and shows them theirs.

    Args:
        database: its own short transactions.
        clock: the time.
        access: what somebody sees.
        cohorts: where trainers are enrolled.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, cohorts: CohortService) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._cohorts = cohorts

    def overview(self, viewer: Viewer | None) -> Sequence[OwnCohort]:
        """Return the cohorts of a trainer, the oldest first, with how much waits in each.

        Args:
            viewer: None: trainer of none so far.
        """
        if viewer is None:
            return ()
        with self._database.reading() as session:
            standings = self._access.trained(session, viewer)
            waiting = counted(session, standings, _WAITS)
            found = []
            for standing in standings:
                info = self._cohorts.show(session, standing.cohort.id)
                count = waiting.get(info.id, 0)
                found.append(OwnCohort(info.id, info.name, standing.training.name, info.approved, info.participants, count))
            return found

    def join(self, member_id: str, code: str) -> CohortInfo:
        """Make a member of the staff trainer of the cohort that a one-time code is for.

        Raises:
            CodeRefused: unknown, used, or too old.
            NotFound, Invalid: as `add`.
        """
        with self._database.session() as session:
            person_id = self._person_of(session, _training_member(session, member_id))
            info = self._cohorts.use_code(session, code, person_id)
            note_done(session, self._clock(), member_id, "cohorts.join", info.id)
        return info

    def of(self, cohort_id: str) -> CohortTrainers:
        """Return which of the staff train a cohort and who else has the role, by name. Raises NotFound: no such cohort."""
        with self._database.reading() as session:
            self._cohorts.show(session, cohort_id)
            train = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id, Enrolment.role == Role.TRAINER)
            people = set(session.scalars(train))
            staff = session.scalars(select(Member).order_by(Member.name, Member.id)).all()
            lines = [(StaffTrainer(one.id, one.name, _active(one)), one.person_id in people) for one in staff]
        return CohortTrainers(
            there=[line for line, there in lines if there],
            others=[line for line, there in lines if not there and line.active],
        )

    def add(self, cohort_id: str, member_id: str, by: str = COMMAND_LINE) -> StaffTrainer:
        """Make a member of the staff trainer of a cohort; twice is once.

        Args:
            by: the id of the issuer who does it.

        Raises:
            NotFound: no such cohort, or nobody of the staff has this id.
            Invalid: this person has not the role of trainer, or is disabled.
        """
        with self._database.session() as session:
            self._cohorts.show(session, cohort_id)
            member = _training_member(session, member_id)
            person_id = self._person_of(session, member)
            if not self._cohorts.is_trainer(session, cohort_id, person_id):
                self._cohorts.make_trainer(session, cohort_id, person_id)
                note_done(session, self._clock(), by, f"cohorts.add_trainer:{member_id}", cohort_id)
            return StaffTrainer(member.id, member.name, active=True)

    def remove(self, cohort_id: str, member_id: str, by: str = COMMAND_LINE) -> StaffTrainer:
        """Take a cohort away from a member of the staff, at once; what they reviewed stays theirs. Twice is once.

        Args:
            by: the id of the issuer who does it.

        Raises:
            NotFound: no such cohort, or nobody of the staff has this id.
        """
        with self._database.session() as session:
            self._cohorts.show(session, cohort_id)
            member = session.get(Member, member_id)
            if member is None:
                raise NotFound("nobody of the staff has this id")
            own = (Enrolment.cohort_id == cohort_id, Enrolment.person_id == member.person_id)
            gone = delete(Enrolment).where(*own, Enrolment.role == Role.TRAINER).returning(Enrolment.id)
            if session.execute(gone).all():
                note_done(session, self._clock(), by, f"cohorts.remove_trainer:{member_id}", cohort_id)
            return StaffTrainer(member.id, member.name, _active(member))

    def _person_of(self, session: Session, member: Member) -> str:
        """Return who a member is in cohorts; made the first time."""
        if member.person_id is None:
            person = Person(id=new_id(), created_at=self._clock())
            session.add(person)
            session.flush()
            member.person_id = person.id
            session.flush()
        return member.person_id


def _training_member(session: Session, member_id: str) -> Member:
    """Return a member who may train, held, so that two at once do not make two people of one."""
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise NotFound("nobody of the staff has this id")
    if not _active(member):
        raise Invalid(
            "this person has not the role of trainer, or is disabled",
            explanation=_l("Deze persoon heeft de rol trainer niet, of de toegang staat uit. Een beheerder verandert dat."),
            field="member",
        )
    return member


def _active(member: Member) -> bool:
    return member.disabled_at is None and StaffRole.TRAINER in member.roles
