"""What a token can and cannot do here, and what to grant: for whoever connects a site.

Every function that is missing from the service and, within a course, every capability that the account lacks. It only
reads, and leaves out the one read that makes Moodle store something (``mod_assign_get_submission_status``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from moodle_client.client import MoodleClient
from moodle_client.completion import Activities
from moodle_client.errors import MoodleError, NotAllowed, NotFound, NotSetUp
from moodle_client.functions import USES, Function, Need
from moodle_client.results import Listing
from moodle_client.site import SiteInfo
from moodle_client.users import EnrolmentStatus, User

DOWNLOADS = "downloads"
ACTIVE_ENROLMENTS = "active enrolments"
"""The subjects of what is no function."""

_TO_SERVICE = "Add it: Site administration, Server, Web services, External services, Functions"


class Lack(StrEnum):
    """What is missing, for whoever words it otherwise."""

    NOTHING = "nothing"
    FUNCTION = "function"
    """The function is not in the token's service."""
    DOWNLOADS = "downloads"
    """The service may not download files."""
    CAPABILITY = "capability"
    """Moodle refused: the account lacks a capability, or may not enter the course."""
    UNSEEN = "unseen"
    """Moodle left out what there should be, without an error."""
    COURSE = "course"
    """There is no such course, or none that the account may know of."""
    ANSWER = "answer"
    """The site could not answer; `problem` says how."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    """A function, or what else was looked at."""
    purpose: str
    need: Need
    ok: bool
    problem: str = ""
    advice: str = ""
    capabilities: tuple[str, ...] = ()
    """The capabilities that it takes; one of them is missing, or the account may not enter the course."""
    lack: Lack = Lack.NOTHING
    function: Function | None = None
    """The function that was looked at; None: the service's downloads."""
    course_id: int | None = None
    """The course in which it was tried; None: only whether the service has it."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about a token."""

    site: SiteInfo
    findings: tuple[Finding, ...] = field(repr=False)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is not in order."""
        return tuple(finding for finding in self.findings if not finding.ok)

    @property
    def usable(self) -> bool:
        """Whether everything works that is always needed."""
        return all(finding.need is not Need.ALWAYS for finding in self.problems)


def check(client: MoodleClient, course_id: int | None = None) -> Report:
    """See what the token can do on the site and, if given, in a course.

    Raises:
        MoodleError: the site cannot be reached, or does not accept the token at all.
    """
    info = client.site.info()
    findings = [_in_service(function, info) for function in USES]
    findings.append(
        Finding(
            DOWNLOADS,
            "to open handed-in files",
            Need.ALWAYS,
            ok=info.may_download,
            problem="" if info.may_download else "the service may not download files",
            advice="" if info.may_download else "Tick 'Can download files' in the service's settings",
            lack=Lack.NOTHING if info.may_download else Lack.DOWNLOADS,
        )
    )
    if course_id is not None:
        findings.extend(_in_course(client, info, course_id))
    return Report(info, tuple(findings))


def _in_service(function: Function, info: SiteInfo) -> Finding:
    use = USES[function]
    there = function in info.functions
    problem, advice = ("", "") if there else ("not in the token's service", _TO_SERVICE)
    lack = Lack.NOTHING if there else Lack.FUNCTION
    return Finding(function.value, use.purpose, use.need, there, problem, advice, lack=lack, function=function)


def _in_course(client: MoodleClient, info: SiteInfo, course_id: int) -> Iterator[Finding]:
    people: list[User] = []
    assignments: list[int] = []

    def enrolled() -> str:
        people.extend(client.users.enrolled(course_id))
        alone = {user.id for user in people} <= {info.user_id}
        return "the account sees nobody but itself" if alone else ""

    def contents() -> str:
        seen = any(section.activities for section in client.courses.contents(course_id))
        return "" if seen else "the account sees no activity at all (mod/<kind>:view)"

    def completion() -> str:
        tracked = [user for user in people if user.id != info.user_id]
        learners = [user for user in tracked if "student" in user.roles] or tracked
        found: Activities = client.completion.activities(course_id, learners[0].id) if learners else ()
        return "" if found or not learners else "the account sees no activity with completion"

    def of_course() -> str:
        found = client.assignments.of_courses([course_id])
        assignments.extend(assignment.id for assignment in found)
        return _left_out(found)

    def submissions() -> str:
        return _left_out(client.assignments.submissions(assignments))

    def grades() -> str:
        return _left_out(client.assignments.grades(assignments))

    def only_active() -> str:
        client.users.enrolled(course_id, status=EnrolmentStatus.ACTIVE, fields=("id",))
        return ""

    def gradebook() -> str:
        learners = [user for user in people if "student" in user.roles]
        if learners:
            client.grades.of_user(course_id, learners[0].id)
        return ""

    probes: Sequence[tuple[Function, Callable[[], str]]] = (
        (Function.CONTENTS, contents),
        (Function.ENROLLED, enrolled),
        (Function.ACTIVITIES_COMPLETION, completion),
        (Function.ASSIGNMENTS, of_course),
        (Function.SUBMISSIONS, submissions),
        (Function.ASSIGNMENT_GRADES, grades),
        (Function.GRADE_REPORT, gradebook),
    )
    for function, probe in probes:
        if function in info.functions:
            use = USES[function]
            about = Finding(
                f"{function} in course {course_id}", use.purpose, use.need, ok=True, function=function, course_id=course_id
            )
            yield _probed(about, use.capabilities, probe)
    if Function.ENROLLED in info.functions:
        about = Finding(
            ACTIVE_ENROLMENTS,
            "to tell active from suspended participants",
            Need.EXTRA,
            ok=True,
            function=Function.ENROLLED,
            course_id=course_id,
        )
        yield _probed(about, ("moodle/course:enrolreview",), only_active)


def _probed(about: Finding, capabilities: tuple[str, ...], probe: Callable[[], str]) -> Finding:
    try:
        problem, advice, lack = probe(), "", Lack.UNSEEN
    except NotSetUp:
        return about
    except MoodleError as error:
        problem, advice = f"{error.summary} ({error.errorcode or 'no answer'})", error.advice
        if not isinstance(error, NotAllowed):
            lack = Lack.COURSE if isinstance(error, NotFound) else Lack.ANSWER
            return replace(about, ok=False, problem=problem, advice=advice, lack=lack)
        lack = Lack.CAPABILITY
    if not problem:
        return about
    return replace(
        about,
        ok=False,
        problem=problem,
        advice=advice or "Give the account these capabilities in the course, or enrol it as a teacher",
        capabilities=capabilities,
        lack=lack,
    )


def _left_out(found: Listing[object]) -> str:
    count = len(found.concerns)
    return f"Moodle left out {count} of what was asked" if count else ""
