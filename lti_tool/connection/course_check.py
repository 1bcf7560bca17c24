"""The self-test of a course: traffic lights for its trainer, of the course and of each link in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.connection import judging_course, judging_placements, judging_use
from lti_tool.connection.course_facts import CourseFacts, CourseReader
from lti_tool.connection.course_probing import NO_COLUMN, CourseProber
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.completion import CompletionRule
from lti_tool.training.home import Place
from lti_tool.web.lights import Finding, Light, worst

CHECKS_A_MINUTE = 4
"""Of one course: each calls its platform two times a link."""
AT_ONCE = 2
"""In one process: a platform that does not answer holds a thread for half a minute."""
WAIT_SECONDS = 30


@dataclass(frozen=True)
class PlacementReport:
    """What was found about one link."""

    name: Words
    findings: Sequence[Finding]

    @property
    def light(self) -> Light:
        """The most urgent of all."""
        return worst(self.findings)

    @property
    def open(self) -> Sequence[Finding]:
        """The findings that want something of somebody."""
        return [one for one in self.findings if one.light in (Light.WRONG, Light.ATTENTION)]


@dataclass(frozen=True)
class CourseReport:
    """What the self-test of a course found."""

    course: CourseFacts
    at: datetime
    findings: Sequence[Finding]
    """About the course as a whole."""
    placements: Sequence[PlacementReport]

    @property
    def light(self) -> Light:
        """The most urgent of all."""
        return worst([*self.findings, *(one for place in self.placements for one in place.findings)])

    @property
    def look_yourself(self) -> bool:
        """Whether only somebody there can see if accepted work is ticked off, and there are steps for that."""
        return any(one.key == "completion" and one.light is Light.NOT_TRIED and one.steps for one in self.findings)

    def row(self) -> Mapping[str, object]:
        """Return it for a script, in the present language."""
        return {
            "cohort": self.course.cohort_id,
            "course": self.course.id,
            "title": self.course.title,
            "platform": self.course.platform.id,
            "platform_name": self.course.platform.name,
            "light": self.light.value,
            "findings": [finding.row() for finding in self.findings],
            "placements": [
                {
                    "name": str(place.name),
                    "light": place.light.value,
                    "findings": [finding.row() for finding in place.findings],
                }
                for place in self.placements
            ],
        }


class CourseCheck:
    """Tests courses.

    Args:
        database: for short looks.
        clock: the time.
        access: who trains whom.
        reader: knows the courses.
        prober: asks their platforms.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, reader: CourseReader, prober: CourseProber) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._reader = reader
        self._prober = prober
        self._allowance = Allowance(CHECKS_A_MINUTE, clock)
        self._seats = BoundedSemaphore(AT_ONCE)

    def courses(self, cohort_id: str, course_id: str | None = None) -> Sequence[CourseFacts]:
        """Return the courses of a cohort, for its operator.

        Args:
            course_id: this one alone.

        Raises:
            NotFound: there is no such cohort, or it is not shown in that course.
        """
        with self._database.reading() as session:
            found = self._reader.courses(session, cohort_id, None if course_id is None else [course_id])
        if course_id is not None and not found:
            raise NotFound(f"no course {course_id!r} shows this cohort")
        return found

    def seen(self, viewer: Viewer, cohort_id: str, course_id: str) -> tuple[Place, CourseFacts]:
        """Return a course of a cohort as its trainer sees it: the trainer of that course, or of the whole cohort.

        Raises:
            NotFound: for everybody else, and when the course does not show the cohort.
        """
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            if not standing.whole and course_id not in standing.course_ids:
                raise NotFound("a course that the viewer does not train")
            found = self._reader.courses(session, cohort_id, [course_id])
        if not found:
            raise NotFound("a course that does not show this cohort")
        return Place.of(standing), found[0]

    def run(self, course: CourseFacts) -> CourseReport:
        """Test a course. It calls the platform and takes up to half a minute; nothing is changed or stored."""
        probed, now = self._prober.probe(course), self._clock()
        findings = [
            judging_use.switched_on(course.platform),
            judging_course.assignments(course),
            judging_course.roster(course, probed.roster),
            judging_course.opened(course.last_launch_at, now),
            judging_course.completion(course, probed.rules),
        ]
        places = [
            PlacementReport(
                one.name,
                judging_placements.judge(
                    course,
                    one,
                    probed.columns.get(one.id, NO_COLUMN),
                    probed.rules.get(one.id, CompletionRule.UNKNOWN),
                    now,
                ),
            )
            for one in course.placements
        ]
        return CourseReport(course, now, findings, places)

    def run_for_page(self, course: CourseFacts) -> CourseReport | int:
        """Test a course as somebody on a page asks; return the seconds to wait when there were too many tests."""
        wait = self._allowance.take(course.id)
        if wait:
            return wait
        if not self._seats.acquire(blocking=False):
            return WAIT_SECONDS
        try:
            return self.run(course)
        finally:
            self._seats.release()
