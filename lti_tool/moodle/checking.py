"""What a connected Moodle's token can and cannot do, as traffic lights: what is missing, and how to grant it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from sqlalchemy import select

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.errors import AddressRefused
from lti_tool.moodle import judging
from lti_tool.moodle.models import ActivityMapping
from lti_tool.moodle.needs import NEEDS, When
from lti_tool.moodle.problems import ADDRESS, FUNCTION_MISSING, code_of
from lti_tool.moodle.sites import IN_A_HURRY, Connected, MoodleSites
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.web.lights import Finding, Light, worst
from mappings.activities import Counts
from moodle_client import Manners, MoodleError, check
from moodle_client import Report as Checked

CHECKS_A_MINUTE = 6
"""Of one platform, asked on pages: each makes up to ten requests."""
AT_ONCE = 2
"""In one process: a Moodle that does not answer holds a thread for a minute."""
WAIT_SECONDS = 30


@dataclass(frozen=True)
class CheckReport:
    """What a check found."""

    platform: PlatformInfo
    site: Connected
    at: datetime
    findings: Sequence[Finding]
    course_id: int | None = None
    """Moodle's id of the course that was looked into, too."""

    @property
    def light(self) -> Light:
        """The most urgent of all."""
        return worst(self.findings)

    @property
    def usable(self) -> bool:
        """Whether everything works that is needed as the courses are set up now."""
        return self.light is not Light.WRONG

    def row(self) -> Mapping[str, object]:
        """Return it for a script, in the present language."""
        return {
            "id": self.platform.id,
            "name": self.platform.name,
            "url": self.site.url,
            "course": self.course_id,
            "light": self.light.value,
            "usable": self.usable,
            "findings": [finding.row() for finding in self.findings],
        }


class MoodleCheck:
    """Checks connected Moodles. It only reads.

    Args:
        database: what the mappings of a platform ask for.
        clock: the time.
        platforms: registrations by id.
        sites: the connected Moodles.
    """

    def __init__(self, database: Database, clock: Clock, platforms: PlatformService, sites: MoodleSites) -> None:
        self._database = database
        self._clock = clock
        self._platforms = platforms
        self._sites = sites
        self._allowance = Allowance(CHECKS_A_MINUTE, clock)
        self._seats = BoundedSemaphore(AT_ONCE)

    def run(self, platform_id: str, course_id: int | None = None, *, manners: Manners | None = None) -> CheckReport:
        """See what the token can do on the site and, if given, in a course.

        What it finds out about the site as a whole is remembered. It takes a second or two.

        Args:
            course_id: Moodle's id of the course: the number in its address there.
            manners: other time-outs and retries than usual.

        Raises:
            PlatformUnknown: no such platform.
            NotConnected: its web services are not connected.
        """
        platform, site = self._platforms.get(platform_id), self._sites.get(platform_id)
        wanted = self._wanted(platform_id)
        try:
            with self._sites.client(platform_id, manners=manners) as client:
                checked = check(client, course_id)
        except MoodleError as error:
            findings: Sequence[Finding] = [judging.failed(code_of(error), str(error))]
        except AddressRefused as error:
            findings = [judging.failed(ADDRESS, error.detail)]
        else:
            findings = [judging.account(checked.site), *judging.findings(checked, wanted)]
            self._sites.remember(platform_id, FUNCTION_MISSING if _lacks_functions(checked) else None)
        return CheckReport(platform, site, self._clock(), findings, course_id)

    def run_for_page(self, platform_id: str, course_id: int | None = None) -> CheckReport | int:
        """Check as somebody on a page asks; return the seconds to wait when there were too many checks. Raises as `run`."""
        wait = self._allowance.take(platform_id)
        if wait:
            return wait
        if not self._seats.acquire(blocking=False):
            return WAIT_SECONDS
        try:
            return self.run(platform_id, course_id, manners=IN_A_HURRY)
        finally:
            self._seats.release()

    def _wanted(self, platform_id: str) -> Collection[When]:
        """Return what is needed beyond reading, as the courses of a platform are set up now."""
        asked = (
            select(
                ActivityMapping.kind,
                ActivityMapping.counts,
                ActivityMapping.writes_grade,
                ActivityMapping.writes_completion,
            )
            .join(Course, Course.id == ActivityMapping.course_id)
            .where(Course.platform_id == platform_id)
        )
        wanted = {When.ALWAYS}
        with self._database.reading() as session:
            for kind, counts, writes_grade, writes_completion in session.execute(asked):
                wanted |= {When.GRADES} if counts == Counts.GRADED and kind != "assign" else set()
                wanted |= {When.WRITES_GRADE} if writes_grade else set()
                wanted |= {When.WRITES_COMPLETION} if writes_completion else set()
        return wanted


def _lacks_functions(checked: Checked) -> bool:
    return any(need.when is When.ALWAYS and function not in checked.site.functions for function, need in NEEDS.items())
