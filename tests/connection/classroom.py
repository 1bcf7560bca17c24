"""A course at the school that shows a cohort, as launches and the picker would have made it known to the tool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update

from lti_tool.app import Parts
from lti_tool.connection.course_check import CourseCheck, CourseReport
from lti_tool.connection.course_facts import CourseFacts, CourseReader
from lti_tool.connection.course_probing import CourseProber
from lti_tool.courses.models import Course, Placement
from lti_tool.demo.school import CompletionRule as AtSchool
from lti_tool.demo.school import Link, Registration
from lti_tool.demo.school.models import Course as SchoolCourse
from lti_tool.platforms.scopes import LINEITEM, RESULT_READONLY, SCORE
from lti_tool.training.access import Access
from lti_tool.training.completion import ActivityAsked, CompletionRule, CompletionRules, nobody_knows
from lti_tool.training.models import Cohort
from lti_tool.web.lights import Finding, Light
from mappings.loading import load_trainings
from tests.builders import Builder
from tests.connection.conftest import Connected, row_of

TRAINING = load_trainings()["icc-vo"]
KEYS = tuple(assignment.key for assignment in TRAINING.assignments)
SCOPES = (LINEITEM, RESULT_READONLY, SCORE)


@dataclass
class Classroom:
    """The course, at both sides."""

    connected: Connected
    registration: Registration
    there: SchoolCourse
    course: Course
    cohort: Cohort
    build: Builder
    links: dict[str, Link] = field(default_factory=dict)

    @property
    def parts(self) -> Parts:
        return self.connected.parts

    def place(
        self, key: str | None, *, with_grade: bool = True, maximum: float = 100, scopes: Sequence[str] = SCOPES
    ) -> Placement:
        """Put an assignment (None: the whole training) into the course, and open it."""
        school, item_key = self.connected.school, key or "training"
        title = TRAINING.assignment(key).title.nl if key else "Overzicht"
        link = school.add_link(
            self.there,
            self.registration,
            title,
            with_grade=with_grade,
            maximum=maximum,
            resource_id=f"{TRAINING.key}:{item_key}:{self.cohort.id}",
            tag=TRAINING.key,
        )
        self.links[item_key] = link
        item = school.item_of(link)
        placement = self.build.placement(
            self.course,
            self.cohort,
            key,
            resource_link_id=link.id,
            title=title,
            lineitem_url=school.lineitem_url(item) if item else None,
            lineitems_url=school.lineitems_url(self.there.id, self.registration.id),
            scopes=scopes,
        )
        members = f"{school.url}/lti/CourseSection/{self.there.id}/bindings/{self.registration.id}/memberships"
        self.set(placement, memberships_url=members)
        return placement

    def set(self, placement: Placement, **values: object) -> None:
        """Write columns of a placement."""
        with self.parts.database.session() as session:
            session.execute(update(Placement).where(Placement.id == placement.id).values(**values))

    def facts(self) -> CourseFacts:
        """What is known of the course."""
        (found,) = self.parts.course_check.courses(self.cohort.id, self.course.id)
        return found

    def check(self, rules: CompletionRules = nobody_knows) -> CourseReport:
        """Test the course."""
        return self.checker(rules).run(self.facts())

    def checker(self, rules: CompletionRules) -> CourseCheck:
        """Return what tests courses, with somebody who knows rules."""
        parts = self.parts
        reader = CourseReader(parts.platforms, parts.trainings)
        prober = CourseProber(parts.settings, parts.key_ring, parts.platforms, parts.clock, rules)
        return CourseCheck(parts.database, parts.clock, Access(parts.trainings), reader, prober)

    def rules(self, activities: Sequence[ActivityAsked], /) -> Mapping[str, CompletionRule]:
        """What somebody knows who can look into the school (a `CompletionRules`)."""
        assert {one.context_id for one in activities} == {self.there.id}
        at_school = self.connected.school.links
        return {
            one.placement_id: CompletionRule.PRESENT
            if at_school[one.resource_link_id].completion_rule is AtSchool.GRADE
            else CompletionRule.MISSING
            for one in activities
        }


def lights(findings: Sequence[Finding]) -> dict[str, Light]:
    """The light of each finding, by its key."""
    return {one.key: one.light for one in findings}


def finding(findings: Sequence[Finding], key: str) -> Finding:
    """The finding of this key."""
    return next(one for one in findings if one.key == key)


def open_classroom(connected: Connected) -> Classroom:
    """A course with two people in it and no links yet."""
    school, parts = connected.school, connected.parts
    registration = school.registration_of(connected.platform.client_id)
    assert registration is not None
    there = school.add_course("Cultuurcoördinator VO")
    for given in ("Zoë", "Łukasz"):
        school.enrol(school.add_person(given, "van 't Höfen"), there)
    build = Builder(parts.database, parts.clock)
    course = build.course(row_of(parts, connected.platform), there.id, title=there.title)
    return Classroom(connected, registration, there, course, build.cohort(), build)
