"""What the training's pages show of native activities: marks on work, how the courses stand, where one may hand in."""

from collections.abc import Collection, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, bindparam, case, distinct, func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Course
from lti_tool.database import AnyRow, among
from lti_tool.errors import Words
from lti_tool.jobs.leases import is_claimed
from lti_tool.moodle.advice import advice_for
from lti_tool.moodle.course_rows import is_due
from lti_tool.moodle.marks import Marks
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, NativeFile, NativeWork
from lti_tool.moodle.problems import NOT_CONNECTED
from lti_tool.moodle.rules import done_of, rule_of
from lti_tool.moodle.states import ActivityState, WorkState
from lti_tool.moodle.urls import activity_url, grading_url
from lti_tool.platforms.models import Platform
from lti_tool.statements import Statement
from lti_tool.training.models import Enrolment, EnrolmentCourse
from lti_tool.training.outcomes import (
    ActivityTrouble,
    NativeActivity,
    NativeCourse,
    NativeFileShown,
    NativeMark,
    NativeState,
)

_STATES: Mapping[str, NativeState] = {
    WorkState.IMPORTED: "imported",
    WorkState.REOPENED: "reopened",
    WorkState.DIFFERS: "differs",
    WorkState.OLDER: "older",
    WorkState.LEFT: "left",
}
_TROUBLES: Mapping[str, Words] = {
    ActivityState.HIDDEN: _l("Deze activiteit is in Moodle verborgen voor deelnemers. Wat zij er deden, telt gewoon mee."),
    ActivityState.GONE: _l("Deze activiteit is er niet meer in Moodle. Wat er eerder van is gelezen, blijft staan."),
    ActivityState.UNSEEN: _l(
        "Deze activiteit is voor ons niet (meer) te zien: zij is weggehaald, of ons account mag haar niet bekijken."
        " Wat er eerder van is gelezen, blijft staan."
    ),
}
_BLIND = _l("In Moodle wordt deze activiteit anoniem nagekeken. Hier staat de naam van de maker er wel bij.")


class NativeShowing:
    """Reads for pages; it takes part in their transaction and calls nothing outside.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def natives(self, session: Session, submission_ids: Sequence[str]) -> Mapping[str, Sequence[NativeMark]]:
        """Return what Moodle holds of these submissions, in one query."""
        rows = session.execute(
            select(NativeWork, ActivityMapping, Platform.name, _site_url())
            .join(ActivityMapping, ActivityMapping.id == NativeWork.mapping_id)
            .join(Course, Course.id == ActivityMapping.course_id)
            .join(Platform, Platform.id == Course.platform_id)
            .outerjoin(MoodleSite, MoodleSite.platform_id == Course.platform_id)
            .where(among(NativeWork.submission_id, submission_ids))
            .order_by(NativeWork.submission_id, ActivityMapping.title, ActivityMapping.id)
        )
        marks: dict[str, list[NativeMark]] = {}
        for work, mapping, platform_name, site_url in rows:
            state = _STATES.get(work.state)
            if work.submission_id is not None and state is not None:
                mark = NativeMark(
                    state=state,
                    counts=mapping.counts,
                    platform_name=platform_name,
                    activity=mapping.title,
                    url=grading_url(site_url, mapping.kind, mapping.cm_id, work.user_id),
                    at=work.submitted_at or rule_of(mapping).met_at(done_of(work)),
                )
                marks.setdefault(work.submission_id, []).append(mark)
        return marks

    def files(self, session: Session, version_ids: Sequence[str]) -> Mapping[str, Sequence[NativeFileShown]]:
        """Return the files of these versions that were handed in in Moodle, in one query."""
        query = select(NativeFile).where(NativeFile.version_id.in_(version_ids))
        files: dict[str, list[NativeFileShown]] = {}
        for row in session.scalars(query.order_by(NativeFile.version_id, NativeFile.position)):
            problem = advice_for(row.problem).what if row.problem is not None and row.path is None else None
            files.setdefault(row.version_id, []).append(NativeFileShown(row.id, row.name, row.size, problem))
        return files

    def courses(self, session: Session, cohort_id: str, course_ids: Collection[str] | None) -> Sequence[NativeCourse]:
        """Return how the courses of a cohort with native activities stand, in three queries.

        Args:
            course_ids: of these courses only; None for all.
        """
        query = (
            select(ActivityMapping)
            .where(ActivityMapping.cohort_id == cohort_id)
            .order_by(ActivityMapping.title, ActivityMapping.id)
        )
        if course_ids is not None:
            query = query.where(ActivityMapping.course_id.in_(course_ids))
        mappings: dict[str, list[ActivityMapping]] = {}
        for mapping in session.scalars(query):
            mappings.setdefault(mapping.course_id, []).append(mapping)
        if not mappings:
            return ()
        counts = _counts(session, [mapping.id for some in mappings.values() for mapping in some])
        rows = session.execute(
            select(MoodleCourse, Course.title, Platform.name, MoodleSite.problem, MoodleSite.platform_id)
            .join(Course, Course.id == MoodleCourse.course_id)
            .join(Platform, Platform.id == Course.platform_id)
            .outerjoin(MoodleSite, MoodleSite.platform_id == Course.platform_id)
            .where(MoodleCourse.course_id.in_(mappings))
            .order_by(Platform.name, Course.title, MoodleCourse.course_id)
        )
        return [self._course(row, mappings[row[0].course_id], counts) for row in rows]

    def places(self, session: Session, enrolment_id: str, assignment_key: str) -> Sequence[NativeActivity]:
        """Return the activities in which a participant can hand in an assignment too, in one query."""
        session.flush()
        key = {"enrolment_id": enrolment_id, "assignment_key": assignment_key}
        rows = _PLACES.rows(session.connection(), key)
        return [NativeActivity(row.title, activity_url(row.url, row.kind, row.cm_id)) for row in rows]

    def _course(self, found: AnyRow, mappings: Sequence[ActivityMapping], counts: Mapping[str, AnyRow]) -> NativeCourse:
        row, title, school, site_problem, connected = found
        now = self._clock()
        code = row.problem or site_problem if connected is not None else NOT_CONNECTED
        advice = advice_for(code) if code is not None else None
        blind = Marks.of(row.marks).blind
        of_course = counts.get(row.course_id)
        return NativeCourse(
            course_id=row.course_id,
            school=school,
            course_title=title,
            activities=len(mappings),
            unknown=of_course.unknown if of_course is not None else 0,
            no_place=of_course.no_place if of_course is not None else 0,
            left=of_course.gone if of_course is not None else 0,
            troubles=[trouble for mapping in mappings for trouble in _troubles(mapping, is_blind=mapping.cm_id in blind)],
            read_at=row.synced_at,
            reading=connected is not None and (is_claimed(row, now) or is_due(row, now)),
            next_at=row.next_sync_at,
            code=code,
            reason=advice.what if advice is not None else None,
            who=advice.who if advice is not None else None,
            steps=advice.steps if advice is not None else (),
        )


def _site_url() -> ColumnElement[str]:
    """The address of a platform's Moodle: its issuer, also once it is not connected any more."""
    return func.coalesce(MoodleSite.url, Platform.issuer)


# Made once, because every page of an assignment asks: to build a statement costs more than to run it.
_PLACES = Statement(
    select(
        ActivityMapping.title.label("title"),
        ActivityMapping.kind.label("kind"),
        ActivityMapping.cm_id.label("cm_id"),
        MoodleSite.url.label("url"),
    )
    .join(EnrolmentCourse, EnrolmentCourse.course_id == ActivityMapping.course_id)
    .join(Enrolment, Enrolment.id == EnrolmentCourse.enrolment_id)
    .join(Course, Course.id == ActivityMapping.course_id)
    .join(MoodleSite, MoodleSite.platform_id == Course.platform_id)
    .where(
        EnrolmentCourse.enrolment_id == bindparam("enrolment_id"),
        ActivityMapping.assignment_key == bindparam("assignment_key"),
        ActivityMapping.cohort_id == Enrolment.cohort_id,
        ActivityMapping.state == ActivityState.OK.value,
    )
    .order_by(ActivityMapping.title, ActivityMapping.id)
)


def _troubles(mapping: ActivityMapping, *, is_blind: bool) -> Sequence[ActivityTrouble]:
    state = ActivityState(mapping.state)
    found = []
    if state is not ActivityState.OK:
        found.append(ActivityTrouble(mapping.title, _TROUBLES[state], bad=state is not ActivityState.HIDDEN))
    if is_blind:
        found.append(ActivityTrouble(mapping.title, _BLIND, bad=False))
    return found


def _counts(session: Session, mapping_ids: Sequence[str]) -> Mapping[str, AnyRow]:
    """Return how many people are in which state, by course."""

    def people(state: WorkState) -> ColumnElement[int]:
        return func.count(distinct(case((NativeWork.state == state.value, NativeWork.user_id))))

    query = (
        select(
            ActivityMapping.course_id,
            people(WorkState.UNKNOWN).label("unknown"),
            people(WorkState.NO_PLACE).label("no_place"),
            people(WorkState.LEFT).label("gone"),
        )
        .join(NativeWork, NativeWork.mapping_id == ActivityMapping.id)
        .where(ActivityMapping.id.in_(mapping_ids))
        .group_by(ActivityMapping.course_id)
    )
    return {row.course_id: row for row in session.execute(query)}
