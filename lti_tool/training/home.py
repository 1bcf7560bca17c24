"""The participant's pages: home with the path of four phases, one assignment, one version, the certificate's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Person
from lti_tool.database import Database
from lti_tool.launch.sessions import Viewer
from lti_tool.statements import FoundRow, Statement
from lti_tool.training.access import Access, Standing
from lti_tool.training.aspect_picture import Picture, picture_of
from lti_tool.training.contact_hours import NO_HOURS, MeetingShown, hours_of, soon
from lti_tool.training.drafts import owner_of
from lti_tool.training.outcomes import (
    CertificateCard,
    Extras,
    NativeActivity,
    NativeMark,
    News,
    ScoreMark,
    SharedMark,
)
from lti_tool.training.people import first_name, trainer_names
from lti_tool.training.questions import Growth, growth_of, question_of
from lti_tool.training.resumable import UploadSeen, unfinished_of
from lti_tool.training.showing import (
    NativeFiles,
    WorkShown,
    native_files_of,
    outcomes,
    own_work,
    work_of,
)
from mappings.award import AwardMode
from mappings.progress import ContactHours, OutcomeState, PhaseProgress, last_phase_open, next_assignment, phase_progress
from mappings.training import Assignment, Phase, Training

NOTICES = 3
"""So many notices stand on home."""


@dataclass(frozen=True)
class Place:
    """Where somebody is: what the bar, the tabs and the heads of all pages of a cohort need."""

    cohort_id: str
    cohort_name: str
    approved: bool
    training: Training
    participates: bool
    trains: bool
    whole: bool
    standing: Standing = field(repr=False)

    @staticmethod
    def of(standing: Standing) -> "Place":
        """Return the place of somebody with this standing."""
        return Place(
            standing.cohort.id,
            standing.cohort.name,
            standing.cohort.approved_at is not None,
            standing.training,
            standing.participates,
            standing.trains,
            standing.whole,
            standing,
        )


@dataclass(frozen=True)
class CertificatePanel:
    """What separates somebody from the certificate."""

    accepted: int
    required: int
    name: str | None
    """As confirmed for the certificate."""
    asked: bool
    """The last phase is open and the name is not confirmed yet."""
    approved: bool
    """The issuer has approved the cohort."""
    card: CertificateCard
    by_approval: bool = False
    """A trainer proposes and the issuer decides, once everything is accepted."""
    hours: ContactHours = NO_HOURS
    """For how long somebody was at meetings; read only where that counts."""

    @property
    def all_accepted(self) -> bool:
        """Whether all required assignments are accepted."""
        return self.accepted == self.required

    @property
    def complete(self) -> bool:
        """Whether all required assignments are accepted, and the contact hours made where they count."""
        return self.all_accepted and not self.hours.missing


@dataclass(frozen=True)
class AssignmentLine:
    """One assignment in the list on home."""

    assignment: Assignment
    phase: Phase
    state: OutcomeState
    changed_at: datetime | None
    draft_saved_at: datetime | None


@dataclass(frozen=True)
class HomePage:
    """A participant's home in one cohort."""

    place: Place
    first_name: str | None
    trainers: tuple[str, ...]
    progress: tuple[PhaseProgress, ...]
    lines: tuple[AssignmentLine, ...]
    next: AssignmentLine | None
    """What to do now; None when everything was handed in."""
    question: str | None
    aspects: bool
    """Whether the training has aspects, with levels."""
    panel: CertificatePanel
    news: News | None
    """What is new in what the cohort shares; None: it shares nothing."""
    meetings: tuple[MeetingShown, ...]
    """The next ones."""
    notices: Sequence[Any]
    """What happened that the person has not read yet."""


@dataclass(frozen=True)
class AssignmentPage:
    """One assignment for its participant."""

    place: Place
    assignment: Assignment
    phase: Phase
    next: Assignment | None
    """What comes now, of all assignments; None: nothing is to be handed in."""
    work: WorkShown
    growth: Growth
    """How the learning question grew."""
    picture: Picture | None
    """What changed since the start, in the last phase; None before, and where the training has no aspects."""
    marks: Sequence[ScoreMark]
    natives: Sequence[NativeMark]
    native_files: NativeFiles
    places: Sequence[NativeActivity]
    """Activities in which it can be handed in as well."""
    panel: CertificatePanel
    shared: SharedMark | None
    """How it is shared with the cohort."""
    uploads: Sequence[UploadSeen]
    """Files that were sent in part."""
    owner: str
    """Under which a device keeps what could not be saved, see `lti_tool.training.drafts.owner_of`."""

    @property
    def question(self) -> str | None:
        """The learning question as it is now."""
        return self.growth[-1].text if self.growth else None


@dataclass(frozen=True)
class NamePage:
    """The form for the name on the certificate."""

    place: Place
    panel: CertificatePanel
    suggestion: str
    """What the form starts with: the confirmed name, else the one the learning environment sends."""


class HomeService:
    """Reads the participant's pages, each in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: the time.
        access: who may.
        extras: the certificate and the scores.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def home(self, viewer: Viewer, cohort_id: str) -> HomePage:
        """Return the viewer's home. Raises TakesNoPart, or NotFound when the viewer is not even a trainer."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            rows = self._rows(session, standing)
            training = standing.training
            reached = outcomes(rows)
            by_key = {row.assignment_key: row for row in rows}
            lines = tuple(_line(training, assignment, by_key) for assignment in training.assignments)
            coming = next_assignment(training, reached)
            account = session.get_one(Account, viewer.account_id)
            return HomePage(
                place=Place.of(standing),
                first_name=first_name(account.display_name),
                trainers=trainer_names(session, cohort_id),
                progress=phase_progress(training, reached),
                lines=lines,
                next=next((line for line in lines if coming and line.assignment.key == coming.key), None),
                question=question_of(session, standing.enrolment_id or ""),
                aspects=bool(training.levels and training.aspects),
                panel=self._panel(session, standing, rows),
                news=self._extras.news(session, standing),
                meetings=soon(session, cohort_id, self._clock()),
                notices=self._extras.notices(session, standing, NOTICES),
            )

    def assignment(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> AssignmentPage:
        """Return one assignment with the viewer's work. Raises TakesNoPart or NotFound, as `home`."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            assignment = standing.assignment(assignment_key)
            own = standing.enrolment_id or ""
            rows = self._rows(session, standing)
            work = work_of(session, next((row for row in rows if row.assignment_key == assignment_key), None))
            marks: Sequence[ScoreMark] = ()
            natives: Sequence[NativeMark] = ()
            if work.submission_id is not None:
                marks = self._extras.scores(session, [work.submission_id]).get(work.submission_id, ())
                natives = self._extras.natives(session, [work.submission_id]).get(work.submission_id, ())
            return AssignmentPage(
                place=Place.of(standing),
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                next=next_assignment(standing.training, outcomes(rows)),
                work=work,
                growth=growth_of(session, [own]).get(own, ()),
                picture=_picture(session, standing, assignment),
                marks=marks,
                natives=natives,
                native_files=native_files_of(session, self._extras, work.versions),
                places=self._extras.native_places(session, standing.enrolment_id or "", assignment_key),
                panel=self._panel(session, standing, rows),
                shared=self._extras.shared(session, work.submission_id) if work.submission_id else None,
                uploads=self._uploads(session, standing, assignment),
                owner=owner_of(standing.enrolment_id, assignment_key),
            )

    def name(self, viewer: Viewer, cohort_id: str) -> NamePage:
        """Return the form for the certificate's name. Raises NotFound when the viewer is no participant."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            panel = self._panel(session, standing, self._rows(session, standing))
            account = session.get_one(Account, viewer.account_id)
            return NamePage(Place.of(standing), panel, panel.name or account.display_name or "")

    def _uploads(self, session: Session, standing: Standing, assignment: Assignment) -> Sequence[UploadSeen]:
        if assignment.hand_in.files_max == 0:
            return ()
        return unfinished_of(session, standing.enrolment_id or "", assignment.key, self._clock())

    @staticmethod
    def _rows(session: Session, standing: Standing) -> Sequence[FoundRow]:
        return own_work(session, standing.enrolment_id or "")

    def _panel(self, session: Session, standing: Standing, rows: Sequence[FoundRow]) -> CertificatePanel:
        training = standing.training
        accepted = {row.assignment_key for row in rows if row.state == OutcomeState.ACCEPTED}
        required = [assignment.key for assignment in training.required_assignments]
        person = _NAME.one(session.connection(), {"person_id": standing.person_id})
        name = person.certificate_name if person.certificate_name_at else None
        return CertificatePanel(
            accepted=len(accepted.intersection(required)),
            required=len(required),
            name=name,
            asked=name is None and last_phase_open(training, outcomes(rows)),
            approved=standing.cohort.approved_at is not None,
            card=self._extras.certificate(session, standing.enrolment_id or ""),
            by_approval=training.award.mode is AwardMode.APPROVAL,
            hours=hours_of(session, training, standing.enrolment_id or ""),
        )


# Made once: to build a statement costs more than to run it.
_NAME = Statement(select(Person.certificate_name, Person.certificate_name_at).where(Person.id == bindparam("person_id")))


def _picture(session: Session, standing: Standing, assignment: Assignment) -> Picture | None:
    training = standing.training
    if not (training.levels and training.aspects) or assignment.phase != training.phases[-1].key:
        return None
    return picture_of(session, training, standing.enrolment_id or "")


def _line(training: Training, assignment: Assignment, by_key: Mapping[str, FoundRow]) -> AssignmentLine:
    row = by_key.get(assignment.key)
    return AssignmentLine(
        assignment=assignment,
        phase=training.phase_of(assignment),
        state=OutcomeState(row.state) if row else OutcomeState.OPEN,
        changed_at=row.changed_at if row else None,
        draft_saved_at=row.draft_saved_at if row else None,
    )
