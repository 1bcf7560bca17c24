"""The web service functions that this client calls, what for, and which capabilities each takes.

The capabilities are what a stock Moodle 4.5 turned out to ask of an account that is not enrolled in the course; an
account enrolled as editing teacher has all but ``webservice/rest:use`` by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Function(StrEnum):
    """A web service function."""

    SITE_INFO = "core_webservice_get_site_info"
    BATCH = "tool_mobile_call_external_functions"
    COURSES = "core_course_get_courses_by_field"
    CONTENTS = "core_course_get_contents"
    UPDATES = "core_course_get_updates_since"
    ENROLLED = "core_enrol_get_enrolled_users"
    USER_COURSES = "core_enrol_get_users_courses"
    USERS = "core_user_get_users_by_field"
    BADGES = "core_badges_get_user_badges"
    ACTIVITIES_COMPLETION = "core_completion_get_activities_completion_status"
    COURSE_COMPLETION = "core_completion_get_course_completion_status"
    OVERRIDE_COMPLETION = "core_completion_override_activity_completion_status"
    MARK_OWN_COMPLETION = "core_completion_update_activity_completion_status_manually"
    ASSIGNMENTS = "mod_assign_get_assignments"
    SUBMISSIONS = "mod_assign_get_submissions"
    SUBMISSION_STATUS = "mod_assign_get_submission_status"
    PARTICIPANTS = "mod_assign_list_participants"
    ASSIGNMENT_GRADES = "mod_assign_get_grades"
    SAVE_GRADE = "mod_assign_save_grade"
    GRADE_REPORT = "gradereport_user_get_grade_items"
    GRADE_ITEMS = "core_grades_get_gradeitems"


class Need(StrEnum):
    """How much a function is needed."""

    ALWAYS = "always"
    FASTER = "faster with it"
    WRITING = "only to write back"
    EXTRA = "only for more detail"


@dataclass(frozen=True, slots=True)
class Use:
    """What a function is for, how much it is needed, and the capabilities that it takes."""

    purpose: str
    need: Need
    capabilities: tuple[str, ...] = ()


_ENTER = "moodle/course:view"
_ASSIGN = ("mod/assign:view", "mod/assign:viewgrades")

USES: Mapping[Function, Use] = {
    Function.SITE_INFO: Use("whose token it is and what it may call", Need.ALWAYS, ("webservice/rest:use",)),
    Function.BATCH: Use("many reads in one request", Need.FASTER),
    Function.COURSES: Use("which courses there are", Need.ALWAYS, (_ENTER,)),
    Function.CONTENTS: Use("the sections and activities of a course", Need.ALWAYS, (_ENTER,)),
    Function.ENROLLED: Use(
        "who is in a course", Need.ALWAYS, (_ENTER, "moodle/course:viewparticipants", "moodle/user:viewdetails")
    ),
    Function.ACTIVITIES_COMPLETION: Use("what a participant has completed", Need.ALWAYS, (_ENTER, "report/progress:view")),
    Function.ASSIGNMENTS: Use("the assignments of a course", Need.ALWAYS, (_ENTER, *_ASSIGN)),
    Function.SUBMISSIONS: Use("what was handed in", Need.ALWAYS, (_ENTER, *_ASSIGN)),
    Function.ASSIGNMENT_GRADES: Use("the grades of assignments", Need.ALWAYS, (_ENTER, *_ASSIGN)),
    Function.PARTICIPANTS: Use("who hands in an assignment", Need.EXTRA, (_ENTER, *_ASSIGN)),
    Function.SUBMISSION_STATUS: Use("one hand-in with its feedback", Need.EXTRA, (_ENTER, *_ASSIGN)),
    Function.COURSE_COMPLETION: Use("whether a course is completed", Need.EXTRA, (_ENTER, "report/completion:view")),
    Function.GRADE_REPORT: Use("the gradebook", Need.EXTRA, (_ENTER, "gradereport/user:view", "moodle/grade:viewall")),
    Function.GRADE_ITEMS: Use("the columns of the gradebook", Need.EXTRA, (_ENTER,)),
    Function.UPDATES: Use("what changed in a course", Need.EXTRA, (_ENTER,)),
    Function.USERS: Use("users by id or e-mail address", Need.EXTRA, ("moodle/user:viewdetails",)),
    Function.USER_COURSES: Use("the courses of a user", Need.EXTRA, ("moodle/user:viewdetails",)),
    Function.BADGES: Use("the badges of a user", Need.EXTRA, ("moodle/badges:viewotherbadges",)),
    Function.SAVE_GRADE: Use("to write a grade", Need.WRITING, (_ENTER, "mod/assign:view", "mod/assign:grade")),
    Function.OVERRIDE_COMPLETION: Use(
        "to mark an activity complete", Need.WRITING, (_ENTER, "moodle/course:overridecompletion")
    ),
    Function.MARK_OWN_COMPLETION: Use("to mark the account's own activity", Need.EXTRA, (_ENTER,)),
}
