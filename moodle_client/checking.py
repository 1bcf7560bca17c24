"""What a token can and cannot do here, and what to grant: for whoever connects a site.

Every function that is missing from the service and, within a course, every capability that the account lacks. It only
reads, and leaves out the one read that makes Moodle store something (``mod_assign_get_submission_status``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from moodle_client.client import MoodleClient
from moodle_client.completion import Activities
from moodle_client.errors import MoodleError, NotAllowed, NotSetUp
from moodle_client.functions import USES, Function, Need
from moodle_client.results import Listing
from moodle_client.site import SiteInfo
from moodle_client.users import EnrolmentStatus, User

_TO_SERVICE = "Add it: Site administration, Server, Web services, External services, Functions"


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
            "downloads",
            "to open handed-in files",
            Need.ALWAYS,
            ok=info.may_download,
            problem="" if info.may_download else "the service may not download files",
            advice="" if info.may_download else "Tick 'Can download files' in the service's settings",
        )
    )
    if course_id is not None:
        findings.extend(_in_course(client, info, course_id))
    return Report(info, tuple(findings))


def _in_service(function: Function, info: SiteInfo) -> Finding:
    use = USES[function]
    there = function in info.functions
    problem, advice = ("", "") if there else ("not in the token's service", _TO_SERVICE)
    return Finding(function.value, use.purpose, use.need, there, problem, advice)


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

    probes: Sequence[tuple[Function, Callable[[], str]]] = (
        (Function.CONTENTS, contents),
        (Function.ENROLLED, enrolled),
        (Function.ACTIVITIES_COMPLETION, completion),
        (Function.ASSIGNMENTS, of_course),
        (Function.SUBMISSIONS, submissions),
        (Function.ASSIGNMENT_GRADES, grades),
    )
    for function, probe in probes:
        if function in info.functions:
            use = USES[function]
            yield _probed(f"{function} in course {course_id}", use.purpose, use.need, use.capabilities, probe)
    if Function.ENROLLED in info.functions:
        purpose = "to tell active from suspended participants"
        yield _probed("active enrolments", purpose, Need.EXTRA, ("moodle/course:enrolreview",), only_active)


def _probed(subject: str, purpose: str, need: Need, capabilities: tuple[str, ...], probe: Callable[[], str]) -> Finding:
    try:
        problem, advice = probe(), ""
    except NotSetUp:
        problem, advice = "", ""
    except MoodleError as error:
        problem, advice = f"{error.summary} ({error.errorcode or 'no answer'})", error.advice
        if not isinstance(error, NotAllowed):
            return Finding(subject, purpose, need, ok=False, problem=problem, advice=advice)
    if not problem:
        return Finding(subject, purpose, need, ok=True)
    return Finding(
        subject,
        purpose,
        need,
        ok=False,
        problem=problem,
        advice=advice or "Give the account these capabilities in the course, or enrol it as a teacher",
        capabilities=capabilities,
    )


def _left_out(found: Listing[object]) -> str:
    count = len(found.concerns)
    return f"Moodle left out {count} of what was asked" if count else ""
