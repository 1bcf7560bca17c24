"""Saying which native activities of a course stand for which assignments of a cohort.

Moodle is read once, outside any transaction, before anything is shown or kept. A mapping that stays with its activity keeps
its row, and with it what was read of it; one that moves to another activity is a new one. What was imported stays as work.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import AddressRefused
from lti_tool.jobs.queue import Jobs
from lti_tool.moodle.contents import CourseContents, read_contents
from lti_tool.moodle.course_rows import enqueue_sync
from lti_tool.moodle.desks import Desk
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, NativeWork
from lti_tool.moodle.problems import ADDRESS, NOT_CONNECTED, code_of
from lti_tool.moodle.sites import IN_A_HURRY, MoodleSites
from lti_tool.moodle.states import ActivityState
from lti_tool.moodle.wishes import Mistake, Wish, WishesRefused, mistakes_in, taken
from mappings.activities import HAND_IN_KIND, Counts, NativeActivity
from mappings.suggesting import Suggestion, suggest
from moodle_client import MoodleError

LONGEST_TITLE = 500
LOOKS_A_MINUTE = 20
"""Of one course, asked on pages: each makes up to three requests."""
AT_ONCE = 3
"""In one process: a Moodle that does not answer holds a thread for a quarter of a minute."""
WAIT_SECONDS = 15

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mapped:
    """A mapping as it is kept."""

    id: str
    wish: Wish
    activity: NativeActivity
    """As far as it is known without asking Moodle."""
    state: ActivityState
    confirmed_at: datetime
    imported: int
    """Of how many people work of it is here."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a course for a cohort."""

    mapped: Mapping[str, Mapped]
    """By the key of the assignment, in the order of the training."""
    synced_at: datetime | None
    """When the course was read last, with success."""
    problem: str | None
    """Code of what went wrong the last time (`moodle.problems`)."""


@dataclass(frozen=True)
class Looked:
    """What Moodle said of the course just now."""

    contents: CourseContents | None
    """None: it did not answer as it should."""
    problem: str | None = None
    """Code of why (`moodle.problems`)."""
    technical: str = ""

    def choices(self, kept: Kept) -> Mapping[int, NativeActivity]:
        """Return the activities that can count, by cm id; when Moodle did not answer, those that count already."""
        if self.contents is not None:
            return self.contents.choices
        return {one.activity.cm_id: one.activity for one in kept.mapped.values()}


@dataclass(frozen=True)
class Saved:
    """What a change amounted to."""

    changed: int
    """How many mappings are new or other than they were."""
    removed: int


class MappingService:
    """Keeps mappings.

    Args:
        database: its own short transactions.
        clock: the time.
        sites: opens clients of the connected Moodles.
        jobs: the durable engine, so that what counts from now on is read at once.
    """

    def __init__(self, database: Database, clock: Clock, sites: MoodleSites, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._sites = sites
        self._allowance = Allowance(LOOKS_A_MINUTE, clock)
        self._seats = BoundedSemaphore(AT_ONCE)

    def look_for_page(self, desk: Desk) -> Looked | int:
        """Ask as somebody on a page does; return the seconds to wait when that was done too often."""
        wait = self._allowance.take(desk.course_id)
        if wait:
            return wait
        if not self._seats.acquire(blocking=False):
            return WAIT_SECONDS
        try:
            return self.look(desk)
        finally:
            self._seats.release()

    def look(self, desk: Desk) -> Looked:
        """Ask Moodle what is in the course; what goes wrong is part of the answer."""
        try:
            site = self._sites.get(desk.platform.id)
            with self._sites.client(desk.platform.id, manners=IN_A_HURRY) as client:
                return Looked(read_contents(client, desk.moodle_id, site.user_id))
        except NotConnected as error:
            return Looked(None, NOT_CONNECTED, error.detail)
        except MoodleError as error:
            return Looked(None, code_of(error), str(error))
        except AddressRefused as error:
            return Looked(None, ADDRESS, error.detail)

    def kept(self, desk: Desk) -> Kept:
        """Return what is kept."""
        with self._database.reading() as session:
            rows = {row.assignment_key: row for row in session.scalars(_rows(desk))}
            imported = _imported(session, [row.id for row in rows.values()])
            course = session.get(MoodleCourse, desk.course_id)
            order = [one.key for one in desk.training.assignments]
            keys = [*(key for key in order if key in rows), *(key for key in rows if key not in order)]
            return Kept(
                mapped={key: _mapped(rows[key], imported.get(rows[key].id, 0)) for key in keys},
                synced_at=course.synced_at if course else None,
                problem=course.problem if course else None,
            )

    def suggestions(self, desk: Desk, kept: Kept, looked: Looked) -> Sequence[Suggestion]:
        """Return suggestions for the assignments that have no activity yet, of activities that stand for none."""
        taken = {one.activity.cm_id for one in kept.mapped.values()}
        free = [one for cm_id, one in looked.choices(kept).items() if cm_id not in taken]
        return suggest(desk.training, free, leave_out=kept.mapped)

    def save(self, desk: Desk, looked: Looked, wishes: Sequence[Wish], remove: Collection[str] = ()) -> Saved:
        """Keep wishes and take mappings away, all or nothing; mappings of other assignments stay as they are.

        Args:
            looked: what Moodle said of the course. When it did not answer, only what is mapped already can be changed.
            wishes: at most one an assignment.
            remove: keys of assignments that no activity stands for any more. What was imported of them stays as work.

        Raises:
            WishesRefused: with everything that is wrong; nothing was stored.
        """
        known = self.kept(desk)
        choices = looked.choices(known)
        present = {key: one.wish for key, one in known.mapped.items()}
        # what stays as it is may stay, also when its activity is gone by now
        new = [wish for wish in wishes if present.get(wish.assignment_key) != wish]
        changing = {wish.assignment_key for wish in new}
        staying = [wish for key, wish in present.items() if key not in changing and key not in remove]
        mistakes = [*mistakes_in(desk.training, choices, new), *_clashes(new, staying)]
        if mistakes:
            raise WishesRefused(mistakes)
        with self._database.session() as session:
            saved = self._keep(session, desk, choices, new, remove)
        if saved.changed or saved.removed:
            log.info("moodle.mapped", course=desk.course_id, changed=saved.changed, removed=saved.removed)
        return saved

    def _keep(
        self,
        session: Session,
        desk: Desk,
        choices: Mapping[int, NativeActivity],
        wishes: Sequence[Wish],
        remove: Collection[str],
    ) -> Saved:
        if wishes:
            insert_unless_there(session, MoodleCourse, {"course_id": desk.course_id, "moodle_id": desk.moodle_id})
        course = session.get(MoodleCourse, desk.course_id, with_for_update=True)
        if course is None:
            return Saved(0, 0)
        rows = {row.assignment_key: row for row in session.scalars(_rows(desk))}
        wanted = {wish.assignment_key: wish for wish in wishes}
        gone = [row for key, row in rows.items() if key in remove and key not in wanted]
        moved = [rows[key] for key, wish in wanted.items() if key in rows and rows[key].cm_id != wish.cm_id]
        for row in (*gone, *moved):
            session.delete(row)
            del rows[row.assignment_key]
        # what was taken away makes room for what may take its place
        session.flush()
        changed = sum(self._write(session, desk, rows.get(key), wish, choices) for key, wish in wanted.items())
        if changed or gone:
            # all of it, and what a reading that runs now found was found by other rules: it is dropped
            course.marks = {}
            enqueue_sync(session, self._jobs, course, self._clock())
        return Saved(changed, len(gone))

    def _write(
        self,
        session: Session,
        desk: Desk,
        row: ActivityMapping | None,
        wish: Wish,
        choices: Mapping[int, NativeActivity],
    ) -> bool:
        """Write one mapping; return whether it is other than it was."""
        activity = choices[wish.cm_id]
        values = {
            "kind": activity.kind,
            "instance_id": activity.instance_id,
            "title": activity.title[:LONGEST_TITLE],
            "counts": wish.counts.value,
            "from_grade": wish.from_grade,
            "maximum": activity.maximum,
            "needs_trainer": wish.needs_trainer,
            "writes_completion": wish.writes_completion,
            "writes_grade": wish.writes_grade,
        }
        if row is None:
            row = ActivityMapping(
                course_id=desk.course_id, cohort_id=desk.cohort_id, assignment_key=wish.assignment_key, cm_id=wish.cm_id
            )
            session.add(row)
        elif all(getattr(row, name) == value for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(row, name, value)
        row.state = (ActivityState.HIDDEN if activity.hidden else ActivityState.OK).value
        row.confirmed_by_id, row.confirmed_at = desk.person_id, self._clock()
        return True


def _rows(desk: Desk) -> Select[ActivityMapping]:
    return select(ActivityMapping).where(
        ActivityMapping.course_id == desk.course_id, ActivityMapping.cohort_id == desk.cohort_id
    )


def _imported(session: Session, mapping_ids: Sequence[str]) -> Mapping[str, int]:
    query = (
        select(NativeWork.mapping_id, func.count())
        .where(NativeWork.mapping_id.in_(mapping_ids), NativeWork.version_id.is_not(None))
        .group_by(NativeWork.mapping_id)
    )
    return dict(session.execute(query).all())


def _mapped(row: ActivityMapping, imported: int) -> Mapped:
    counts = Counts(row.counts)
    activity = NativeActivity(
        cm_id=row.cm_id,
        instance_id=row.instance_id,
        kind=row.kind,
        title=row.title,
        hidden=row.state == ActivityState.HIDDEN,
        takes_work=row.kind == HAND_IN_KIND and counts is Counts.SUBMITTED,
        graded=counts is Counts.GRADED,
        maximum=row.maximum,
        tracked=counts is Counts.COMPLETED or row.writes_completion,
    )
    wish = Wish(
        row.assignment_key,
        row.cm_id,
        counts,
        row.from_grade,
        needs_trainer=row.needs_trainer,
        writes_completion=row.writes_completion,
        writes_grade=row.writes_grade,
    )
    return Mapped(row.id, wish, activity, ActivityState(row.state), row.confirmed_at, imported)


def _clashes(wishes: Sequence[Wish], others: Sequence[Wish]) -> Sequence[Mistake]:
    """Return what is wrong with wishes beside the mappings that stay."""
    by_activity = {one.cm_id: one.assignment_key for one in others}
    return [taken(wish, by_activity[wish.cm_id]) for wish in wishes if wish.cm_id in by_activity]
