"""The trainer's pages: who waits, the board of a cohort, the hand-ins of an assignment, one piece of work to review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment, Submission, SubmissionVersion
from lti_tool.training.outcomes import NO_CARD, CertificateCard, Extras, ScoreMark
from lti_tool.training.people import NO_SCHOOL, School, names_of, participant_name, schools_of
from lti_tool.training.showing import VersionShown, question_of, submissions_of, versions_of
from mappings.progress import OutcomeState
from mappings.training import Assignment, Phase

_HANDED_IN = (OutcomeState.SUBMITTED, OutcomeState.RETURNED, OutcomeState.ACCEPTED)


@dataclass(frozen=True)
class Participant:
    """A participant as a trainer sees one."""

    enrolment_id: str
    person_id: str
    name: Words
    school: School


@dataclass(frozen=True)
class Cell:
    """What one assignment amounts to for one participant."""

    assignment: Assignment
    state: OutcomeState
    submission_id: str | None
    """None while nothing was handed in: there is nothing to read."""
    marks: Sequence[ScoreMark]


@dataclass(frozen=True)
class BoardRow:
    """One participant on the board."""

    participant: Participant
    cells: tuple[Cell, ...]
    card: CertificateCard

    @property
    def waits(self) -> bool:
        """Whether something waits for a trainer."""
        return any(cell.state is OutcomeState.SUBMITTED for cell in self.cells)


@dataclass(frozen=True)
class BoardGroup:
    """The participants of one school."""

    school: School
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class BoardPage:
    """All participants and assignments that a trainer sees."""

    place: Place
    groups: tuple[BoardGroup, ...]
    participants: int
    waiting: int
    """How many pieces of work wait for a trainer."""
    only_waiting: bool


@dataclass(frozen=True)
class Waiting:
    """A piece of work in a list for the trainer."""

    submission_id: str
    participant: Participant
    assignment: Assignment
    phase: Phase
    state: OutcomeState
    version: int
    since: datetime
    days: int
    """How many whole days it has been like this."""


@dataclass(frozen=True)
class QueuePage:
    """What waits for the trainer, the oldest first."""

    place: Place
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True)
class HandInsPage:
    """All work for one assignment, what waits first."""

    place: Place
    assignment: Assignment
    phase: Phase
    work: tuple[Waiting, ...]
    waiting: int


@dataclass(frozen=True)
class ReviewPage:
    """One piece of work to review."""

    place: Place
    submission_id: str
    participant: Participant
    assignment: Assignment
    phase: Phase
    state: OutcomeState
    versions: tuple[VersionShown, ...]
    """The newest first."""
    question: str | None
    marks: Sequence[ScoreMark]
    queue: tuple[Waiting, ...]

    @property
    def following(self) -> Waiting | None:
        """What comes after this one in the queue, or at its start."""
        ids = [waiting.submission_id for waiting in self.queue]
        after = self.queue[ids.index(self.submission_id) + 1 :] if self.submission_id in ids else self.queue
        return next((waiting for waiting in (*after, *self.queue) if waiting.submission_id != self.submission_id), None)


@dataclass(frozen=True)
class VersionPage:
    """One version, for its maker or a trainer."""

    place: Place
    submission_id: str
    assignment: Assignment
    phase: Phase
    version: VersionShown
    own: bool
    """The viewer made it."""
    name: Words
    """Of the participant."""


class BoardService:
    """Reads the trainer's pages, each in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: the time.
        access: who may.
        extras: the certificates and the scores.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def board(self, viewer: Viewer, cohort_id: str, *, only_waiting: bool = False) -> BoardPage:
        """Return the board of a cohort, as much as the viewer sees of it. Raises NotFound when the viewer trains nobody."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            people = self._participants(session, standing)
            ids = [person.enrolment_id for person in people]
            work = submissions_of(session, ids)
            marks = self._extras.scores(session, [row.id for row in work.values()]) if work else {}
            cards = self._extras.certificates(session, ids) if ids else {}
            rows = [self._row(standing, person, work, marks, cards) for person in people]
        shown = [row for row in rows if row.waits] if only_waiting else rows
        return BoardPage(
            place=Place.of(standing),
            groups=_grouped(shown),
            participants=len(rows),
            waiting=sum(cell.state is OutcomeState.SUBMITTED for row in rows for cell in row.cells),
            only_waiting=only_waiting,
        )

    def queue(self, viewer: Viewer, cohort_id: str) -> QueuePage:
        """Return what waits for the viewer. Raises NotFound when the viewer trains nobody."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            return QueuePage(Place.of(standing), self._waiting(session, standing))

    def hand_ins(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> HandInsPage:
        """Return the work for one assignment. Raises NotFound when the viewer trains nobody."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            assignment = standing.assignment(assignment_key)
            found = self._listed(session, standing, _HANDED_IN, assignment_key)
        work = sorted(found, key=lambda item: item.state is not OutcomeState.SUBMITTED)
        return HandInsPage(
            place=Place.of(standing),
            assignment=assignment,
            phase=standing.training.phase_of(assignment),
            work=tuple(work),
            waiting=sum(item.state is OutcomeState.SUBMITTED for item in work),
        )

    def review(self, viewer: Viewer, submission_id: str) -> ReviewPage:
        """Return one piece of work to review. Raises NotFound when the viewer may not."""
        with self._database.session() as session:
            submission, standing = self._access.to_review(session, viewer, submission_id)
            person = self._participants(session, standing, submission.enrolment_id)[0]
            assignment = standing.assignment(submission.assignment_key)
            return ReviewPage(
                place=Place.of(standing),
                submission_id=submission.id,
                participant=person,
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                state=OutcomeState(submission.state),
                versions=versions_of(session, submission.id),
                question=question_of(session, submission.enrolment_id),
                marks=self._extras.scores(session, [submission.id]).get(submission.id, ()),
                queue=self._waiting(session, standing),
            )

    def version(self, viewer: Viewer, version_id: str) -> VersionPage:
        """Return one version. Raises NotFound when it is neither the viewer's nor of anybody whom the viewer trains."""
        with self._database.session() as session:
            row, standing = self._access.version(session, viewer, version_id)
            enrolment = row.submission.enrolment
            assignment = standing.assignment(row.submission.assignment_key)
            names = names_of(session, [enrolment.person_id])
            versions = versions_of(session, row.submission_id)
            return VersionPage(
                place=Place.of(standing),
                submission_id=row.submission_id,
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                version=next(version for version in versions if version.id == version_id),
                own=enrolment.person_id == viewer.person_id,
                name=participant_name(names.get(enrolment.person_id), enrolment.id),
            )

    def _participants(self, session: Session, standing: Standing, enrolment_id: str | None = None) -> list[Participant]:
        query = select(Enrolment.id, Enrolment.person_id).where(standing.reviewable())
        if enrolment_id is not None:
            query = query.where(Enrolment.id == enrolment_id)
        rows = session.execute(query.order_by(Enrolment.created_at, Enrolment.id)).all()
        names = names_of(session, [person_id for _id, person_id in rows])
        courses = None if standing.whole else standing.course_ids
        schools = schools_of(session, [enrolment for enrolment, _person in rows], courses)
        found = [
            Participant(enrolment, person, participant_name(names.get(person), enrolment), schools.get(enrolment, NO_SCHOOL))
            for enrolment, person in rows
        ]
        return sorted(found, key=lambda one: (str(one.name).casefold(), one.enrolment_id))

    def _waiting(self, session: Session, standing: Standing) -> tuple[Waiting, ...]:
        return self._listed(session, standing, (OutcomeState.SUBMITTED,))

    def _listed(
        self,
        session: Session,
        standing: Standing,
        states: Sequence[OutcomeState],
        assignment_key: str | None = None,
    ) -> tuple[Waiting, ...]:
        number = (
            select(func.max(SubmissionVersion.number))
            .where(SubmissionVersion.submission_id == Submission.id)
            .scalar_subquery()
        )
        query = (
            select(Submission, number)
            .join(Enrolment, Enrolment.id == Submission.enrolment_id)
            .where(standing.reviewable(), Submission.state.in_(states), number.is_not(None))
            .order_by(Submission.changed_at, Submission.id)
        )
        if assignment_key is not None:
            query = query.where(Submission.assignment_key == assignment_key)
        rows = session.execute(query).all()
        people = {person.enrolment_id: person for person in self._participants(session, standing)} if rows else {}
        now = self._clock()
        return tuple(
            Waiting(
                submission_id=row.id,
                participant=people[row.enrolment_id],
                assignment=standing.training.assignment(row.assignment_key),
                phase=standing.training.phase_of(row.assignment_key),
                state=OutcomeState(row.state),
                version=version,
                since=row.changed_at,
                days=(now - row.changed_at).days,
            )
            for row, version in rows
            if standing.training.has_assignment(row.assignment_key)
        )

    @staticmethod
    def _row(
        standing: Standing,
        person: Participant,
        work: Mapping[tuple[str, str], Submission],
        marks: Mapping[str, Sequence[ScoreMark]],
        cards: Mapping[str, CertificateCard],
    ) -> BoardRow:
        def cell(assignment: Assignment) -> Cell:
            row = work.get((person.enrolment_id, assignment.key))
            if row is None:
                return Cell(assignment, OutcomeState.OPEN, None, ())
            state = OutcomeState(row.state)
            return Cell(assignment, state, row.id if state in _HANDED_IN else None, marks.get(row.id, ()))

        cells = tuple(cell(assignment) for assignment in standing.training.assignments)
        return BoardRow(person, cells, cards.get(person.enrolment_id, NO_CARD))


def _grouped(rows: Sequence[BoardRow]) -> tuple[BoardGroup, ...]:
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.participant.school.platform_id, []).append(row)
    found = [BoardGroup(members[0].participant.school, tuple(members)) for members in groups.values()]
    return tuple(sorted(found, key=lambda group: group.school.platform_name.casefold()))
