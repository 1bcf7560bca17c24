"""Who calls, and what that account may see: the checks that all functions share."""

from dataclasses import dataclass
from datetime import datetime

from ..models import Course, Link, Person, Role
from ..native.models import Activity, Kind
from ..state import School
from .refusals import Refused, lacks, no_course_context, no_record, not_accessible

ROLE_IDS = {Role.MANAGER: 1, Role.TEACHER: 3, Role.ASSISTANT: 4, Role.STUDENT: 5}
GRADED_ROLES = (Role.STUDENT,)


@dataclass(frozen=True, slots=True)
class Module:
    """An activity of either kind in the course, as far as all functions tell of it."""

    cm_id: int
    kind: str
    instance: int
    title: str
    section: int
    hidden: bool
    activity: Activity | None
    link: Link | None

    @property
    def context_id(self) -> int:
        """The id of its context, which the addresses of its files begin with."""
        return 1000 + self.cm_id


@dataclass(frozen=True)
class Caller:
    """A call: in which school, for whom, and which capabilities that account has."""

    school: School
    user_id: int
    capabilities: frozenset[str]

    def may(self, capability: str) -> bool:
        """Whether the account has a capability."""
        return capability in self.capabilities

    def need(self, capability: str, words: str = "") -> None:
        """Insist on a capability; ``words`` is what Moodle calls it where it does. Raises Refused."""
        if not self.may(capability):
            raise lacks(capability, words)

    def course(self, course_id: int, *, by_context: bool = False) -> Course:
        """The course, if the account may enter it.

        Args:
            by_context: the function names the context when it refuses, instead of the login.

        Raises:
            Refused: there is none, or the account may not enter it.
        """
        course = self.school.courses.get(str(course_id))
        if course is None:
            raise no_record("course")
        if not self.may("moodle/course:view"):
            raise no_course_context(course_id) if by_context else not_accessible()
        return course

    def modules(self, course: Course) -> list[Module]:
        """What the account can see of a course, in the order of its page: the rest is left out without a word."""
        links = [self._of_link(self.school.links[key]) for key in course.links]
        own = [self._of_activity(one) for one in self.school.activities_of(course)]
        seen = [one for one in (*links, *own) if self.may(f"mod/{one.kind}:view")]
        return [one for one in seen if not one.hidden or self.may("moodle/course:viewhiddenactivities")]

    def module(self, cm_id: int) -> tuple[Course, Module]:
        """An activity by its id in its course. Raises Refused."""
        activity = self.school.activities.get(str(cm_id))
        link = next((one for one in list(self.school.links.values()) if one.cmid == str(cm_id)), None)
        if activity is None and link is None:
            raise no_record("course_modules")
        course = self.course(int(activity.course_id if activity else link.course_id if link else 0))
        found = next((one for one in self.modules(course) if one.cm_id == cm_id), None)
        if found is None:
            raise not_accessible()
        return course, found

    def assignment(self, instance: int) -> tuple[Course, Activity]:
        """An assignment by its own id. Raises Refused."""
        found = self.find_assignment(instance)
        if found is None:
            raise no_record("assign")
        course, _ = self.module(int(found.id))
        return course, found

    def find_assignment(self, instance: int) -> Activity | None:
        """An assignment by its own id, whether the account may see it or not."""
        every = list(self.school.activities.values())
        return next((one for one in every if one.kind is Kind.ASSIGN and one.instance == str(instance)), None)

    def sees(self, activity: Activity) -> bool:
        """Whether the account may read who handed in and got what in an assignment."""
        try:
            self.module(int(activity.id))
        except Refused:
            return False
        return self.may("mod/assign:viewgrades")

    def learners(self, course: Course) -> list[Person]:
        """Who takes part in a course just now, by name."""
        school = self.school
        active = [
            school.people[key]
            for key, enrolment in course.enrolments.items()
            if enrolment.role in GRADED_ROLES and not enrolment.suspended
        ]
        return sorted(active, key=lambda one: (one.family.casefold(), one.given.casefold(), int(one.id)))

    @staticmethod
    def _of_link(link: Link) -> Module:
        return Module(int(link.cmid), "lti", int(link.id), link.title, 0, hidden=False, activity=None, link=link)

    @staticmethod
    def _of_activity(one: Activity) -> Module:
        return Module(
            int(one.id), one.kind.value, int(one.instance), one.title, one.section, one.hidden, activity=one, link=None
        )


def seconds(moment: datetime | None) -> int:
    """A moment as Moodle tells it; 0: none."""
    return int(moment.timestamp()) if moment is not None else 0
