"""The room put together: its services, ready to be provided to its views."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.meetings.access import MeetingAccess
from lti_tool.meetings.attendance import AttendanceService
from lti_tool.meetings.attendance_csv import AttendanceFiles
from lti_tool.meetings.marking import MarkingService
from lti_tool.meetings.overview import MeetingsService
from lti_tool.meetings.planning import PlanningService
from lti_tool.training.access import Access
from lti_tool.training.outcomes import AttendanceFollower, Extras


def meeting_services(
    settings: Settings,
    database: Database,
    clock: Clock,
    access: Access,
    extras: Extras,
    trail: AuditTrail,
    followers: Sequence[AttendanceFollower] = (),
) -> tuple[object, ...]:
    """Return everything that the views of this room use, for `lti_tool.registry.provide`.

    Args:
        access: what somebody is in a cohort.
        extras: whose certificate is made.
        trail: holds who planned, changed and called off what.
        followers: called in this order when somebody's contact hours change, in the same transaction.
    """
    members, zone = MeetingAccess(access), ZoneInfo(settings.time_zone)
    marking = MarkingService(database, clock, members, followers)
    return (
        MeetingsService(database, clock, members, extras),
        PlanningService(database, clock, members, trail, zone, followers),
        AttendanceService(database, clock, members, extras),
        marking,
        AttendanceFiles(database, clock, members, marking, zone),
    )
