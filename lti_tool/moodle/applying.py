"""Applying what was read: each activity's news, some people at a time, in short transactions.

Each transaction holds the course's row and sees whether its job is still the newest: a worker that comes back late writes
nothing older over something newer. Nothing is written that is there already, so that doing it twice, or again after dying
half-way, ends in the same rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.leaving import Forgotten
from lti_tool.database import Database
from lti_tool.jobs.steady import Steady
from lti_tool.moodle.bringing import Bringing
from lti_tool.moodle.facts import NOT_HANDED_IN, Claim, MappingNews, News
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, NativeWork
from lti_tool.moodle.places import hold, places_of
from lti_tool.moodle.rules import done_of, rule_of
from lti_tool.moodle.states import WorkState
from lti_tool.training.importing import ImportService

T = TypeVar("T")

AT_ONCE = 50
"""People a transaction."""


class Overtaken(Exception):
    """A newer job has the course: this one writes nothing any more."""


@dataclass(frozen=True)
class _Merged:
    """What news changed of a row."""

    submitted: bool
    counted: bool
    """Something that the rule looks at besides what was handed in: the grade, or the completion."""


class NativeApplier:
    """Writes down what was read, and lets it become versions.

    Args:
        database: its own short transactions.
        importer: makes versions of it.
        clock: the time.
        forgotten: who was erased, and is not written down again because a Moodle still tells of the account.
    """

    def __init__(
        self, database: Database, importer: ImportService, clock: Clock, forgotten: Forgotten | None = None
    ) -> None:
        self._database = database
        self._steady = Steady(database)
        self._importer = importer
        self._clock = clock
        self._forgotten = forgotten

    def apply(self, claim: Claim, read: MappingNews, left: Callable[[int], bool]) -> None:
        """Apply the news of one activity.

        Args:
            left: whether a user left the course.

        Raises:
            Overtaken: a newer job has the course.
        """
        for some in _some(self._complete(read)):

            def work(session: Session, some: Sequence[News] = some) -> None:
                hold(session, claim.platform_id, [one.user_id for one in some])
                see_to_it(session, claim)
                mapping = session.get(ActivityMapping, read.mapping.id)
                if mapping is not None:
                    self._apply(session, claim, mapping, some, left)

            self._steady.run(work)

    def note_who_left(self, claim: Claim, left: Callable[[int], bool]) -> None:
        """Say of the work of who left the course that they did, and of who came back what it is.

        Raises:
            Overtaken: a newer job has the course.
        """
        query = (
            select(NativeWork.mapping_id, NativeWork.user_id, NativeWork.state)
            .join(ActivityMapping, ActivityMapping.id == NativeWork.mapping_id)
            .where(ActivityMapping.course_id == claim.course_id)
            .order_by(NativeWork.mapping_id, NativeWork.user_id)
        )
        with self._database.reading() as session:
            wrong = [
                (mapping_id, user_id)
                for mapping_id, user_id, state in session.execute(query)
                if left(user_id) != (state == WorkState.LEFT)
            ]
        for some in _some(wrong):

            def work(session: Session, some: Sequence[tuple[str, int]] = some) -> None:
                see_to_it(session, claim)
                for key in some:
                    row = session.get(NativeWork, key)
                    if row is not None:
                        self._note_left(session, claim, row, gone=left(row.user_id))

            self._steady.run(work)

    def _complete(self, read: MappingNews) -> Sequence[News]:
        """Add to what was read whole those who had done something and of whom nothing came."""
        if not read.whole:
            return read.news
        query = select(NativeWork.user_id).where(NativeWork.mapping_id == read.mapping.id).order_by(NativeWork.user_id)
        told = {one.user_id for one in read.news}
        with self._database.reading() as session:
            silent = [user for user in session.scalars(query) if user not in told]
        return [*read.news, *(News(user, handed=NOT_HANDED_IN) for user in silent)]

    def _apply(
        self,
        session: Session,
        claim: Claim,
        mapping: ActivityMapping,
        some: Sequence[News],
        left: Callable[[int], bool],
    ) -> None:
        if self._forgotten is not None:
            erased = self._forgotten.among(session, claim.platform_id, [str(one.user_id) for one in some])
            some = [one for one in some if str(one.user_id) not in erased]
        users = [one.user_id for one in some]
        rows = self._rows(session, mapping.id, users)
        places = places_of(session, claim.platform_id, claim.course_id, mapping.cohort_id, users)
        bringing = Bringing(session, self._importer, claim, mapping, rows.values(), self._clock())

        def person(news: News) -> str:
            return places[news.user_id].person_id if news.user_id in places else ""

        # always in one order, so that no two that touch the same people's work wait in a ring
        for news in sorted(some, key=person):
            row = rows.get(news.user_id)
            known = row is not None
            row = row or _begun(mapping, news.user_id, self._clock())
            before = _facts(row)
            merged = _merge(row, news)
            if not known and not _is_something(row, news):
                continue
            if not known:
                session.add(row)
            place, gone = places.get(news.user_id), left(news.user_id)
            if not rule_of(mapping).met(done_of(row)):
                state = bringing.unmet(row)
            elif place is None or place.enrolment_id is None:
                state = WorkState.UNKNOWN if place is None else WorkState.NO_PLACE
                state = WorkState(row.state) if row.version_id is not None else state
            else:
                state = bringing.met(row, place, news.handed, submitted=merged.submitted, counted=merged.counted, gone=gone)
            gone = gone and state is not WorkState.WAITING
            row.state = (WorkState.LEFT if gone else state).value
            if _facts(row) != before:
                row.read_at = self._clock()

    def _note_left(self, session: Session, claim: Claim, row: NativeWork, *, gone: bool) -> None:
        if gone:
            state = row.state if row.state == WorkState.WAITING else WorkState.LEFT.value
        else:
            mapping = session.get_one(ActivityMapping, row.mapping_id)
            places = places_of(session, claim.platform_id, claim.course_id, mapping.cohort_id, [row.user_id])
            bringing = Bringing(session, self._importer, claim, mapping, [row], self._clock())
            state = bringing.came_back(row, places.get(row.user_id)).value
        if state != row.state:
            row.state, row.read_at = state, self._clock()

    @staticmethod
    def _rows(session: Session, mapping_id: str, users: Sequence[int]) -> dict[int, NativeWork]:
        query = select(NativeWork).where(NativeWork.mapping_id == mapping_id, NativeWork.user_id.in_(users))
        return {row.user_id: row for row in session.scalars(query)}


def see_to_it(session: Session, claim: Claim) -> MoodleCourse:
    """Hold the course's row until the transaction ends.

    Raises:
        Overtaken: a newer job has it, or it is no course with native activities any more.
    """
    row = session.get(MoodleCourse, claim.course_id, with_for_update=True)
    if row is None or row.job != claim.number:
        raise Overtaken
    return row


def _begun(mapping: ActivityMapping, user_id: int, now: datetime) -> NativeWork:
    return NativeWork(mapping_id=mapping.id, user_id=user_id, state=WorkState.BEGUN.value, read_at=now)


def _merge(row: NativeWork, news: News) -> _Merged:
    """Put what was read in a row."""
    handed, graded, completed = news.handed, news.graded, news.completed
    submitted = handed is not None and (row.attempt, row.submitted_at) != (handed.attempt, handed.submitted_at)
    grade, completion = row.grade, (row.complete, row.completed_at)
    if handed is not None:
        if row.attempt is not None and handed.attempt > row.attempt:
            # a new attempt has no grade until it gets its own
            row.grade = row.graded_at = row.grader_id = None
        row.attempt, row.submitted_at = handed.attempt, handed.submitted_at
    if graded is not None and (row.attempt is None or graded.attempt >= row.attempt):
        row.grade, row.graded_at, row.grader_id = graded.grade, graded.graded_at, graded.grader_id
    if completed is not None:
        row.complete, row.completed_at = completed.complete, completed.completed_at
    return _Merged(submitted, row.grade != grade or (row.complete, row.completed_at) != completion)


def _is_something(row: NativeWork, news: News) -> bool:
    begun = news.handed is not None and (news.handed.content.text or news.handed.content.files)
    return bool(row.submitted_at is not None or row.grade is not None or row.complete or begun)


def _facts(row: NativeWork) -> Mapping[str, object]:
    return {column.key: getattr(row, column.key) for column in NativeWork.__table__.columns if column.key != "read_at"}


def _some(many: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(many), AT_ONCE):
        yield many[start : start + AT_ONCE]
