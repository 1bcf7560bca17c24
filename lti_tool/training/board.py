"""The trainer's lists of one cohort: its board, and the hand-ins of an assignment. What waits everywhere is in `queue`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lti_tool.clock import Clock
from lti_tool.database import AnyRow, Database
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing
from lti_tool.training.home import Place
from lti_tool.training.outcomes import (
    NO_CARD,
    CertificateCard,
    CourseList,
    Extras,
    NativeCourse,
    NativeMark,
    News,
    ScoreMark,
)
from lti_tool.training.people import School
from lti_tool.training.quiet import QUIET_DAYS, activity_of, may_be_nudged, work_at_a_glance
from lti_tool.training.roster import HANDED_IN, Participant, Waiting, listed, participants
from mappings.progress import OutcomeState
from mappings.training import Assignment, Phase


class Cell(NamedTuple):
    """What one assignment amounts to for one participant. A named tuple: a board has thousands of them."""

    assignment: Assignment
    state: OutcomeState
    submission_id: str | None
    """None while nothing was handed in: there is nothing to read."""
    marks: Sequence[ScoreMark]
    natives: Sequence[NativeMark] = ()
    """What activities of learning environments hold of it."""

    @property
    def stuck(self) -> ScoreMark | None:
        """The first result that has not arrived and waits for somebody."""
        return next((mark for mark in self.marks if mark.stuck), None)

    @property
    def usual_marks(self) -> tuple[tuple[str, str], ...] | None:
        """State and learning environment of each mark, when none needs more words; None when there is more to say."""
        if self.natives or any(mark.reason is not None or mark.stuck for mark in self.marks):
            return None
        return tuple((mark.state, mark.platform_name) for mark in self.marks if mark.state != "none")


@dataclass(frozen=True)
class Stuck:
    """A result that has not arrived, for which somebody has to do something."""

    assignment: Assignment | None
    """None: the training as a whole."""
    mark: ScoreMark


@dataclass(frozen=True)
class BoardRow:
    """One participant on the board."""

    participant: Participant
    cells: tuple[Cell, ...]
    card: CertificateCard
    whole: Sequence[ScoreMark]
    """What learning environments hold of the training as a whole, where one shows it with a column."""
    last_active: datetime
    quiet: bool
    """It has been their turn for as many days as the page asks."""
    nudged_at: datetime | None
    """When they were reminded last, as far as that is kept."""
    may_nudge: bool
    """They are quiet, and were not reminded lately."""
    stuck: Sequence[Stuck]
    """The results that have not arrived and wait for somebody."""

    @property
    def waits(self) -> bool:
        """Whether something waits for a trainer: work to look at, or a result that a learning environment does not hold."""
        return bool(self.stuck) or any(cell.state is OutcomeState.SUBMITTED for cell in self.cells)


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
    stuck: Sequence[tuple[Participant, Stuck]]
    """The results that have not arrived and wait for somebody."""
    only_waiting: bool
    quiet: int
    """How many participants have gone quiet."""
    quiet_days: int
    """After how many days without activity that is."""
    only_quiet: bool
    nudgeable: int
    """How many of them were not reminded lately."""
    lists: Sequence[CourseList]
    """Who is in the courses and has not begun."""
    mappable: Collection[str]
    """The courses, by id, whose native activities can stand for assignments."""
    native_courses: Sequence[NativeCourse]
    """The courses in which activities of the learning environment count."""
    news: News | None
    """What is new in what the cohort shares; None: it shares nothing."""

    @property
    def narrowed(self) -> bool:
        """Whether it shows some of the participants only."""
        return self.only_waiting or self.only_quiet

    @property
    def can_read_lists(self) -> bool:
        """Whether there is a list that can be read anew."""
        return any(one.readable for one in self.lists)


@dataclass(frozen=True)
class HandInsPage:
    """All work for one assignment, what waits first."""

    place: Place
    assignment: Assignment
    phase: Phase
    work: tuple[Waiting, ...]
    waiting: int


class BoardService:
    """Reads the trainer's lists, each in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: the time.
        access: who may.
        extras: the certificates, the scores, and who is in the courses.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def board(
        self,
        viewer: Viewer,
        cohort_id: str,
        *,
        only_waiting: bool = False,
        only_quiet: bool = False,
        quiet_days: int = QUIET_DAYS,
    ) -> BoardPage:
        """Return the board of a cohort, as much as the viewer sees of it.

        Args:
            only_waiting: leave who waits for a trainer.
            only_quiet: leave who has gone quiet.
            quiet_days: after how many days without activity that is.

        Raises:
            NotFound: the viewer trains nobody.
        """
        now = self._clock()
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            people = participants(session, standing)
            ids = [person.enrolment_id for person in people]
            found = work_at_a_glance(session, ids)
            work = _by_person(found)
            marks = self._extras.scores(session, [row.id for row in found]) if found else {}
            natives = self._extras.natives(session, [row.id for row in found]) if found else {}
            cards = self._extras.certificates(session, ids) if ids else {}
            wholes = self._extras.wholes(session, ids) if ids else {}
            nudged = self._extras.nudged(session, ids) if ids else {}

            def row(person: Participant) -> BoardRow:
                own = work.get(person.enrolment_id, {})
                cells = _cells(standing, own, marks, natives)
                card, whole = cards.get(person.enrolment_id, NO_CARD), wholes.get(person.enrolment_id, ())
                activity = activity_of(person.joined_at, own.values())
                quiet = not person.removed and activity.quiet(
                    standing.training, {one.assignment.key: one.state for one in cells}, now, quiet_days
                )
                last = nudged.get(person.enrolment_id)
                may_nudge = quiet and may_be_nudged(last, now)
                return BoardRow(person, cells, card, whole, activity.at, quiet, last, may_nudge, _stuck(cells, whole))

            rows = [row(person) for person in people]
            seen = None if standing.whole else standing.course_ids
            lists = self._extras.lists(session, cohort_id, seen)
            mappable = self._extras.mappable(session, cohort_id, seen)
            native_courses = self._extras.native_courses(session, cohort_id, seen)
            news = self._extras.news(session, standing)
        shown = [one for one in rows if (one.waits or not only_waiting) and (one.quiet or not only_quiet)]
        return BoardPage(
            place=Place.of(standing),
            groups=_grouped(shown),
            participants=len(rows),
            waiting=sum(cell.state is OutcomeState.SUBMITTED for one in rows for cell in one.cells),
            stuck=[(each.participant, one) for group in _grouped(rows) for each in group.rows for one in each.stuck],
            only_waiting=only_waiting,
            quiet=sum(one.quiet for one in rows),
            quiet_days=quiet_days,
            only_quiet=only_quiet,
            nudgeable=sum(one.may_nudge for one in rows),
            lists=lists,
            mappable=mappable,
            native_courses=native_courses,
            news=news,
        )

    def hand_ins(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> HandInsPage:
        """Return the work for one assignment. Raises NotFound when the viewer trains nobody."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            assignment = standing.assignment(assignment_key)
            found = listed(session, [standing], HANDED_IN, self._clock(), assignment_key=assignment_key)
        work = sorted(found, key=lambda item: item.state is not OutcomeState.SUBMITTED)
        return HandInsPage(
            place=Place.of(standing),
            assignment=assignment,
            phase=standing.training.phase_of(assignment),
            work=tuple(work),
            waiting=sum(item.state is OutcomeState.SUBMITTED for item in work),
        )


def _by_person(work: Iterable[AnyRow]) -> Mapping[str, Mapping[str, AnyRow]]:
    """Return work by enrolment and then by assignment."""
    found: dict[str, dict[str, AnyRow]] = {}
    for row in work:
        found.setdefault(row.enrolment_id, {})[row.assignment_key] = row
    return found


def _cells(
    standing: Standing,
    work: Mapping[str, AnyRow],
    marks: Mapping[str, Sequence[ScoreMark]],
    natives: Mapping[str, Sequence[NativeMark]],
) -> tuple[Cell, ...]:
    def cell(assignment: Assignment) -> Cell:
        row = work.get(assignment.key)
        if row is None:
            return Cell(assignment, OutcomeState.OPEN, None, ())
        state = OutcomeState(row.state)
        shown = row.id if state in HANDED_IN else None
        return Cell(assignment, state, shown, marks.get(row.id, ()), natives.get(row.id, ()))

    return tuple(cell(assignment) for assignment in standing.training.assignments)


def _stuck(cells: Iterable[Cell], whole: Sequence[ScoreMark]) -> Sequence[Stuck]:
    found = [Stuck(cell.assignment, mark) for cell in cells for mark in cell.marks if mark.stuck]
    return [*found, *(Stuck(None, mark) for mark in whole if mark.stuck)]


def _grouped(rows: Sequence[BoardRow]) -> tuple[BoardGroup, ...]:
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.participant.school.platform_id, []).append(row)
    found = [BoardGroup(members[0].participant.school, tuple(members)) for members in groups.values()]
    return tuple(sorted(found, key=lambda group: group.school.platform_name.casefold()))
