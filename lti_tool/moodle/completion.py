"""Which activities of a course a connected Moodle completes by the grade: what the course's self-test cannot see by LTI.

Read from ``core_course_get_contents``, whose rules of completion are the same whoever asks (measured on 4.5).
"""

from collections.abc import Mapping, Sequence

import structlog

from lti_tool.errors import AddressRefused
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.sites import MoodleSites
from lti_tool.training.completion import ActivityAsked, CompletionRule
from moodle_client import Activity, MoodleError, Tracking

KIND = "lti"
_BY_GRADE, _BY_PASSING = "completionusegrade", "completionpassgrade"

log = structlog.get_logger(__name__)


class MoodleCompletion:
    """Knows the rules (a `training.completion.CompletionRules`).

    Args:
        sites: the connected Moodles.
    """

    def __init__(self, sites: MoodleSites) -> None:
        self._sites = sites

    def __call__(self, activities: Sequence[ActivityAsked], /) -> Mapping[str, CompletionRule]:
        """Return what a Moodle says of activities of one of its courses; nothing where it is not connected or will not."""
        asked = next(iter(activities), None)
        if asked is None or not asked.context_id.isdecimal():
            return {}
        try:
            with self._sites.client(asked.platform_id) as client:
                sections = client.courses.contents(int(asked.context_id), kind=KIND)
        except NotConnected:
            return {}
        except (MoodleError, AddressRefused) as error:
            log.info("moodle.rules_not_read", platform=asked.platform_id, error=type(error).__name__)
            return {}
        there = {str(one.instance_id): one for section in sections for one in section.activities if one.kind == KIND}
        # what the account may not see is left out by Moodle without a notice: of that nothing is known
        return {
            one.placement_id: _rule(there[one.resource_link_id], whole=one.whole)
            for one in activities
            if one.resource_link_id in there
        }


def _rule(activity: Activity, *, whole: bool) -> CompletionRule:
    if activity.tracking is not Tracking.AUTOMATIC:
        return CompletionRule.MISSING
    if not activity.completed_by:
        return CompletionRule.UNKNOWN
    wanted = {_BY_PASSING} if whole else {_BY_GRADE, _BY_PASSING}
    return CompletionRule.PRESENT if activity.completed_by & wanted else CompletionRule.MISSING
